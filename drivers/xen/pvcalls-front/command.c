// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ring: requests out, responses in.
 *
 * A request that finds no free slot waits in the device, first in, first out.
 * ACCEPT and CONNECT may wait for ever for their answer; they never get the
 * last PVFRONT_RESERVED_SLOTS slots, so that a RELEASE always gets through.
 * Too many of them at a time wait in a list of their own, where closing their
 * socket finds them: a burst of connects is no error.
 *
 * The backend may be hostile: a response is copied once, and an answer to a
 * question that was not asked ends the device, loudly, once.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "command_ring.h"
#include "device.h"
#include "ring.h"

/* Requests that may wait for ever for their answer. */
static bool pvfront_parks(const struct pvfront_call *call)
{
	return call->req.cmd == PVCALLS_ACCEPT ||
	       call->req.cmd == PVCALLS_CONNECT;
}

static bool pvfront_is_accept(const struct pvfront_call *call)
{
	return call->req.cmd == PVCALLS_ACCEPT;
}

/* How many of them there may be; idle listeners get half of it at most. */
static unsigned int pvfront_park_limit(const struct pvfront_dev *dev)
{
	return dev->tab.size - PVFRONT_RESERVED_SLOTS;
}

static bool pvfront_park(struct pvfront_dev *dev,
			 const struct pvfront_call *call)
{
	unsigned int limit = pvfront_park_limit(dev);

	lockdep_assert_held(&dev->lock);
	if (dev->parked >= limit ||
	    (pvfront_is_accept(call) && dev->accepting >= limit / 2))
		return false;
	dev->parked++;
	dev->accepting += pvfront_is_accept(call);
	return true;
}

static void pvfront_unpark(struct pvfront_dev *dev,
			   const struct pvfront_call *call)
{
	lockdep_assert_held(&dev->lock);
	dev->parked -= pvfront_parks(call);
	dev->accepting -= pvfront_is_accept(call);
}

/**
 * pvfront_accepts_scarce - should a listener make do with one ACCEPT?
 * @dev: the device
 *
 * Context: any.
 */
bool pvfront_accepts_scarce(const struct pvfront_dev *dev)
{
	return READ_ONCE(dev->accepting) * 4 >= pvfront_park_limit(dev);
}

/* The identifier of a socket stands first in the arguments of every command. */
static u64 pvfront_call_id(const struct pvfront_call *call)
{
	return call->req.u.poll.id;
}

/* The ring's pages are not contiguous: only their indexes are macros' work. */
static union xen_pvcalls_sring_entry *
pvfront_slot(const struct pvfront_dev *dev, RING_IDX index)
{
	size_t slot = index & (RING_SIZE(&dev->ring) - 1);

	return flexring_page_at(dev->share.pages,
				offsetof(struct xen_pvcalls_sring, ring[slot]));
}

/* Put a call into the ring.  Returns false if there is no slot. */
static bool pvfront_push(struct pvfront_dev *dev, struct pvfront_call *call)
{
	int index;

	lockdep_assert_held(&dev->lock);
	if (RING_FULL(&dev->ring))
		return false;
	index = pvfront_reqtab_add(&dev->tab, call->req.cmd,
				   pvfront_call_id(call), &call->req.req_id);
	if (index < 0)
		return false;
	dev->calls[index] = call;
	pvfront_slot(dev, dev->ring.req_prod_pvt)->req = call->req;
	dev->ring.req_prod_pvt++;
	return true;
}

static void pvfront_notify(struct pvfront_dev *dev)
{
	struct xen_pvcalls_sring *sring = dev->ring.sring;
	RING_IDX old = dev->published;

	lockdep_assert_held(&dev->lock);
	dev->published = dev->ring.req_prod_pvt;
	if (command_ring_publish(&sring->req_prod, &sring->req_event, old,
				 dev->published))
		dev->ops->notify(&dev->event);
}

/* Slots have become free: send what waits for them. */
static void pvfront_push_waiting(struct pvfront_dev *dev)
{
	struct pvfront_call *call, *next;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry_safe(call, next, &dev->waiting, link) {
		if (!pvfront_push(dev, call))
			break;
		list_del_init(&call->link);
	}
	list_for_each_entry_safe(call, next, &dev->parking, link) {
		if (RING_FULL(&dev->ring) ||
		    dev->parked >= pvfront_park_limit(dev))
			break;
		if (!pvfront_park(dev, call))
			continue;
		list_del_init(&call->link);
		pvfront_push(dev, call);
	}
	pvfront_notify(dev);
}

