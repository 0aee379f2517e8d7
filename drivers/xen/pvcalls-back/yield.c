// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network comes first.
 *
 * Every packet between two sockets of this host, those of a guest and those of
 * a local server say, passes through a softirq.  Where a CPU has more to do
 * than it can, its softirqs are left to ksoftirqd, which up to Linux 6.4 then
 * is a thread like any other: with a few busy guests it has to share the CPU
 * with all the works that feed it.  Packets wait for seconds, TCP sends them
 * once more, and connections that nobody has accepted yet are given up.
 *
 * A thread that would only add to that waits instead.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/preempt.h>

#include "socket.h"

/* No sleep begins later, in jiffies: TCP's shortest timeout is HZ / 5. */
#define PVBACK_YIELD_MOST (HZ / 50 ?: 1)

/*
 * How long to sleep before another look, in microseconds: at first, and at most.
 * Each look takes from what is waited for, and works of all guests may wait.
 */
#define PVBACK_YIELD_FIRST_US 200U
#define PVBACK_YIELD_LAST_US 3200U

/* Softirqs that wait while a thread runs are those left to ksoftirqd. */
static bool pvback_yield_is_late(void)
{
	bool late;

	preempt_disable();
	late = local_softirq_pending();
	preempt_enable();
	return late;
}

/**
 * pvback_yield - let the network of this CPU do what it has to
 *
 * Returns at once where it is up to date, and after a bounded time anyway.
 *
 * Context: may sleep; the works of sockets, before each turn.
 */
void pvback_yield(void)
{
	unsigned long end = jiffies + PVBACK_YIELD_MOST;
	unsigned int us = PVBACK_YIELD_FIRST_US;

	while (pvback_yield_is_late() && time_before(jiffies, end)) {
		usleep_range(us, 2 * us);
		us = min(2 * us, PVBACK_YIELD_LAST_US);
	}
}
