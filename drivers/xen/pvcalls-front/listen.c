// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remote sockets: listen and accept.
 *
 * A listener asks the backend for connections ahead of the program: it keeps
 * a few ACCEPT requests on their way, each with a data ring ready, and queues
 * what they bring.  So accept() and poll() find connections without a round
 * trip, and POLL requests are not needed.  A connection in the queue counts
 * as accepted on the backend's side and as waiting on ours, just as in the
 * accept queue of a TCP listener.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/jiffies.h>

#include "sock.h"

/* ACCEPT requests and queued connections of a listener, taken together. */
#define PVFRONT_AHEAD		2
/* A backend without extensions takes one ACCEPT at a time. */
#define PVFRONT_AHEAD_LEAST	1
/* When it said that it had one already, or memory was short. */
#define PVFRONT_POST_RETRY	msecs_to_jiffies(20)

static void pvfront_post_later(struct pvfront_sock *ps)
{
	pvfront_sock_get(ps);
	if (!queue_delayed_work(pvfront_wq, &ps->post_work, PVFRONT_POST_RETRY))
		pvfront_sock_put(ps);
}

/* The answer was good, and the listener still there: queue the child. */
static bool pvfront_queue_child(struct pvfront_sock *ps,
				struct pvfront_sock *child, int ret)
{
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&ps->lock, flags);
	list_del_init(&child->link);
	if (!ret && ps->state == PVFRONT_LISTENING) {
		list_add_tail(&child->link, &ps->queue);
		WRITE_ONCE(child->state, PVFRONT_QUEUED);
		queued = true;
	} else {
		ps->ahead--;
		if (ret && ret != -EINTR)
			WRITE_ONCE(ps->accept_error, ret);
	}
	spin_unlock_irqrestore(&ps->lock, flags);
	return queued;
}

static void pvfront_accepted(struct pvfront_call *call, int ret)
{
	struct pvfront_sock *child = container_of(call, struct pvfront_sock,
						  command);
	struct pvfront_sock *ps = child->listener;

	child->listener = NULL;
	if (!pvfront_queue_child(ps, child, ret)) {
		if (ret) {
			pvfront_sock_drop_ring(child);
			pvfront_sock_put(child);
		} else {
			pvfront_sock_close(child);
		}
	}
	if (ret == -EINTR)
		pvfront_post_later(ps);
	else
		pvfront_sock_wake(ps);
	pvfront_sock_put(ps);
}

static int pvfront_submit_accept(struct pvfront_sock *ps,
				 struct pvfront_sock *child,
				 const struct pvfront_ring *ring)
{
	struct xen_pvcalls_request *req = &child->command.req;
	unsigned long flags;
	int ret;

	req->cmd = PVCALLS_ACCEPT;
	req->u.accept.id = ps->id;
	req->u.accept.id_new = child->id;
	req->u.accept.ref = ring->share.refs[0];
	req->u.accept.evtchn = ring->event.port;
	child->command.done = pvfront_accepted;
	child->listener = ps;
	pvfront_sock_get(ps);
	spin_lock_irqsave(&ps->lock, flags);
	list_add_tail(&child->link, &ps->parked);
	spin_unlock_irqrestore(&ps->lock, flags);

	ret = pvfront_submit(ps->dev, &child->command);
	if (!ret)
		return 0;
	spin_lock_irqsave(&ps->lock, flags);
	list_del_init(&child->link);
	spin_unlock_irqrestore(&ps->lock, flags);
	pvfront_sock_put(ps);
	return ret;
}

