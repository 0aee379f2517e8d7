// SPDX-License-Identifier: GPL-2.0-only
/*
 * The remote half of a socket: its life and its states.  See sock.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <net/tcp.h>

#include "sock.h"

/* How many there are; the module's text must outlive the last one. */
static atomic_t pvfront_sock_count = ATOMIC_INIT(0);

/**
 * pvfront_sock_alloc - a remote half which the backend does not know yet
 * @dev: the device; a reference is taken
 *
 * Context: may sleep.
 * Return: it, with one reference, or an ERR_PTR(): -ENETDOWN if the device
 * has no backend.
 */
struct pvfront_sock *pvfront_sock_alloc(struct pvfront_dev *dev)
{
	struct pvfront_sock *ps = kzalloc(sizeof(*ps), GFP_KERNEL_ACCOUNT);

	if (!ps)
		return ERR_PTR(-ENOMEM);
	kref_init(&ps->ref);
	spin_lock_init(&ps->lock);
	INIT_LIST_HEAD(&ps->dev_link);
	INIT_LIST_HEAD(&ps->link);
	INIT_LIST_HEAD(&ps->parked);
	INIT_LIST_HEAD(&ps->queue);
	INIT_DELAYED_WORK(&ps->close_work, pvfront_close_work);
	INIT_DELAYED_WORK(&ps->post_work, pvfront_post_work);
	ps->local.sin_family = AF_INET;
	ps->peer.sin_family = AF_INET;
	ps->id = atomic64_inc_return(&dev->next_id);
	ps->dev = dev;
	if (!pvfront_dev_add_sock(dev, ps)) {
		kfree(ps);
		return ERR_PTR(-ENETDOWN);
	}
	pvfront_dev_get(dev);
	atomic_inc(&pvfront_sock_count);
	return ps;
}

static void pvfront_sock_free(struct kref *ref)
{
	struct pvfront_sock *ps = container_of(ref, struct pvfront_sock, ref);

	WARN_ON_ONCE(rcu_access_pointer(ps->ring));
	pvfront_dev_del_sock(ps->dev, ps);
	pvfront_dev_put(ps->dev);
	kfree(ps);
	if (atomic_dec_and_test(&pvfront_sock_count))
		wake_up_var(&pvfront_sock_count);
}

/**
 * pvfront_sock_wait_all_gone - wait for closings that go on in the background
 *
 * At module unload: there are no sockets, and no device any more.
 *
 * Context: sleeps.
 */
void pvfront_sock_wait_all_gone(void)
{
	wait_var_event(&pvfront_sock_count, !atomic_read(&pvfront_sock_count));
}

/**
 * pvfront_sock_get - take a reference
 * @ps: the remote half
 */
void pvfront_sock_get(struct pvfront_sock *ps)
{
	kref_get(&ps->ref);
}

/**
 * pvfront_sock_get_alive - take a reference, unless the last one is gone
 * @ps: the remote half
 *
 * Return: whether there is a reference now.
 */
bool pvfront_sock_get_alive(struct pvfront_sock *ps)
{
	return kref_get_unless_zero(&ps->ref);
}

/**
 * pvfront_sock_put - give a reference back
 * @ps: the remote half
 *
 * Context: any.
 */
void pvfront_sock_put(struct pvfront_sock *ps)
{
	kref_put(&ps->ref, pvfront_sock_free);
}

/* Its presence keeps every other upper layer protocol off a remote socket. */
static const struct tcp_ulp_ops pvfront_ulp = {
	.name = "pvcalls",
	.owner = THIS_MODULE,
};

/**
 * pvfront_sock_attach - make a socket remote
 * @ps: the remote half; the caller's reference goes to @sk
 * @sk: an undecided socket, locked, or not known to anybody yet
 */
void pvfront_sock_attach(struct pvfront_sock *ps, struct sock *sk)
{
	struct proto *prot = sk->sk_family == AF_INET ? &pvfront_remote4 :
							&pvfront_remote6;
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	ps->sk = sk;
	spin_unlock_irqrestore(&ps->lock, flags);
	inet_csk(sk)->icsk_ulp_ops = &pvfront_ulp;
	rcu_assign_pointer(inet_csk(sk)->icsk_ulp_data, ps);
	/* Pairs with pvfront_of(). */
	smp_store_release(&sk->sk_prot, prot);
}