static int pvfront_submit_locked(struct pvfront_dev *dev,
				 struct pvfront_call *call)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->connected || dev->broken)
		return -ENETDOWN;
	if (pvfront_parks(call) && !pvfront_park(dev, call))
		list_add_tail(&call->link, &dev->parking);
	else if (list_empty(&dev->waiting) && pvfront_push(dev, call))
		pvfront_notify(dev);
	else
		list_add_tail(&call->link, &dev->waiting);
	return 0;
}

/**
 * pvfront_submit - send a request
 * @dev: the device
 * @call: the request; stays where it is until its done() is called
 *
 * Requests of one socket reach the backend in the order of submission.
 *
 * Context: any.
 * Return: 0 if done() will be called, or -ENETDOWN, and it will not be.
 */
int pvfront_submit(struct pvfront_dev *dev, struct pvfront_call *call)
{
	unsigned long flags;
	int ret;

	INIT_LIST_HEAD(&call->link);
	spin_lock_irqsave(&dev->lock, flags);
	ret = pvfront_submit_locked(dev, call);
	spin_unlock_irqrestore(&dev->lock, flags);
	return ret;
}

struct pvfront_waiter {
	struct pvfront_call call;
	struct completion done;
	refcount_t refs;
	int ret;
};

static void pvfront_waiter_put(struct pvfront_waiter *waiter)
{
	if (refcount_dec_and_test(&waiter->refs))
		kfree(waiter);
}

static void pvfront_waiter_done(struct pvfront_call *call, int ret)
{
	struct pvfront_waiter *waiter = container_of(call, struct pvfront_waiter,
						     call);

	waiter->ret = ret;
	complete(&waiter->done);
	pvfront_waiter_put(waiter);
}

/**
 * pvfront_call_wait - send a request and wait for its answer
 * @dev: the device
 * @req: the request, without its req_id
 *
 * The wait ends early only for a thread that is being killed; the backend may
 * still carry the request out.
 *
 * Context: sleeps.
 * Return: the backend's answer, -EINTR, -ENOMEM or what pvfront_submit() says.
 */
int pvfront_call_wait(struct pvfront_dev *dev,
		      const struct xen_pvcalls_request *req)
{
	struct pvfront_waiter *waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);
	int ret;

	if (!waiter)
		return -ENOMEM;
	waiter->call.req = *req;
	waiter->call.done = pvfront_waiter_done;
	init_completion(&waiter->done);
	refcount_set(&waiter->refs, 2);
	ret = pvfront_submit(dev, &waiter->call);
	if (ret) {
		kfree(waiter);
		return ret;
	}
	ret = wait_for_completion_killable(&waiter->done) ? -EINTR : waiter->ret;
	pvfront_waiter_put(waiter);
	return ret;
}

/*
 * A backend without extensions answers -EINTR to an ACCEPT that comes too soon
 * after the last one; listen.c knows what to do.
 */
static int pvfront_answer(const struct pvfront_call *call, s32 ret)
{
	if (ret == -EINTR && call->req.cmd == PVCALLS_ACCEPT)
		return ret;
	return pvfront_errno(ret);
}

/* Nothing that this backend says is believed from here on. */
static void pvfront_break(struct pvfront_dev *dev, const char *why, u32 value)
{
	lockdep_assert_held(&dev->lock);
	if (dev->broken)
		return;
	dev->broken = true;
	dev_err(&dev->xbdev->dev,
		"domain %u broke the protocol: %s %#x; the device is closed\n",
		dev->domid, why, value);
	pvfront_dev_get(dev);
	if (!schedule_work(&dev->broken_work))
		pvfront_dev_put(dev);
}