/* Ask for one connection.  The child's reference is the request's. */
static int pvfront_post_one(struct pvfront_sock *ps)
{
	struct pvfront_sock *child = pvfront_sock_alloc(ps->dev);
	struct pvfront_ring *ring;
	int ret;

	if (IS_ERR(child))
		return PTR_ERR(child);
	child->state = PVFRONT_ACCEPTING;
	child->local = ps->local;
	ring = pvfront_ring_alloc(child);
	if (IS_ERR(ring)) {
		ret = PTR_ERR(ring);
		goto err_child;
	}
	rcu_assign_pointer(child->ring, ring);
	ret = pvfront_submit_accept(ps, child, ring);
	if (!ret)
		return 0;
	pvfront_sock_drop_ring(child);
err_child:
	pvfront_sock_put(child);
	return ret;
}

/* One more request may be made; it is counted already if so. */
static bool pvfront_want_more(struct pvfront_sock *ps)
{
	unsigned int limit = PVFRONT_AHEAD;
	unsigned long flags;
	bool more;

	if (!ps->dev->release_answers || pvfront_accepts_scarce(ps->dev))
		limit = PVFRONT_AHEAD_LEAST;

	spin_lock_irqsave(&ps->lock, flags);
	more = ps->state == PVFRONT_LISTENING && ps->ahead < limit;
	ps->ahead += more;
	spin_unlock_irqrestore(&ps->lock, flags);
	return more;
}

/* Keep as many requests on their way as there should be. */
static int pvfront_post(struct pvfront_sock *ps)
{
	unsigned long flags;
	int ret = 0;

	while (!ret && pvfront_want_more(ps)) {
		ret = pvfront_post_one(ps);
		if (!ret)
			continue;
		spin_lock_irqsave(&ps->lock, flags);
		ps->ahead--;
		spin_unlock_irqrestore(&ps->lock, flags);
	}
	return ret;
}

/**
 * pvfront_post_work - ask for connections again
 * @work: the post_work of a listener, with a reference
 *
 * Context: work item.
 */
void pvfront_post_work(struct work_struct *work)
{
	struct pvfront_sock *ps = container_of(to_delayed_work(work),
					       struct pvfront_sock, post_work);

	if (pvfront_post(ps) && pvfront_sock_state(ps) == PVFRONT_LISTENING &&
	    !READ_ONCE(ps->lost))
		pvfront_post_later(ps);
	pvfront_sock_put(ps);
}

/**
 * pvfront_listen - listen on the backend's side
 * @sk: a remote socket, locked; the lock is let go while waiting
 * @ps: its remote half, bound
 * @backlog: as the program passed it
 *
 * Context: sleeps.
 * Return: 0 or a negative errno.
 */
int pvfront_listen(struct sock *sk, struct pvfront_sock *ps, int backlog)
{
	struct xen_pvcalls_request req = { .cmd = PVCALLS_LISTEN };
	enum pvfront_state state = pvfront_sock_state(ps);
	int ret;

	if (READ_ONCE(ps->lost))
		return -ENETDOWN;
	if (ps->busy || !ps->bound ||
	    (state != PVFRONT_IDLE && state != PVFRONT_LISTENING))
		return -EINVAL;
	req.u.listen.id = ps->id;
	req.u.listen.backlog = min_t(u32, backlog, SOMAXCONN);
	ps->busy = true;
	release_sock(sk);
	ret = pvfront_call_wait(ps->dev, &req);
	lock_sock(sk);
	ps->busy = false;
	if (ret)
		return ret;
	pvfront_sock_move(ps, PVFRONT_IDLE, PVFRONT_LISTENING);
	if (pvfront_post(ps))
		pvfront_post_later(ps);
	return 0;
}

static struct pvfront_sock *pvfront_pop(struct pvfront_sock *ps)
{
	struct pvfront_sock *child;
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	child = list_first_entry_or_null(&ps->queue, struct pvfront_sock, link);
	if (child) {
		list_del_init(&child->link);
		ps->ahead--;
		WRITE_ONCE(child->state, PVFRONT_CONNECTED);
	}
	spin_unlock_irqrestore(&ps->lock, flags);
	return child;
}

