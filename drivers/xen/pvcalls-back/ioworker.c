// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moves bytes between a data ring and a socket, in turns of bounded size.
 *
 * The stack copies the bytes, always: pages of a ring are never handed to it,
 * since they are unmapped without waiting for it.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/bvec.h>
#include <linux/net.h>
#include <linux/sizes.h>
#include <linux/uio.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "guest.h"
#include "socket.h"
#include "trace.h"

/* Bytes handed to the stack at once; they lie in one page more at most. */
#define PVBACK_IO_CHUNK SZ_64K
#define PVBACK_IO_BVECS (PVBACK_IO_CHUNK / PAGE_SIZE + 1)

/* When to try again to send where it was memory that lacked. */
#define PVBACK_IO_RETRY (HZ / 50 ?: 1)

/*
 * The socket's callback says when there is room.  It says so at once, from
 * within the calls that failed, if there is room already and the stack refused
 * for want of memory: then only time helps.
 */
static void pvback_io_wait_room(struct pvback_socket *socket)
{
	if (!sk_stream_is_writeable(socket->sock->sk))
		return;
	clear_bit(PVBACK_WRITABLE, &socket->ready);
	pvback_socket_kick_later(socket, PVBACK_IO_RETRY);
}

static int pvback_io_try_send(struct pvback_socket *socket, unsigned int bytes)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct bio_vec bvecs[PVBACK_IO_BVECS];
	unsigned int nr;

	nr = flexring_rx_bvecs(&socket->ring.out, bytes, bvecs,
			       ARRAY_SIZE(bvecs));
	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, bvecs, nr, bytes);
	clear_bit(PVBACK_WRITABLE, &socket->ready);
	/* Room that comes from here on sets it again. */
	smp_mb__after_atomic();
	return sock_sendmsg(socket->sock, &msg);
}

/**
 * pvback_io_send - send the first bytes that wait in a ring
 * @socket: has a ring and a kernel socket
 * @bytes: how many at most, not more than are queued
 *
 * Bytes that were sent leave the ring.
 *
 * Context: the socket's work.
 * Return: how many were sent, -EAGAIN, or the error of the connection.
 */
int pvback_io_send(struct pvback_socket *socket, unsigned int bytes)
{
	int ret;

	bytes = min_t(unsigned int, bytes, PVBACK_IO_CHUNK);
	ret = pvback_io_try_send(socket, bytes);
	/* The stack took a peer's acknowledgment as it let the socket go. */
	if (ret == -EAGAIN && test_bit(PVBACK_WRITABLE, &socket->ready))
		ret = pvback_io_try_send(socket, bytes);
	if (ret == -EAGAIN) {
		pvback_io_wait_room(socket);
		return ret;
	}
	set_bit(PVBACK_WRITABLE, &socket->ready);
	/* An index that makes no sense is found by the next look at it. */
	if (ret > 0)
		pvback_seen_moved(socket, false, ret,
				  flexring_rx_release(&socket->ring.out, ret));
	return ret;
}

static int pvback_io_receive(struct pvback_socket *socket, unsigned int room)
{
	struct pvback_ring *ring = &socket->ring;
	struct bio_vec bvecs[PVBACK_IO_BVECS];
	struct msghdr msg = { };
	unsigned int nr;
	int ret;

	room = min_t(unsigned int, room, PVBACK_IO_CHUNK);
	nr = flexring_tx_bvecs(&ring->in, room, bvecs, ARRAY_SIZE(bvecs));
	iov_iter_bvec(&msg.msg_iter, ITER_DEST, bvecs, nr, room);
	clear_bit(PVBACK_READABLE, &socket->ready);
	/* What comes from here on sets it again. */
	smp_mb__after_atomic();
	ret = sock_recvmsg(socket->sock, &msg, MSG_DONTWAIT);
	if (ret == -EAGAIN)
		return ret;
	set_bit(PVBACK_READABLE, &socket->ready);
	if (ret > 0) {
		flexring_tx_publish(&ring->in, ret);
		pvback_seen_moved(socket, true, ret, true);
	}
	return ret;
}

/*
 * The error of a connection can be taken off the socket once.  If the other
 * direction was first, it has left it for us: what looks like an orderly end
 * of the stream then is none.
 */
static void pvback_io_end_in(struct pvback_socket *socket, int ret)
{
	pvback_ring_end_in(socket, ret ?: socket->sock_error ?: -ENOTCONN);
	/* An error, other than an orderly end, is one of both directions. */
	if (ret)
		pvback_ring_end_out(socket, -EPIPE);
	pvback_seen_end(socket, ret ? PVBACK_END_ERROR : PVBACK_END_STREAM,
			ret);
}

