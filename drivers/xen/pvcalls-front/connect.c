// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remote sockets: becoming one, bind, and connect.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <net/inet_sock.h>

#include "sock.h"

/**
 * pvfront_make_remote - the decision has fallen: this socket leaves the guest
 * @sk: an undecided socket, locked
 * @dev: the device it goes to
 *
 * Context: may sleep.
 * Return: its remote half, or an ERR_PTR(); then the socket is undecided still.
 */
struct pvfront_sock *pvfront_make_remote(struct sock *sk,
					 struct pvfront_dev *dev)
{
	struct pvfront_sock *ps = pvfront_sock_alloc(dev);
	int ret;

	if (IS_ERR(ps))
		return ps;
	ret = pvfront_sock_open(ps);
	if (ret) {
		pvfront_sock_put(ps);
		return ERR_PTR(ret);
	}
	pvfront_sock_attach(ps, sk);
	return ps;
}

/* An error of the SOCKET request explains every later one. */
static int pvfront_first_error(struct pvfront_sock *ps, int ret)
{
	int open_error = READ_ONCE(ps->open_error);

	return ret && open_error ? open_error : ret;
}

/**
 * pvfront_bind - bind a socket on the backend's side
 * @sk: a remote socket, locked; the lock is let go while waiting
 * @ps: its remote half
 * @wire: the address
 *
 * Context: sleeps.
 * Return: 0 or a negative errno.
 */
int pvfront_bind(struct sock *sk, struct pvfront_sock *ps,
		 const struct sockaddr_in *wire)
{
	struct xen_pvcalls_request req = { .cmd = PVCALLS_BIND };
	int ret;

	if (READ_ONCE(ps->lost))
		return -ENETDOWN;
	if (ps->bound || ps->busy || pvfront_sock_state(ps) != PVFRONT_IDLE)
		return -EINVAL;
	req.u.bind.id = ps->id;
	memcpy(req.u.bind.addr, wire, sizeof(*wire));
	req.u.bind.len = sizeof(*wire);
	ps->busy = true;
	release_sock(sk);
	ret = wire->sin_port ? pvfront_await_unbound(ps->dev, wire->sin_port) :
			       0;
	ret = ret ?: pvfront_call_wait(ps->dev, &req);
	lock_sock(sk);
	ps->busy = false;
	if (ret)
		return pvfront_first_error(ps, ret);
	ps->bound = true;
	ps->local = *wire;
	return 0;
}

static void pvfront_connected(struct pvfront_call *call, int ret)
{
	struct pvfront_sock *ps = container_of(call, struct pvfront_sock,
					       command);
	int error = pvfront_first_error(ps, ret);

	pvfront_sock_settle(ps, error);
	/* One that failed may have another ring already. */
	if (!error)
		pvfront_ring_catch_up(ps);
	pvfront_sock_put(ps);
}

static int pvfront_connect_start(struct pvfront_sock *ps,
				 const struct sockaddr_in *wire)
{
	struct xen_pvcalls_request *req = &ps->command.req;
	struct pvfront_ring *ring;
	int ret;

	if (READ_ONCE(ps->lost))
		return -ENETDOWN;
	ring = pvfront_ring_alloc(ps);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	memset(req, 0, sizeof(*req));
	req->cmd = PVCALLS_CONNECT;
	req->u.connect.id = ps->id;
	memcpy(req->u.connect.addr, wire, sizeof(*wire));
	req->u.connect.len = sizeof(*wire);
	req->u.connect.ref = ring->share.refs[0];
	req->u.connect.evtchn = ring->event.port;
	ps->command.done = pvfront_connected;
	ps->peer = *wire;
	rcu_assign_pointer(ps->ring, ring);
	pvfront_sock_move(ps, PVFRONT_IDLE, PVFRONT_CONNECTING);
	pvfront_sock_get(ps);
	ret = pvfront_submit(ps->dev, &ps->command);
	if (ret) {
		pvfront_sock_move(ps, PVFRONT_CONNECTING, PVFRONT_IDLE);
		pvfront_sock_drop_ring(ps);
		pvfront_sock_put(ps);
	}
	return ret;
}

/**
 * pvfront_connect_over - no connect is on its way
 * @ps: the remote half
 *
 * Context: any.
 */
bool pvfront_connect_over(struct pvfront_sock *ps)
{
	return pvfront_sock_state(ps) != PVFRONT_CONNECTING;
}

/* The answer has come: tell the program, as inet_stream_connect() would. */
static int pvfront_connect_finish(struct sock *sk, struct pvfront_sock *ps)
{
	struct socket *sock = sk->sk_socket;

	if (pvfront_sock_state(ps) == PVFRONT_CONNECTED) {
		/* Once to the program, which may have waited by poll. */
		if (sock->state == SS_CONNECTED)
			return -EISCONN;
		sock->state = SS_CONNECTED;
		return 0;
	}
	sock->state = SS_UNCONNECTED;
	pvfront_sock_drop_ring(ps);
	pvfront_sock_move(ps, PVFRONT_FAILED, PVFRONT_IDLE);
	return sock_error(sk) ?: -ECONNABORTED;
}

/**
 * pvfront_connect - connect a socket on the backend's side
 * @sk: a remote socket, locked; the lock is let go while waiting
 * @ps: its remote half
 * @wire: the address
 * @flags: O_NONBLOCK or 0
 *
 * Context: sleeps, unless @flags say otherwise.
 * Return: 0 or a negative errno, the same as for a TCP socket.
 */
int pvfront_connect(struct sock *sk, struct pvfront_sock *ps,
		    const struct sockaddr_in *wire, int flags)
{
	int ret = -EALREADY;
	long timeo;

	if (ps->busy)
		return -EALREADY;
	switch (pvfront_sock_state(ps)) {
	case PVFRONT_IDLE:
		ret = pvfront_connect_start(ps, wire);
		if (ret)
			return ret;
		sk->sk_socket->state = SS_CONNECTING;
		ret = -EINPROGRESS;
		break;
	case PVFRONT_CONNECTING:
	case PVFRONT_CONNECTED:
	case PVFRONT_FAILED:
		break;
	default:
		return -EISCONN;
	}
	timeo = sock_sndtimeo(sk, flags & O_NONBLOCK);
	if (!pvfront_connect_over(ps)) {
		if (!timeo)
			return ret;
		ret = pvfront_sock_wait(sk, &timeo, pvfront_connect_over);
		if (ret)
			return ret == -EAGAIN ? -EINPROGRESS : ret;
	}
	return pvfront_connect_finish(sk, ps);
}