static bool pvfront_accept_ready(struct pvfront_sock *ps)
{
	return !list_empty_careful(&ps->queue) ||
	       READ_ONCE(ps->accept_error) || READ_ONCE(ps->lost) ||
	       (READ_ONCE(ps->sk->sk_shutdown) & RCV_SHUTDOWN) ||
	       pvfront_sock_state(ps) != PVFRONT_LISTENING;
}

/**
 * pvfront_accept - take a connection
 * @sk: a remote socket, locked; the lock is let go while waiting
 * @ps: its remote half
 * @flags: O_NONBLOCK or 0
 *
 * Context: sleeps, unless @flags say otherwise.
 * Return: the remote half of the connection, connected, with a reference for
 * the caller, or an ERR_PTR().
 */
struct pvfront_sock *pvfront_accept(struct sock *sk, struct pvfront_sock *ps,
				    int flags)
{
	long timeo = sock_rcvtimeo(sk, flags & O_NONBLOCK);
	struct pvfront_sock *child;
	int ret;

	for (;;) {
		if (pvfront_sock_state(ps) != PVFRONT_LISTENING ||
		    (sk->sk_shutdown & RCV_SHUTDOWN))
			return ERR_PTR(-EINVAL);
		child = pvfront_pop(ps);
		if (child)
			break;
		if (READ_ONCE(ps->lost))
			return ERR_PTR(-ENETDOWN);
		ret = xchg(&ps->accept_error, 0) ?: pvfront_post(ps);
		if (ret) {
			/* A program that only polls must not wait for ever. */
			pvfront_post_later(ps);
			return ERR_PTR(ret);
		}
		ret = pvfront_sock_wait(sk, &timeo, pvfront_accept_ready);
		if (ret)
			return ERR_PTR(ret);
	}
	if (pvfront_post(ps))
		pvfront_post_later(ps);
	return child;
}

/**
 * pvfront_accept_undo - the program could not be given the connection
 * @ps: the listener, its socket locked
 * @child: what pvfront_accept() returned
 *
 * It is the next one to be accepted again.
 */
void pvfront_accept_undo(struct pvfront_sock *ps, struct pvfront_sock *child)
{
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	WRITE_ONCE(child->state, PVFRONT_QUEUED);
	list_add(&child->link, &ps->queue);
	ps->ahead++;
	spin_unlock_irqrestore(&ps->lock, flags);
}

/**
 * pvfront_listen_poll - what poll says of a listener
 * @ps: the listener
 *
 * Context: any.
 */
__poll_t pvfront_listen_poll(struct pvfront_sock *ps)
{
	if (READ_ONCE(ps->lost))
		return EPOLLIN | EPOLLRDNORM | EPOLLERR | EPOLLHUP;
	return pvfront_accept_ready(ps) ? EPOLLIN | EPOLLRDNORM : 0;
}

/**
 * pvfront_listen_close - a listener is closed: nobody will accept its queue
 * @ps: the listener, CLOSED already
 *
 * Context: any.
 */
void pvfront_listen_close(struct pvfront_sock *ps)
{
	struct pvfront_sock *child, *next;
	LIST_HEAD(queue);
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	list_splice_init(&ps->queue, &queue);
	spin_unlock_irqrestore(&ps->lock, flags);
	list_for_each_entry_safe(child, next, &queue, link) {
		list_del_init(&child->link);
		pvfront_sock_close(child);
	}
}

/**
 * pvfront_listen_released - the backend has released a listener
 * @ps: the listener, or any other remote half
 *
 * A backend without feature-release-answers never answers the ACCEPT requests
 * which are still on their way; their memory is freed here, all but the
 * little that remembers them.
 *
 * Context: any.
 */
void pvfront_listen_released(struct pvfront_sock *ps)
{
	struct pvfront_sock *child;
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	list_for_each_entry(child, &ps->parked, link)
		pvfront_sock_drop_ring(child);
	spin_unlock_irqrestore(&ps->lock, flags);
}