/**
 * pvfront_sock_detach - take the remote half off a socket that is released
 * @sk: a remote socket, locked
 *
 * The socket is a plain TCP socket again, for TCP to free.
 *
 * Return: the remote half, with the reference that @sk held.
 */
struct pvfront_sock *pvfront_sock_detach(struct sock *sk)
{
	struct pvfront_sock *ps = pvfront_of(sk);
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	ps->sk = NULL;
	spin_unlock_irqrestore(&ps->lock, flags);
	WRITE_ONCE(sk->sk_prot, sk->sk_prot_creator);
	rcu_assign_pointer(inet_csk(sk)->icsk_ulp_data, NULL);
	inet_csk(sk)->icsk_ulp_ops = NULL;
	return ps;
}

static void pvfront_opened(struct pvfront_call *call, int ret)
{
	struct pvfront_sock *ps = container_of(call, struct pvfront_sock, open);

	WRITE_ONCE(ps->open_error, ret);
	pvfront_sock_put(ps);
}

/**
 * pvfront_sock_open - tell the backend of a new socket
 * @ps: the remote half
 *
 * Nobody waits for the answer: the backend takes requests in order, so that
 * BIND or CONNECT can follow at once.  If this one fails, so do they.
 *
 * Context: any.
 * Return: 0 or what pvfront_submit() says.
 */
int pvfront_sock_open(struct pvfront_sock *ps)
{
	struct xen_pvcalls_request *req = &ps->open.req;
	int ret;

	req->cmd = PVCALLS_SOCKET;
	req->u.socket.id = ps->id;
	req->u.socket.domain = PVCALLS_AF_INET;
	req->u.socket.type = PVCALLS_SOCK_STREAM;
	req->u.socket.protocol = 0;
	ps->open.done = pvfront_opened;
	pvfront_sock_get(ps);
	ret = pvfront_submit(ps->dev, &ps->open);
	if (ret)
		pvfront_sock_put(ps);
	return ret;
}

/**
 * pvfront_sock_state - the state at this moment
 * @ps: the remote half
 */
enum pvfront_state pvfront_sock_state(struct pvfront_sock *ps)
{
	/* Pairs with pvfront_sock_move(): what came with the state is there. */
	return smp_load_acquire(&ps->state);
}

/**
 * pvfront_sock_move - go from one state to another
 * @ps: the remote half
 * @from: the state it has to be in
 * @to: the state it gets
 *
 * Context: any.
 * Return: false, and nothing changed, if it was in another state.
 */
bool pvfront_sock_move(struct pvfront_sock *ps, enum pvfront_state from,
		       enum pvfront_state to)
{
	unsigned long flags;
	bool moved;

	spin_lock_irqsave(&ps->lock, flags);
	moved = ps->state == from;
	if (moved)
		/* Pairs with pvfront_sock_state(). */
		smp_store_release(&ps->state, to);
	spin_unlock_irqrestore(&ps->lock, flags);
	return moved;
}

static void pvfront_wake_locked(struct pvfront_sock *ps)
{
	struct socket_wq *wq;
	struct sock *sk = ps->sk;

	lockdep_assert_held(&ps->lock);
	if (!sk)
		return;
	rcu_read_lock();
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_all(&wq->wait);
	sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
	sk_wake_async(sk, SOCK_WAKE_SPACE, POLL_OUT);
	rcu_read_unlock();
}

static void pvfront_fail_locked(struct pvfront_sock *ps, int error)
{
	lockdep_assert_held(&ps->lock);
	if (ps->sk && error)
		WRITE_ONCE(ps->sk->sk_err, -error);
}

/* A stream ends early.  Only the first reason is told, and only once. */
static void pvfront_reset_locked(struct pvfront_sock *ps, int error)
{
	lockdep_assert_held(&ps->lock);
	if (!ps->sk || ps->reset || ps->state != PVFRONT_CONNECTED)
		return;
	ps->reset = true;
	pvfront_fail_locked(ps, error);
}

