// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remote sockets: bytes.
 *
 * Callers hold the lock of the socket, so that one thread at a time uses the
 * ring; it is let go while waiting.  Data that was there before an error is
 * delivered before it.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "sock.h"

/* The backend's indexes make no sense: this connection has no future. */
static int pvfront_stream_broken(struct sock *sk, struct pvfront_sock *ps)
{
	pr_warn_ratelimited("domain %u, socket %llu: index out of range, the connection is closed\n",
			    ps->dev->domid, ps->id);
	WRITE_ONCE(ps->broken, true);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	pvfront_sock_wake(ps);
	return -EIO;
}

/* No more bytes in this direction, whatever the ring says. */
static bool pvfront_stream_over(struct pvfront_sock *ps, u8 shutdown)
{
	return READ_ONCE(ps->lost) || READ_ONCE(ps->broken) ||
	       (READ_ONCE(ps->sk->sk_shutdown) & shutdown);
}

static bool pvfront_writable(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;
	bool writable = true;

	if (!pvfront_connect_over(ps))
		return false;
	if (pvfront_stream_over(ps, SEND_SHUTDOWN))
		return true;
	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring)
		writable = flexring_tx_writable(&ring->tx) ||
			   READ_ONCE(ring->intf->out_error);
	rcu_read_unlock();
	return writable;
}

/*
 * Something was there to wait for, and was gone when we looked.  Nothing that
 * an honest backend does a second time.
 */
static int pvfront_stream_idle(long timeo)
{
	cond_resched();
	return signal_pending(current) ? sock_intr_errno(timeo) : 0;
}

/* Is sending possible at all?  Returns 0 or a negative errno. */
static int pvfront_send_check(struct sock *sk, struct pvfront_sock *ps,
			      struct pvfront_ring *ring)
{
	int ret;

	if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN))
		return -EPIPE;
	if (pvfront_sock_state(ps) != PVFRONT_CONNECTED || !ring)
		return -EPIPE;
	ret = pvfront_errno(READ_ONCE(ring->intf->out_error));
	if (ret)
		WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | SEND_SHUTDOWN);
	else if (READ_ONCE(ps->lost))
		ret = -EPIPE;
	return ret;
}

/* Send what fits.  Returns bytes, 0 if nothing does, or a negative errno. */
static int pvfront_send_some(struct sock *sk, struct pvfront_sock *ps,
			     struct msghdr *msg)
{
	struct pvfront_ring *ring = pvfront_ring_locked(ps, sk);
	int ret = pvfront_send_check(sk, ps, ring);
	size_t bytes;

	if (ret)
		return ret;
	ret = flexring_tx_free(&ring->tx);
	if (ret < 0)
		return pvfront_stream_broken(sk, ps);
	if (!ret)
		return 0;
	bytes = flexring_tx_fill(&ring->tx, &msg->msg_iter);
	if (!bytes)
		return -EFAULT;
	flexring_tx_publish(&ring->tx, bytes);
	pvfront_ring_notify(ring);
	return bytes;
}

/**
 * pvfront_stream_send - send
 * @sk: a remote socket, locked
 * @ps: its remote half
 * @msg: what to send; its flags are obeyed
 * @len: how many bytes
 *
 * Context: sleeps, unless the flags say otherwise.
 * Return: bytes sent, or a negative errno, the same as for a TCP socket.
 */
int pvfront_stream_send(struct sock *sk, struct pvfront_sock *ps,
			struct msghdr *msg, size_t len)
{
	long timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	size_t sent = 0;
	int ret = 0;

	if (msg->msg_flags & (MSG_OOB | MSG_ZEROCOPY | MSG_FASTOPEN))
		return -EOPNOTSUPP;
	while (sent < len) {
		/* Also waits for a connect that is on its way. */
		ret = pvfront_sock_wait(sk, &timeo, pvfront_writable);
		if (ret)
			break;
		ret = pvfront_send_some(sk, ps, msg);
		if (!ret)
			ret = pvfront_stream_idle(timeo);
		if (ret < 0)
			break;
		sent += ret;
	}
	if (sent)
		return sent;
	return ret < 0 ? sk_stream_error(sk, msg->msg_flags, ret) : 0;
}

/* What there is to receive, after a look at the ring. */
struct pvfront_inbound {
	u32 queued;
	s32 error;
	bool over;
};

/*
 * The end is looked for before the index: it comes after the last byte, so
 * that an end with nothing queued really is one.
 */
static int pvfront_recv_look(struct sock *sk, struct pvfront_sock *ps,
			     struct pvfront_ring *ring,
			     struct pvfront_inbound *in)
{
	int ret;

	in->over = pvfront_stream_over(ps, RCV_SHUTDOWN);
	in->error = READ_ONCE(ring->intf->in_error);
	/* Pairs with the backend's barrier between index and error. */
	virt_rmb();
	ret = flexring_rx_queued(&ring->rx);
	if (ret < 0)
		return pvfront_stream_broken(sk, ps);
	in->queued = ret;
	return 0;
}

static bool pvfront_readable(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;
	bool readable = true;

	if (pvfront_stream_over(ps, RCV_SHUTDOWN))
		return true;
	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring)
		readable = flexring_rx_readable(&ring->rx) ||
			   READ_ONCE(ring->intf->in_error);
	rcu_read_unlock();
	return readable;
}

/*
 * Hand bytes that are queued to the program.  Returns how many, or -EFAULT if
 * there was no place for the first one.
 */
