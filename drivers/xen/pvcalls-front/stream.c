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
#include <linux/uio.h>

#include "sock.h"

/* What the backend has to say of a direction, once only. */
static int pvfront_take_error(struct sock *sk, s32 error, int shutdown)
{
	int ret = pvfront_ring_error(error);

	if (!ret || (sk->sk_shutdown & shutdown))
		return 0;
	/* Receiving ends both directions, unless it is an orderly end. */
	if (shutdown == RCV_SHUTDOWN && ret != -ENOTCONN)
		shutdown = SHUTDOWN_MASK;
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | shutdown);
	return ret;
}

/* The backend's indexes make no sense: this connection has no future. */
static int pvfront_stream_broken(struct sock *sk, struct pvfront_sock *ps)
{
	pr_warn_ratelimited("domain %u, socket %llu: index out of range, the connection is closed\n",
			    ps->dev->domid, ps->id);
	WRITE_ONCE(ps->broken, true);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	sk->sk_state_change(sk);
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

/* Is sending possible at all?  Returns 0 or a negative errno. */
static int pvfront_send_check(struct sock *sk, struct pvfront_sock *ps,
			      struct pvfront_ring *ring)
{
	int ret;

	if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN))
		return -EPIPE;
	if (pvfront_sock_state(ps) != PVFRONT_CONNECTED || !ring)
		return -EPIPE;
	ret = pvfront_take_error(sk, READ_ONCE(ring->intf->out_error),
				 SEND_SHUTDOWN);
	if (ret)
		return ret;
	return READ_ONCE(ps->lost) ? -EPIPE : 0;
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
};

/*
 * The error is read before the index: a backend sets it after its last byte,
 * so that an error with nothing queued is really the end.
 */
static int pvfront_recv_look(struct sock *sk, struct pvfront_sock *ps,
			     struct pvfront_ring *ring,
			     struct pvfront_inbound *in)
{
	int ret;

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
 * Hand bytes that are queued to the program.  Returns how many, or -EFAULT if there
 * was no place for the first one.
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

/*
 * Nothing is queued.  Returns 1 to look again after having waited, 0 if the
 * call is over with what it has, or a negative errno.  An error is taken only
 * by a call that has nothing else to report.
 */
static int pvfront_recv_empty(struct sock *sk, struct pvfront_sock *ps,
			      const struct pvfront_inbound *in, bool enough,
			      bool some, long *timeo)
{
	int ret;

	if (in->error || pvfront_stream_over(ps, RCV_SHUTDOWN)) {
		if (some || (sk->sk_shutdown & RCV_SHUTDOWN))
			return 0;
		if (!in->error)
			return sock_error(sk);
		ret = pvfront_take_error(sk, in->error, RCV_SHUTDOWN);
		return ret == -ENOTCONN ? 0 : ret;
	}
	if (enough)
		return 0;
	return pvfront_sock_wait(sk, timeo, pvfront_readable) ?: 1;
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

static int pvfront_recv_loop(struct sock *sk, struct pvfront_sock *ps,
			     struct msghdr *msg, size_t len, int flags,
			     long *timeo, size_t *done)
{
	size_t target = sock_rcvlowat(sk, flags & MSG_WAITALL, len);
	struct pvfront_ring *ring = pvfront_ring_locked(ps, sk);
	struct pvfront_inbound in;
	int ret = 0;

	while (*done < len) {
		u32 skip = flags & MSG_PEEK ? *done : 0;

		ret = pvfront_recv_look(sk, ps, ring, &in);
		if (ret)
			return ret;
		if (in.queued > skip) {
			ret = pvfront_recv_some(ring, msg,
						min_t(size_t, len - *done,
						      in.queued - skip),
						skip, flags);
			if (ret < 0)
				return ret;
			*done += ret;
			continue;
		}
		/* A peek does not wait for more than there is. */
		ret = pvfront_recv_empty(sk, ps, &in, *done >= target || skip,
					 *done, timeo);
		if (ret <= 0)
			return ret;
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
	struct pvfront_ring *ring;
	__poll_t mask = 0;
	s32 in_error = 0;

	if (state == PVFRONT_CONNECTING)
		return 0;
	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	if (state != PVFRONT_CONNECTED || shutdown == SHUTDOWN_MASK ||
	    READ_ONCE(ps->lost))
		mask |= EPOLLHUP;
	if (state == PVFRONT_CONNECTED && pvfront_readable(ps))
		mask |= EPOLLIN | EPOLLRDNORM;
	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring)
		in_error = READ_ONCE(ring->intf->in_error);
	rcu_read_unlock();
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