/**
 * pvfront_sock_wake - something happened that callers may wait for
 * @ps: the remote half
 *
 * Context: any.
 */
void pvfront_sock_wake(struct pvfront_sock *ps)
{
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	pvfront_wake_locked(ps);
	spin_unlock_irqrestore(&ps->lock, flags);
}

/**
 * pvfront_sock_settle - a connect has been answered
 * @ps: the remote half
 * @error: 0, or why it failed
 *
 * The error is there before the state says so.
 *
 * Context: any.
 */
void pvfront_sock_settle(struct pvfront_sock *ps, int error)
{
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	/* A socket that was closed meanwhile stays so. */
	if (ps->state == PVFRONT_CONNECTING) {
		pvfront_fail_locked(ps, error);
		/* Pairs with pvfront_sock_state(). */
		smp_store_release(&ps->state, error ? PVFRONT_FAILED :
						      PVFRONT_CONNECTED);
	}
	pvfront_wake_locked(ps);
	spin_unlock_irqrestore(&ps->lock, flags);
}

/**
 * pvfront_sock_moved - the backend moved an index or set an error
 * @ps: the remote half
 * @error: the error of a stream that ended early, or 0
 *
 * Context: any.
 */
void pvfront_sock_moved(struct pvfront_sock *ps, int error)
{
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	if (error)
		pvfront_reset_locked(ps, error);
	pvfront_wake_locked(ps);
	spin_unlock_irqrestore(&ps->lock, flags);
}

/**
 * pvfront_sock_take_reset - a reader has come to the early end of a stream
 * @ps: the remote half; its socket is locked
 * @error: why it ended
 *
 * Return: the error, or 0 if the program has been told already.
 */
int pvfront_sock_take_reset(struct pvfront_sock *ps, int error)
{
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	pvfront_reset_locked(ps, error);
	spin_unlock_irqrestore(&ps->lock, flags);
	return sock_error(ps->sk);
}

/**
 * pvfront_sock_lost - the device has ended
 * @ps: the remote half
 *
 * A stream ends as if its peer had reset it.  What is in its ring can still
 * be read.
 *
 * Context: any.
 */
void pvfront_sock_lost(struct pvfront_sock *ps)
{
	unsigned long flags;

	spin_lock_irqsave(&ps->lock, flags);
	WRITE_ONCE(ps->lost, true);
	pvfront_reset_locked(ps, -ECONNRESET);
	if (ps->state == PVFRONT_LISTENING)
		pvfront_fail_locked(ps, -ENETDOWN);
	pvfront_wake_locked(ps);
	spin_unlock_irqrestore(&ps->lock, flags);
}

/**
 * pvfront_sock_drop_ring - the data ring is of no use any more
 * @ps: the remote half, with a ring or without
 *
 * Context: any; the backend has let go of the ring, or never will.
 */
void pvfront_sock_drop_ring(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;

	ring = unrcu_pointer(xchg(&ps->ring, RCU_INITIALIZER(NULL)));
	pvfront_ring_free(ring);
}

/**
 * pvfront_sock_wait - sleep until a condition holds
 * @sk: a remote socket, locked; the lock is let go while sleeping
 * @timeo: how long at most, in jiffies; what is left of it on return
 * @ready: the condition
 *
 * Context: sleeps.
 * Return: 0 if it holds, -EAGAIN when time is up, or the error for a signal.
 */
int pvfront_sock_wait(struct sock *sk, long *timeo,
		      bool (*ready)(struct pvfront_sock *ps))
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	struct pvfront_sock *ps = pvfront_of(sk);
	int ret = 0;

	add_wait_queue(sk_sleep(sk), &wait);
	while (!ready(ps)) {
		if (!*timeo) {
			ret = -EAGAIN;
			break;
		}
		if (signal_pending(current)) {
			ret = sock_intr_errno(*timeo);
			break;
		}
		sk_wait_event(sk, timeo, ready(ps), &wait);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return ret;
}
