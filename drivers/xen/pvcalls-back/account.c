// SPDX-License-Identifier: GPL-2.0-only
/*
 * The account of a guest: what it has in use, how often it does something,
 * and what its limits say to that.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/atomic.h>
#include <linux/ktime.h>

#include "guest.h"
#include "main.h"

/**
 * pvback_guest_limit - what the guest may have now
 * @guest: the guest
 * @which: of what
 *
 * Context: any.
 * Return: its own limit, or the module's default.
 */
u32 pvback_guest_limit(const struct pvback_guest *guest,
		       enum pvback_limit which)
{
	return pvback_limits_pick(READ_ONCE(guest->limits.value[which]),
				  READ_ONCE(pvback_limit_defaults.value[which]));
}

/**
 * pvback_guest_pace - may the guest do this once more now?
 * @paced: when it has done it, see pvback_limits_pace()
 * @rate: how often it may, each second; 0 is no limit
 *
 * Context: any.
 * Return: false if it was too often of late; then this was not counted.
 */
bool pvback_guest_pace(atomic64_t *paced, u32 rate)
{
	u64 now = ktime_get_ns(), next;
	s64 before = atomic64_read(paced);

	/* Works of several sockets may ask at a time. */
	do {
		next = before;
		if (!pvback_limits_pace(&next, rate, now))
			return false;
	} while (!atomic64_try_cmpxchg(paced, &before, next));
	return true;
}

/**
 * pvback_guest_in_pace - would pvback_guest_pace() let it?
 * @paced: as there
 * @rate: as there
 *
 * Context: any.
 * Return: false if it was too often of late.
 */
bool pvback_guest_in_pace(const atomic64_t *paced, u32 rate)
{
	u64 next = atomic64_read(paced);

	return pvback_limits_pace(&next, rate, ktime_get_ns());
}

/**
 * pvback_guest_charge - count something against a limit
 * @used: what is in use
 * @amount: what is to be added
 * @limit: what @used may become
 *
 * Context: any.
 * Return: false if it would exceed the limit; then nothing was added.
 */
bool pvback_guest_charge(atomic_t *used, unsigned int amount,
			 unsigned int limit)
{
	unsigned int now = atomic_add_return(amount, used);

	if (now <= limit)
		return true;
	atomic_sub(amount, used);
	return false;
}

/**
 * pvback_guest_uncharge - undo pvback_guest_charge()
 * @used: what is in use
 * @amount: what is to be taken off
 *
 * Context: any.
 */
void pvback_guest_uncharge(atomic_t *used, unsigned int amount)
{
	atomic_sub(amount, used);
}

/**
 * pvback_guest_charge_call - count a call against a limit while it waits
 * @call: belongs to the caller, and counts against nothing yet
 * @used: how many wait
 * @limit: what @used may become
 *
 * Context: any.
 * Return: false if it would exceed the limit; then it is not counted.
 */
bool pvback_guest_charge_call(struct pvback_call *call, atomic_t *used,
			      unsigned int limit)
{
	if (!pvback_guest_charge(used, 1, limit))
		return false;
	call->charged = used;
	return true;
}

/**
 * pvback_guest_uncharge_call - the call waits no more
 * @call: counted or not
 *
 * Context: any.
 */
void pvback_guest_uncharge_call(struct pvback_call *call)
{
	if (call->charged)
		pvback_guest_uncharge(call->charged, 1);
	call->charged = NULL;
}