static void pvback_io_end_out(struct pvback_socket *socket, int ret)
{
	if (ret != -EPIPE)
		socket->sock_error = ret;
	pvback_ring_end_out(socket, ret);
	if (ret != -EPIPE)
		pvback_seen_end(socket, PVBACK_END_ERROR, ret);
}

/* A call is dear, however few the bytes. */
static unsigned int pvback_io_cost(unsigned int bytes, unsigned int budget)
{
	return min_t(unsigned int, max_t(unsigned int, bytes, PAGE_SIZE),
		     budget);
}

/*
 * To the guest.  Returns 1 if there may be more to do and the budget is used
 * up, 0 if there is nothing to do until something happens, or -EPROTO if the
 * guest's index makes no sense.
 */
static int pvback_io_in(struct pvback_socket *socket, unsigned int budget)
{
	struct pvback_ring *ring = &socket->ring;
	int room, ret;

	while (!ring->in_done && test_bit(PVBACK_READABLE, &socket->ready)) {
		room = flexring_tx_free(&ring->in);
		if (room <= 0)
			return room;
		if (!budget)
			return 1;
		ret = pvback_io_receive(socket, min_t(u32, room, budget));
		if (ret == -EAGAIN)
			return 0;
		if (ret > 0)
			budget -= pvback_io_cost(ret, budget);
		else
			pvback_io_end_in(socket, ret);
	}
	return 0;
}

/*
 * No bytes wait, and whoever reads has had the end of the stream: nobody would
 * hear that the rest of the connection is lost as well.
 */
static void pvback_io_idle(struct pvback_socket *socket)
{
	struct sock *sk = socket->sock->sk;

	if (socket->ring.out_shut)
		pvback_shutdown_finish(socket);
	else if (socket->ring.in_done && inet_sk_state_load(sk) == TCP_CLOSE)
		pvback_io_end_out(socket, sock_error(sk) ?: -EPIPE);
}

/* From the guest; as pvback_io_in(). */
static int pvback_io_out(struct pvback_socket *socket, unsigned int budget)
{
	struct pvback_ring *ring = &socket->ring;
	int queued, ret;

	while (!ring->out_done && test_bit(PVBACK_WRITABLE, &socket->ready)) {
		queued = pvback_shutdown_queued(socket);
		if (!queued)
			pvback_io_idle(socket);
		if (queued <= 0)
			return queued;
		if (!budget)
			return 1;
		ret = pvback_io_send(socket, min_t(u32, queued, budget));
		if (ret == -EAGAIN)
			return 0;
		if (ret > 0)
			budget -= pvback_io_cost(ret, budget);
		else
			pvback_io_end_out(socket, ret);
	}
	return 0;
}

/* Reset the connection; the ring is not looked at any more. */
static void pvback_io_break(struct pvback_socket *socket)
{
	struct pvback_guest *guest = socket->guest;
	u32 in_cons = READ_ONCE(*socket->ring.in.cons_word);
	u32 out_prod = READ_ONCE(*socket->ring.out.prod_word);

	dev_warn_ratelimited(&guest->dev->dev,
			     "domain %u, socket %#llx: bad ring index, in_cons %u or out_prod %u\n",
			     guest->domid, socket->id, in_cons, out_prod);
	pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_INDEX,
			   (u64)in_cons << 32 | out_prod, -EPROTO);
	pvback_seen_end(socket, PVBACK_END_BROKEN, -EPROTO);
	pvback_socket_shut(socket, true);
	pvback_seen_enter(socket, PVBACK_BROKEN);
	pvback_ring_end_in(socket, -EPROTO);
	pvback_ring_end_out(socket, -EPROTO);
	/* The interrupt is not acknowledged, so no more of them come. */
	guest->ops->notify(&socket->ring.event);
	pvback_seen_notified(socket);
}

/**
 * pvback_io_turn - move bytes both ways
 * @socket: connected
 *
 * Towards the guest first: so it is the reader who learns of a reset, and a
 * writer sees a broken pipe, as with a socket of its own.
 *
 * Specification: "Data Ring".
 *
 * Context: the socket's work.
 */
void pvback_io_turn(struct pvback_socket *socket)
{
	u32 budget = pvback_guest_limit(socket->guest, PVBACK_TURN_BYTES);
	u64 bytes_in = socket->tally.bytes_in;
	u64 bytes_out = socket->tally.bytes_out;
	int in, out;

	in = pvback_io_in(socket, budget);
	/* TCP may have made them larger, for what came or what was sent. */
	pvback_place_bound(socket->guest, socket->sock);
	out = in < 0 ? in : pvback_io_out(socket, budget);
	trace_pvback_turn(socket, bytes_in, bytes_out);
	if (out < 0 || pvback_ring_rest(socket)) {
		pvback_io_break(socket);
		return;
	}
	if (in || out)
		pvback_socket_kick(socket);
}
