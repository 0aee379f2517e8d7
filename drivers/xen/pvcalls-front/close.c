// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closing a remote socket, behind the program's back.
 *
 * close() does not wait, and loses nothing: a backend that is known to flush
 * the "out" ring on RELEASE gets its RELEASE at once; with any other the
 * RELEASE waits until the ring is empty, for a bounded time.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/jiffies.h>

#include "sock.h"

/* How long a backend may take to empty the ring of a closed socket. */
#define PVFRONT_DRAIN_TIMEOUT	(30 * HZ)
/* How often we look; not every backend notifies us when it has. */
#define PVFRONT_DRAIN_INTERVAL	msecs_to_jiffies(10)
/* How long a bind waits for the sockets that had its port. */
#define PVFRONT_UNBIND_TIMEOUT	(5 * HZ)

/* A bind to the same port that comes right after close() has to wait for us. */
static void pvfront_unbind_start(struct pvfront_sock *ps)
{
	struct pvfront_dev *dev = ps->dev;
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	list_add_tail(&ps->link, &dev->unbinding);
	spin_unlock_irqrestore(&dev->lock, flags);
}

static void pvfront_unbind_end(struct pvfront_sock *ps)
{
	struct pvfront_dev *dev = ps->dev;
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	list_del_init(&ps->link);
	spin_unlock_irqrestore(&dev->lock, flags);
	wake_up_all(&dev->unbound);
}

static bool pvfront_unbound(struct pvfront_dev *dev, __be16 port)
{
	struct pvfront_sock *ps;
	unsigned long flags;
	bool unbound = true;

	spin_lock_irqsave(&dev->lock, flags);
	list_for_each_entry(ps, &dev->unbinding, link)
		unbound &= ps->local.sin_port != port;
	spin_unlock_irqrestore(&dev->lock, flags);
	return unbound;
}

/**
 * pvfront_await_unbound - wait until sockets that were closed gave up a port
 * @dev: the device
 * @port: the port
 *
 * For a bounded time: the backend knows best whether the port is free.
 *
 * Context: sleeps.
 * Return: 0, or -EINTR for a thread that is being killed.
 */
int pvfront_await_unbound(struct pvfront_dev *dev, __be16 port)
{
	long ret;

	ret = wait_event_killable_timeout(dev->unbound,
					  pvfront_unbound(dev, port),
					  PVFRONT_UNBIND_TIMEOUT);
	return ret < 0 ? -EINTR : 0;
}

/* The backend has let go of everything, or is gone. */
static void pvfront_closed(struct pvfront_sock *ps)
{
	if (ps->bound)
		pvfront_unbind_end(ps);
	pvfront_listen_released(ps);
	pvfront_sock_drop_ring(ps);
	pvfront_sock_put(ps);
}

static void pvfront_release_done(struct pvfront_call *call, int ret)
{
	pvfront_closed(container_of(call, struct pvfront_sock, release));
}

static void pvfront_release(struct pvfront_sock *ps)
{
	struct xen_pvcalls_request *req = &ps->release.req;

	req->cmd = PVCALLS_RELEASE;
	req->u.release.id = ps->id;
	ps->release.done = pvfront_release_done;
	if (pvfront_submit(ps->dev, &ps->release))
		pvfront_closed(ps);
}

/*
 * The backend flushes on RELEASE if it is one of ours, which is told by its
 * offering an extension.  There is nothing to flush without a stream, or
 * when the stream has come to its end.
 */
static bool pvfront_drained(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;
	bool drained = true;

	if (ps->dev->release_answers || READ_ONCE(ps->lost) || ps->broken)
		return true;
	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring && !READ_ONCE(ring->intf->out_error))
		drained = READ_ONCE(ring->intf->out_cons) == ring->tx.idx.prod;
	rcu_read_unlock();
	return drained;
}

/**
 * pvfront_close_work - is it time for the RELEASE?
 * @work: the close_work of a struct pvfront_sock, with a reference
 *
 * Context: work item.
 */
void pvfront_close_work(struct work_struct *work)
{
	struct pvfront_sock *ps = container_of(to_delayed_work(work),
					       struct pvfront_sock, close_work);

	if (!pvfront_drained(ps) &&
	    time_before(jiffies, ps->close_deadline)) {
		queue_delayed_work(pvfront_wq, &ps->close_work,
				   PVFRONT_DRAIN_INTERVAL);
		return;
	}
	pvfront_release(ps);
}

/**
 * pvfront_sock_close - the program has closed its socket
 * @ps: the remote half; the caller's reference is given away
 *
 * Context: any.
 */
void pvfront_sock_close(struct pvfront_sock *ps)
{
	enum pvfront_state was;
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	was = ps->state;
	WRITE_ONCE(ps->state, PVFRONT_CLOSED);
	spin_unlock_irqrestore(&ps->lock, flags);

	pvfront_withdraw(ps->dev, ps->id);
	if (ps->bound)
		pvfront_unbind_start(ps);
	if (was == PVFRONT_LISTENING)
		pvfront_listen_close(ps);
	if (was != PVFRONT_CONNECTED || pvfront_drained(ps)) {
		pvfront_release(ps);
		return;
	}
	ps->close_deadline = jiffies + PVFRONT_DRAIN_TIMEOUT;
	queue_delayed_work(pvfront_wq, &ps->close_work, PVFRONT_DRAIN_INTERVAL);
}