static int pvfront_recv_some(struct pvfront_ring *ring, struct msghdr *msg,
			     u32 bytes, u32 skip, int flags)
{
	int ret;

	if (!(flags & MSG_TRUNC)) {
		bytes = flexring_rx_copy(&ring->rx, skip, &msg->msg_iter, bytes);
		if (!bytes)
			return -EFAULT;
	}
	if (flags & MSG_PEEK)
		return bytes;
	ret = flexring_rx_release(&ring->rx, bytes);
	/* A lie about the index is found by the next look at the ring. */
	if (ret > 0)
		pvfront_ring_notify(ring);
	return bytes;
}

/* The end of the stream, for a call that has nothing else to report. */
static int pvfront_recv_end(struct sock *sk, struct pvfront_sock *ps,
			    const struct pvfront_inbound *in)
{
	int error = pvfront_errno(in->error) ?: -ECONNRESET;

	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	if (error == -ENOTCONN) {
		WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | RCV_SHUTDOWN);
		return 0;
	}
	/* Anything but an orderly end is the end of both directions. */
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	return pvfront_sock_take_reset(ps, error);
}

static int pvfront_recv_state(struct sock *sk, struct pvfront_sock *ps,
			      long *timeo)
{
	int ret = pvfront_sock_wait(sk, timeo, pvfront_connect_over);

	if (ret)
		return ret;
	if (READ_ONCE(ps->broken))
		return -EIO;
	if (pvfront_sock_state(ps) == PVFRONT_CONNECTED)
		return 0;
	return sock_error(sk) ?: -ENOTCONN;
}

/* Take what is queued.  Returns bytes, or a negative errno. */
static int pvfront_recv_queued(struct sock *sk, struct pvfront_sock *ps,
			       struct msghdr *msg, size_t len, u32 skip,
			       int flags, struct pvfront_inbound *in)
{
	struct pvfront_ring *ring = pvfront_ring_locked(ps, sk);
	int ret = pvfront_recv_look(sk, ps, ring, in);

	if (ret || in->queued <= skip)
		return ret;
	return pvfront_recv_some(ring, msg,
				 min_t(size_t, len, in->queued - skip), skip,
				 flags);
}

static int pvfront_recv_loop(struct sock *sk, struct pvfront_sock *ps,
			     struct msghdr *msg, size_t len, int flags,
			     long *timeo, size_t *done)
{
	size_t target = sock_rcvlowat(sk, flags & MSG_WAITALL, len);
	struct pvfront_inbound in;
	bool waited = false;
	int ret;

	while (*done < len) {
		u32 skip = flags & MSG_PEEK ? *done : 0;

		ret = pvfront_recv_queued(sk, ps, msg, len - *done, skip,
					  flags, &in);
		if (ret < 0)
			return ret;
		*done += ret;
		if (ret) {
			waited = false;
			continue;
		}
		if (in.error || in.over)
			return *done ? 0 : pvfront_recv_end(sk, ps, &in);
		/* A peek does not wait for more than there is. */
		if (*done >= target || skip)
			return 0;
		ret = waited ? pvfront_stream_idle(*timeo) : 0;
		ret = ret ?: pvfront_sock_wait(sk, timeo, pvfront_readable);
		if (ret)
			return ret;
		waited = true;
	}
	return 0;
}

/**
 * pvfront_stream_recv - receive
 * @sk: a remote socket, locked
 * @ps: its remote half
 * @msg: where to
 * @len: how many bytes at most
 * @flags: MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC
 *
 * Context: sleeps, unless the flags say otherwise.
 * Return: bytes received, 0 at the end of the stream, or a negative errno, the
 * same as for a TCP socket.
 */
int pvfront_stream_recv(struct sock *sk, struct pvfront_sock *ps,
			struct msghdr *msg, size_t len, int flags)
{
	long timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	size_t done = 0;
	int ret;

	if (flags & MSG_OOB)
		return -EINVAL;
	ret = pvfront_recv_state(sk, ps, &timeo);
	if (!ret)
		ret = pvfront_recv_loop(sk, ps, msg, len, flags, &timeo, &done);
	return done ? done : ret;
}

/**
 * pvfront_stream_poll - what poll says of a socket that does not listen
 * @sk: a remote socket, not locked
 * @ps: its remote half
 *
 * Context: any.
 */
__poll_t pvfront_stream_poll(struct sock *sk, struct pvfront_sock *ps)
{
	enum pvfront_state state = pvfront_sock_state(ps);
	u8 shutdown = READ_ONCE(sk->sk_shutdown);
	__poll_t mask = 0;
	s32 in_error;

	if (state == PVFRONT_CONNECTING)
		return 0;
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	if (state != PVFRONT_CONNECTED || shutdown == SHUTDOWN_MASK ||
	    READ_ONCE(ps->lost))
		mask |= EPOLLHUP;
	if (state == PVFRONT_CONNECTED && pvfront_readable(ps))
		mask |= EPOLLIN | EPOLLRDNORM;
	in_error = pvfront_ring_in_error(ps);
	if (in_error || (shutdown & RCV_SHUTDOWN))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (in_error && in_error != -ENOTCONN)
		mask |= EPOLLERR | EPOLLHUP;
	if (pvfront_writable(ps))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

/**
 * pvfront_stream_inq - bytes that wait to be received, for FIONREAD
 * @ps: the remote half
 *
 * Context: any.
 */
u32 pvfront_stream_inq(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;
	u32 bytes = 0;

	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring)
		bytes = flexring_rx_readable(&ring->rx);
	rcu_read_unlock();
	return bytes;
}

/**
 * pvfront_stream_outq - bytes that the backend has not taken, for SIOCOUTQ
 * @ps: the remote half
 *
 * Context: any.
 */
u32 pvfront_stream_outq(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;
	u32 bytes = 0;

	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring)
		bytes = min(ring->tx.idx.size, READ_ONCE(ring->tx.idx.prod) -
					       READ_ONCE(ring->intf->out_cons));
	rcu_read_unlock();
	return bytes;
}
