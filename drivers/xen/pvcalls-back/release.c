// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a socket: when its guest asks for it, or goes.
 *
 * A ring ends in this order: what waits in it is sent or copied; event
 * channel unbound; grants unmapped; and only then the answer.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <net/sock.h>

#include "command.h"
#include "guest.h"
#include "socket.h"

/* Has the guest left bytes unread?  Or is its index none? */
static bool pvback_release_unread(struct pvback_socket *socket)
{
	struct flexring_tx *in = &socket->ring.in;

	return flexring_tx_free(in) != in->idx.size;
}

/*
 * Send what the guest published before it released the socket, or shut it
 * down, and keep what does not fit.  The index is looked at once: a guest that
 * goes on publishing does not keep us here.
 *
 * Returns true if the connection has to be reset, after what could be sent:
 * bytes left unread, as TCP does it; or bytes that can be neither sent nor
 * kept.  And before, if the guest has set SO_LINGER, which asks for that.
 */
static bool pvback_release_drain(struct pvback_socket *socket)
{
	bool unread = pvback_release_unread(socket);
	int queued, ret = 0;

	queued = pvback_shutdown_queued(socket);
	if (queued < 0 || sock_flag(socket->sock->sk, SOCK_LINGER))
		return true;
	while (queued && !socket->ring.out_done) {
		ret = pvback_io_send(socket, queued);
		if (ret < 0)
			break;
		queued -= ret;
	}
	if (unread || !queued || ret != -EAGAIN)
		return unread;
	return pvback_linger_keep(socket, queued);
}

static void pvback_release_cancel(struct pvback_socket *socket)
{
	pvback_listen_cancel(socket);
	if (socket->connecting) {
		/* An answer says that the ring is the guest's again. */
		pvback_ring_close(socket);
		pvback_command_answer(socket->guest, socket->connecting,
				      -ECANCELED);
		socket->connecting = NULL;
	}
}

/* From here on the guest may use the number for another socket. */
static void pvback_release_forget(struct pvback_socket *socket)
{
	struct pvback_call *call, *next;
	LIST_HEAD(calls);

	pvback_guest_forget(socket->guest, socket);
	spin_lock(&socket->lock);
	socket->gone = true;
	list_splice_init(&socket->calls, &calls);
	spin_unlock(&socket->lock);
	list_for_each_entry_safe(call, next, &calls, node) {
		list_del(&call->node);
		pvback_command_answer(socket->guest, call, -ENOENT);
	}
}

/**
 * pvback_release_call - the command RELEASE, or the end of the guest
 * @socket: in the table
 * @call: answered; NULL if it is the guest that goes
 *
 * release.reuse is a hint, and not followed.  Specification: "release".
 *
 * Context: the socket's work, which holds a reference of its own.
 */
void pvback_release_call(struct pvback_socket *socket,
			 struct pvback_call *call)
{
	bool connected = socket->state == PVBACK_CONNECTED;
	bool reset = false, lingers = false;

	pvback_release_cancel(socket);
	if (connected) {
		reset = pvback_release_drain(socket);
		pvback_seen_end(socket, reset ? PVBACK_END_RESET :
				PVBACK_END_CLOSED, 0);
	}
	pvback_ring_close(socket);
	if (connected && !reset)
		lingers = socket->linger.buf || pvback_linger_close(socket);
	if (!lingers) {
		pvback_socket_shut(socket, reset);
		pvback_socket_uncount(socket);
	}
	pvback_release_forget(socket);
	if (call)
		pvback_command_answer(socket->guest, call, 0);
	/* The reference of the table. */
	if (lingers) {
		pvback_linger_start(socket);
		pvback_socket_detach(socket);
	} else {
		pvback_seen_enter(socket, PVBACK_CLOSED);
		pvback_socket_detach(socket);
		pvback_socket_put(socket);
	}
}
