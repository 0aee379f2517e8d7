// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of a socket from outside.  See seen.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>
#include <linux/string.h>

#include "guest.h"
#include "socket.h"
#include "trace.h"

/**
 * pvback_seen_enter - the socket goes into a state
 * @socket: of the caller
 * @state: which
 *
 * Context: the socket's work, or whoever owns a socket that is not live.
 */
void pvback_seen_enter(struct pvback_socket *socket,
		       enum pvback_socket_state state)
{
	trace_pvback_state(socket, state);
	socket->state = state;
}

/**
 * pvback_seen_moved - bytes went through the ring
 * @socket: whose
 * @in: towards the guest
 * @bytes: how many
 * @notify: it has to be notified of that
 *
 * Context: the socket's work.
 */
void pvback_seen_moved(struct pvback_socket *socket, bool in,
		       unsigned int bytes, bool notify)
{
	struct pvback_stats *stats = &socket->guest->stats;

	if (in) {
		socket->tally.bytes_in += bytes;
		pvback_stats_add(stats, PVBACK_COUNT_BYTES_IN, bytes);
	} else {
		pvback_seen_sent(socket, bytes);
	}
	/* One that is due says this, too. */
	if (!notify || socket->ring.notify) {
		socket->tally.spared++;
		pvback_stats_add(stats, PVBACK_COUNT_SPARED, 1);
	}
	if (notify)
		socket->ring.notify = true;
}

/**
 * pvback_seen_sent - bytes went to the network
 * @socket: whose
 * @bytes: how many
 *
 * Context: the socket's work.
 */
void pvback_seen_sent(struct pvback_socket *socket, unsigned int bytes)
{
	socket->tally.bytes_out += bytes;
	pvback_stats_add(&socket->guest->stats, PVBACK_COUNT_BYTES_OUT, bytes);
}

/**
 * pvback_seen_notified - the guest has been notified
 * @socket: of the ring of which
 *
 * Context: the socket's work.
 */
void pvback_seen_notified(struct pvback_socket *socket)
{
	socket->tally.notified++;
	pvback_stats_add(&socket->guest->stats, PVBACK_COUNT_NOTIFIED, 1);
}

/**
 * pvback_seen_end - a connection came to an end
 * @socket: whose
 * @how: see &enum pvback_end
 * @error: that ended it, or 0
 *
 * Context: the socket's work.
 */
void pvback_seen_end(struct pvback_socket *socket, enum pvback_end how,
		     int error)
{
	if (error)
		socket->tally.error = error;
	if (how == PVBACK_END_ERROR)
		pvback_stats_add(&socket->guest->stats,
				 PVBACK_COUNT_PEER_RESETS, 1);
	trace_pvback_end(socket, how, error);
}

/**
 * pvback_seen_refuse - something that a guest wants was refused
 * @guest: who
 * @id: its socket
 * @why: see &enum pvback_refusal
 * @value: what it wanted
 * @error: what it is told
 *
 * Context: any.
 */
void pvback_seen_refuse(struct pvback_guest *guest, u64 id,
			enum pvback_refusal why, u64 value, int error)
{
	if (why < PVBACK_REFUSE_LIMITS)
		pvback_stats_add(&guest->stats, PVBACK_COUNT_LIMITED, 1);
	else if (why < PVBACK_REFUSE_PROTOCOL)
		pvback_stats_add(&guest->stats, PVBACK_COUNT_PROTOCOL, 1);
	trace_pvback_refuse(guest->domid, id, why, value, error);
}

/* A connection has names for as long as it lasts; they are asked for once. */
static void pvback_seen_names(struct pvback_socket *socket,
			      union pvback_seen_addr *local,
			      union pvback_seen_addr *remote)
{
	struct sockaddr_storage name;

	/* The network forgets where to when the attempt has failed. */
	if (socket->connecting) {
		const struct pvback_request *req = &socket->connecting->req;

		memcpy(remote, &req->addr,
		       min_t(size_t, req->addr_len, sizeof(*remote)));
	}
	if (!socket->sock)
		return;
	if (kernel_getsockname(socket->sock, (struct sockaddr *)&name) > 0)
		memcpy(local, &name, sizeof(*local));
	if ((socket->state == PVBACK_CONNECTED ||
	     socket->state == PVBACK_LINGERING) &&
	    kernel_getpeername(socket->sock, (struct sockaddr *)&name) > 0)
		memcpy(remote, &name, sizeof(*remote));
}

static void pvback_seen_ring(const struct pvback_ring *ring,
			     struct pvback_seen *seen)
{
	seen->pages = ring->data.nr;
	seen->in_prod = ring->in.idx.prod;
	seen->in_cons = ring->in.idx.cons;
	seen->out_prod = ring->out.idx.prod;
	seen->out_cons = ring->out.idx.cons;
}

/**
 * pvback_seen_update - leave a copy for whoever looks
 * @socket: at the end of a turn, or just parked
 *
 * Context: the socket's work, or whoever owns a socket that is not live.
 */
void pvback_seen_update(struct pvback_socket *socket)
{
	struct pvback_seen *seen = &socket->seen;
	union pvback_seen_addr local = { }, remote = { };
	bool named;

	/* Nobody but this work writes to it. */
	named = seen->state == socket->state && seen->bound == socket->bound;
	if (!named)
		pvback_seen_names(socket, &local, &remote);
	spin_lock(&socket->lock);
	if (!named) {
		seen->local = local;
		seen->remote = remote;
	}
	seen->state = socket->state;
	seen->bound = socket->bound;
	seen->tally = socket->tally;
	pvback_seen_ring(&socket->ring, seen);
	/* They are in no ring any more. */
	if (socket->state == PVBACK_LINGERING) {
		seen->out_prod = socket->linger.len;
		seen->out_cons = socket->linger.sent;
	}
	spin_unlock(&socket->lock);
}

/**
 * pvback_seen_copy - look at a socket
 * @socket: the caller has a reference
 * @seen: filled in
 *
 * Context: any but interrupts.
 */
void pvback_seen_copy(struct pvback_socket *socket, struct pvback_seen *seen)
{
	spin_lock(&socket->lock);
	*seen = socket->seen;
	spin_unlock(&socket->lock);
}
