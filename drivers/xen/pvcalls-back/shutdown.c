// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of one direction of a connection, by the will of the guest.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "command.h"
#include "guest.h"
#include "socket.h"

/*
 * The reader then finds an end of the stream where there are no bytes, and
 * tells the guest.
 */
static void pvback_shutdown_in(struct pvback_socket *socket)
{
	kernel_sock_shutdown(socket->sock, SHUT_RD);
	set_bit(PVBACK_READABLE, &socket->ready);
}

/* The FIN has to wait for the bytes that were published by now. */
static int pvback_shutdown_out(struct pvback_socket *socket)
{
	struct pvback_ring *ring = &socket->ring;
	int queued;

	if (ring->out_shut || ring->out_done)
		return 0;
	queued = flexring_rx_queued(&ring->out);
	if (queued < 0)
		return queued;
	ring->out_limit = ring->out.idx.cons + queued;
	ring->out_shut = true;
	return 0;
}

static int pvback_shutdown_start(struct pvback_socket *socket, u32 how)
{
	int ret = 0;

	if (socket->state != PVBACK_CONNECTED)
		return -ENOTCONN;
	/* It was reset, or both directions have come to their end. */
	if (inet_sk_state_load(socket->sock->sk) == TCP_CLOSE)
		return -ENOTCONN;
	if (how != PVCALLS_SHUT_RD)
		ret = pvback_shutdown_out(socket);
	if (!ret && how != PVCALLS_SHUT_WR)
		pvback_shutdown_in(socket);
	return ret;
}

/**
 * pvback_shutdown_call - the command SHUTDOWN
 * @socket: in any state
 * @call: answered at once
 *
 * Specification: feature-shutdown in pvcalls.h.
 *
 * Context: the socket's work, whose turn comes next and goes on from here.
 */
void pvback_shutdown_call(struct pvback_socket *socket,
			  struct pvback_call *call)
{
	pvback_command_answer(socket->guest, call,
			      pvback_shutdown_start(socket, call->req.how));
}

/**
 * pvback_shutdown_queued - how many bytes of "out" are to be sent
 * @socket: has a ring
 *
 * Context: the socket's work.
 * Return: all that the guest has published, unless it has shut the direction
 * down; or -EPROTO if its index makes no sense.
 */
int pvback_shutdown_queued(struct pvback_socket *socket)
{
	struct pvback_ring *ring = &socket->ring;
	int queued;

	queued = flexring_rx_queued(&ring->out);
	if (queued < 0 || !ring->out_shut)
		return queued;
	return ring->out_limit - ring->out.idx.cons;
}

/**
 * pvback_shutdown_finish - all bytes before a SHUTDOWN are sent: end the stream
 * @socket: has a ring and a kernel socket
 *
 * If the connection was lost meanwhile, then the peer hears of nothing, and
 * the guest of that in the other direction.
 *
 * Context: the socket's work.
 */
void pvback_shutdown_finish(struct pvback_socket *socket)
{
	kernel_sock_shutdown(socket->sock, SHUT_WR);
	pvback_ring_end_out(socket, -EPIPE);
}
