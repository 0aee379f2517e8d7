// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connect without waiting.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/fcntl.h>
#include <linux/net.h>

#include "command.h"
#include "guest.h"
#include "socket.h"

/* What Linux says to a connect() in the wrong state. */
static int pvback_connect_allowed(const struct pvback_socket *socket)
{
	switch (socket->state) {
	case PVBACK_CREATED:
		return 0;
	case PVBACK_CONNECTING:
		return -EALREADY;
	default:
		return -EISCONN;
	}
}

/* How much of it may there be? The call counts until it is answered. */
static int pvback_connect_charge(struct pvback_socket *socket,
				 struct pvback_call *call)
{
	struct pvback_guest *guest = socket->guest;
	u32 limit = pvback_guest_limit(guest, PVBACK_MAX_CONNECTING);
	u32 rate = pvback_guest_limit(guest, PVBACK_CONNECTS_PER_SECOND);

	if (!pvback_guest_pace(&guest->connects, rate)) {
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_PACE, rate,
				   -ENOBUFS);
		return -ENOBUFS;
	}
	if (!pvback_guest_charge_call(call, &guest->nr_connecting, limit)) {
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_CONNECTING,
				   atomic_read(&guest->nr_connecting), -ENOBUFS);
		return -ENOBUFS;
	}
	return 0;
}

/* A refused socket may try again: nothing of the attempt stays behind. */
static void pvback_connect_fail(struct pvback_socket *socket,
				struct pvback_call *call, int ret)
{
	pvback_hook_detach(socket);
	pvback_ring_close(socket);
	socket->tally.error = ret;
	pvback_stats_add(&socket->guest->stats, PVBACK_COUNT_FAILED, 1);
	pvback_seen_enter(socket, PVBACK_CREATED);
	pvback_command_answer(socket->guest, call, ret);
}

static void pvback_connect_done(struct pvback_socket *socket,
				struct pvback_call *call)
{
	pvback_sockopt_default_connected(socket);
	pvback_stats_add(&socket->guest->stats, PVBACK_COUNT_CONNECTS, 1);
	pvback_seen_enter(socket, PVBACK_CONNECTED);
	/* Bytes or an end of the stream may have come with the handshake. */
	set_bit(PVBACK_READABLE, &socket->ready);
	set_bit(PVBACK_WRITABLE, &socket->ready);
	pvback_name_tell(socket->guest, call, socket->sock, PVBACK_NAME_LOCAL);
	pvback_command_answer(socket->guest, call, 0);
	/* The turn of this work comes next, and moves them. */
}

/*
 * The second call of kernel_connect() for the same attempt says how it went,
 * and after a refusal makes the socket ready for another one.
 */
static void pvback_connect_try(struct pvback_socket *socket)
{
	struct pvback_call *call = socket->connecting;
	int ret;

	ret = kernel_connect(socket->sock,
			     (struct pvcalls_sockaddr *)&call->req.addr.sa,
			     call->req.addr_len, O_NONBLOCK);
	if (ret == -EINPROGRESS || ret == -EALREADY)
		return;
	socket->connecting = NULL;
	if (ret)
		pvback_connect_fail(socket, call, ret);
	else
		pvback_connect_done(socket, call);
}

/**
 * pvback_connect_call - the command CONNECT
 * @socket: in any state
 * @call: answered when the connection is there or refused
 *
 * The ring is mapped first, so that a bad grant costs no connection.
 * Specification: "connect".
 *
 * Context: the socket's work.
 */
void pvback_connect_call(struct pvback_socket *socket,
			 struct pvback_call *call)
{
	int ret;

	ret = pvback_connect_allowed(socket);
	if (!ret)
		ret = pvback_admit(socket, PVBACK_USE_CONNECT,
				   &call->req.addr.sa);
	if (!ret)
		ret = pvback_connect_charge(socket, call);
	if (!ret)
		ret = pvback_ring_open(socket, call->req.ref,
				       call->req.evtchn);
	if (ret) {
		pvback_command_answer(socket->guest, call, ret);
		return;
	}
	/* Before the first packet goes, so that no answer to it is missed. */
	pvback_hook_attach(socket, NULL);
	pvback_seen_enter(socket, PVBACK_CONNECTING);
	socket->connecting = call;
	pvback_connect_try(socket);
}

/**
 * pvback_connect_turn - something may have happened to an attempt
 * @socket: connecting
 *
 * Context: the socket's work.
 */
void pvback_connect_turn(struct pvback_socket *socket)
{
	pvback_connect_try(socket);
	if (socket->state == PVBACK_CONNECTED)
		pvback_io_turn(socket);
}