/* Take one response.  Returns false if it makes no sense. */
static bool pvfront_take(struct pvfront_dev *dev, struct list_head *finished)
{
	struct xen_pvcalls_response rsp;
	struct pvfront_call *call;
	int index;

	lockdep_assert_held(&dev->lock);
	rsp = pvfront_slot(dev, dev->ring.rsp_cons)->rsp;
	/* The backend may change it: from here on there is only the copy. */
	barrier();
	dev->ring.rsp_cons++;
	index = pvfront_reqtab_take(&dev->tab, rsp.req_id, rsp.cmd, rsp.id);
	if (index < 0) {
		pvfront_break(dev, "answer to nothing that was asked, id",
			      rsp.req_id);
		return false;
	}
	call = dev->calls[index];
	dev->calls[index] = NULL;
	pvfront_unpark(dev, call);
	call->ret = pvfront_answer(call, rsp.ret);
	list_add_tail(&call->link, finished);
	return true;
}

/* Take all responses.  Returns whether there was any. */
static bool pvfront_take_all(struct pvfront_dev *dev,
			     struct list_head *finished)
{
	struct xen_pvcalls_sring *sring = dev->ring.sring;
	bool any = false;
	RING_IDX prod;

	lockdep_assert_held(&dev->lock);
	do {
		prod = READ_ONCE(sring->rsp_prod);
		/* The responses are read after the index that covers them. */
		virt_rmb();
		if (RING_RESPONSE_PROD_OVERFLOW(&dev->ring, prod)) {
			pvfront_break(dev, "response index", prod);
			return any;
		}
		while (dev->ring.rsp_cons != prod) {
			any = true;
			if (!pvfront_take(dev, finished))
				return any;
		}
	} while (command_ring_rest(&sring->rsp_prod, &sring->rsp_event,
				   dev->ring.rsp_cons));
	return any;
}

static void pvfront_finish(struct list_head *finished)
{
	struct pvfront_call *call, *next;

	list_for_each_entry_safe(call, next, finished, link) {
		list_del_init(&call->link);
		call->done(call, call->ret);
	}
}

/**
 * pvfront_command_event - the backend notified us of responses
 * @event: of the command ring
 *
 * Bounded: every response that is taken answers a request that was sent.
 *
 * Context: hard interrupt.
 */
void pvfront_command_event(struct flexring_event *event)
{
	struct pvfront_dev *dev = container_of(event, struct pvfront_dev,
					       event);
	LIST_HEAD(finished);
	unsigned long flags;
	bool any = false, broken;

	spin_lock_irqsave(&dev->lock, flags);
	if (dev->connected && !dev->broken) {
		any = pvfront_take_all(dev, &finished);
		pvfront_push_waiting(dev);
	}
	broken = dev->broken;
	spin_unlock_irqrestore(&dev->lock, flags);
	pvfront_finish(&finished);
	/* Left masked, a broken backend can not take our time any more. */
	if (!broken)
		dev->ops->eoi(event, any);
}

/**
 * pvfront_withdraw - take back requests that were not sent yet
 * @dev: the device
 * @id: of a socket which is being closed: its CONNECT, or the ACCEPTs at it
 *
 * They are answered with -ECANCELED.
 *
 * Context: any.
 */
void pvfront_withdraw(struct pvfront_dev *dev, u64 id)
{
	struct pvfront_call *call, *next;
	LIST_HEAD(finished);
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	list_for_each_entry_safe(call, next, &dev->parking, link) {
		if (pvfront_call_id(call) != id)
			continue;
		call->ret = -ECANCELED;
		list_move_tail(&call->link, &finished);
	}
	spin_unlock_irqrestore(&dev->lock, flags);
	pvfront_finish(&finished);
}

/**
 * pvfront_command_abort - answer every request that the backend did not
 * @dev: the device, no longer connected
 * @error: what to answer
 *
 * Context: any.
 */
void pvfront_command_abort(struct pvfront_dev *dev, int error)
{
	struct pvfront_call *call;
	LIST_HEAD(finished);
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&dev->lock, flags);
	for (i = 0; i < dev->tab.size; i++) {
		if (!dev->calls[i])
			continue;
		list_add_tail(&dev->calls[i]->link, &finished);
		dev->calls[i] = NULL;
	}
	pvfront_reqtab_init(&dev->tab, dev->tab.size);
	dev->parked = 0;
	dev->accepting = 0;
	list_splice_tail_init(&dev->waiting, &finished);
	list_splice_tail_init(&dev->parking, &finished);
	list_for_each_entry(call, &finished, link)
		call->ret = error;
	spin_unlock_irqrestore(&dev->lock, flags);
	pvfront_finish(&finished);
}
