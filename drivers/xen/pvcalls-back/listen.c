// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bind and listen; accept and poll without waiting.
 *
 * An ACCEPT is parked until there is a connection for it.  Its ring is mapped
 * when it comes, so that a bad grant costs no connection.  Any number of
 * ACCEPTs and POLLs may be parked at a listener.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/fcntl.h>
#include <linux/net.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "command.h"
#include "guest.h"
#include "socket.h"

/**
 * pvback_listen_bind - the command BIND
 * @socket: in any state
 * @call: answered at once
 *
 * Specification: "bind".
 *
 * Context: the socket's work.
 */
void pvback_listen_bind(struct pvback_socket *socket,
			struct pvback_call *call)
{
	int ret = -EINVAL;

	if (socket->state == PVBACK_CREATED)
		ret = pvback_admit(socket, PVBACK_USE_BIND,
				   &call->req.addr.sa);
	if (!ret) {
		pvback_sockopt_default_bound(socket);
		ret = kernel_bind(socket->sock,
				  (struct pvcalls_sockaddr *)&call->req.addr.sa,
				  call->req.addr_len);
	}
	if (!ret) {
		socket->bound = true;
		pvback_name_tell(socket->guest, call, socket->sock,
				 PVBACK_NAME_LOCAL);
	}
	pvback_command_answer(socket->guest, call, ret);
}

/*
 * As listen(2) does, and kernel_listen() does not; and what the guest's other
 * listeners leave of its limit.  A program has no use for an error here: it is
 * no promise that a queue is as long as was asked for.
 */
static void pvback_listen_take(struct pvback_socket *socket, int backlog)
{
	struct net *net = sock_net(socket->sock->sk);
	struct pvback_guest *guest = socket->guest;
	unsigned int limit = pvback_guest_limit(guest, PVBACK_MAX_BACKLOG);
	unsigned int want, most;
	int used;

	want = min(backlog, READ_ONCE(net->core.sysctl_somaxconn));
	used = atomic_read(&guest->backlog);
	do {
		most = limit > used ? limit - used : 0;
		socket->backlog = min(want, most);
	} while (!atomic_try_cmpxchg(&guest->backlog, &used,
				     used + socket->backlog));
	if (socket->backlog < want)
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_BACKLOG,
				   want, -ENOBUFS);
}

static void pvback_listen_give_back(struct pvback_socket *socket)
{
	pvback_guest_uncharge(&socket->guest->backlog, socket->backlog);
	socket->backlog = 0;
}

/*
 * Without a BIND Linux would listen on a port of its own choice.  Frontends
 * in the Linux tree hide the error of a BIND from the program, and count on
 * LISTEN to fail then.
 */
static int pvback_listen_start(struct pvback_socket *socket, int backlog)
{
	bool again = socket->state == PVBACK_LISTENING;
	struct pvback_guest *guest = socket->guest;
	int ret;

	if (!again && (socket->state != PVBACK_CREATED || !socket->bound))
		return -EINVAL;
	if (!again &&
	    !pvback_guest_charge(&guest->nr_listeners, 1,
				 pvback_guest_limit(guest, PVBACK_MAX_LISTENERS))) {
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_LISTENERS,
				   atomic_read(&guest->nr_listeners), -ENOBUFS);
		return -ENOBUFS;
	}
	/* Before the first connection, so that none is missed. */
	pvback_hook_attach(socket, NULL);
	pvback_listen_give_back(socket);
	pvback_listen_take(socket, backlog);
	ret = kernel_listen(socket->sock, socket->backlog);
	if (!ret) {
		pvback_seen_enter(socket, PVBACK_LISTENING);
	} else if (!again) {
		pvback_listen_give_back(socket);
		pvback_hook_detach(socket);
		pvback_guest_uncharge(&guest->nr_listeners, 1);
	}
	return ret;
}

/**
 * pvback_listen_call - the command LISTEN
 * @socket: in any state; a listener changes its backlog
 * @call: answered at once
 *
 * Specification: "listen".
 *
 * Context: the socket's work.
 */
void pvback_listen_call(struct pvback_socket *socket,
			struct pvback_call *call)
{
	pvback_command_answer(socket->guest, call,
			      pvback_listen_start(socket, call->req.backlog));
}

/* The end of a socket that never got its connection. */
static void pvback_listen_discard(struct pvback_socket *child)
{
	pvback_ring_close(child);
	pvback_guest_forget(child->guest, child);
	/* Whoever looks at the table may have a reference yet. */
	pvback_socket_uncount(child);
	pvback_socket_detach(child);
	pvback_socket_put(child);
}

/* Until it is answered, or dropped. */
static int pvback_listen_charge(struct pvback_socket *socket,
				struct pvback_call *call)
{
	struct pvback_guest *guest = socket->guest;
	u32 limit = pvback_guest_limit(guest, PVBACK_MAX_PARKED);

	if (!pvback_guest_charge_call(call, &guest->nr_parked, limit)) {
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_PARKED,
				   atomic_read(&guest->nr_parked), -ENFILE);
		return -ENFILE;
	}
	return 0;
}

static int pvback_listen_park(struct pvback_socket *socket,
			      struct pvback_call *call)
{
	struct pvback_guest *guest = socket->guest;
	struct pvback_socket *child;
	int ret;

	if (socket->state != PVBACK_LISTENING)
		return -EINVAL;
	ret = pvback_listen_charge(socket, call);
	if (ret)
		return ret;
	ret = pvback_guest_reserve(guest, call->req.id_new);
	if (ret)
		return ret;
	child = pvback_socket_alloc(guest, call->req.id_new);
	if (IS_ERR(child)) {
		pvback_guest_unreserve(guest, call->req.id_new);
		return PTR_ERR(child);
	}
	pvback_seen_enter(child, PVBACK_PARKED);
	ret = pvback_ring_open(child, call->req.ref, call->req.evtchn);
	if (ret) {
		pvback_listen_discard(child);
		return ret;
	}
	call->child = child;
	pvback_seen_update(child);
	pvback_guest_show(guest, child);
	list_add_tail(&call->node, &socket->accepts);
	return 0;
}

/**
 * pvback_listen_accept - the command ACCEPT
 * @socket: in any state
 * @call: parked; answered when there is a connection, or at once if it is bad
 *
 * Specification: "accept".
 *
 * Context: the listener's work.
 */
void pvback_listen_accept(struct pvback_socket *socket,
			  struct pvback_call *call)
{
	int ret = pvback_listen_park(socket, call);

	if (ret)
		pvback_command_answer(socket->guest, call, ret);
	/* The turn of this work comes next, and looks for a connection. */
}

/**
 * pvback_listen_poll - the command POLL
 * @socket: in any state
 * @call: parked; answered when there is a connection, or at once if @socket
 *	is not a listener
 *
 * Specification: "poll".
 *
 * Context: the listener's work.
 */
void pvback_listen_poll(struct pvback_socket *socket,
			struct pvback_call *call)
{
	int ret = -EINVAL;

	if (socket->state == PVBACK_LISTENING)
		ret = pvback_listen_charge(socket, call);
	if (ret)
		pvback_command_answer(socket->guest, call, ret);
	else
		list_add_tail(&call->node, &socket->polls);
}

/*
 * The child gets its connection, and from smp_store_release() on belongs to
 * its own work; we only keep a reference until we are through.
 */
static void pvback_listen_deliver(struct pvback_socket *socket,
				  struct pvback_call *call,
				  struct socket *sock)
{
	struct pvback_socket *child = call->child;

	pvback_socket_get(child);
	child->sock = sock;
	pvback_stats_add(&child->guest->stats, PVBACK_COUNT_ACCEPTS, 1);
	pvback_seen_enter(child, PVBACK_CONNECTED);
	pvback_place_adopt(child->guest, sock);
	pvback_sockopt_default_connected(child);
	pvback_hook_attach(child, &socket->saved);
	/* What came before the callbacks were ours, nobody has told us of. */
	set_bit(PVBACK_READABLE, &child->ready);
	set_bit(PVBACK_WRITABLE, &child->ready);
	pvback_name_tell(child->guest, call, sock, PVBACK_NAME_ACCEPTED);
	/* Pairs with those who ask whether they may queue the work. */
	smp_store_release(&child->live, true);
	pvback_guest_publish(child->guest, child);
	pvback_command_answer(child->guest, call, 0);
	/* For what callbacks and events did not, since it was not live. */
	pvback_socket_kick(child);
	pvback_socket_put(child);
}

static void pvback_listen_serve(struct pvback_socket *socket)
{
	struct pvback_call *call, *next;
	struct socket *sock;
	int ret;

	list_for_each_entry_safe(call, next, &socket->accepts, node) {
		ret = kernel_accept(socket->sock, &sock, O_NONBLOCK);
		if (ret == -EAGAIN)
			return;
		list_del(&call->node);
		if (ret) {
			pvback_listen_discard(call->child);
			pvback_command_answer(socket->guest, call, ret);
		} else {
			pvback_listen_deliver(socket, call, sock);
		}
	}
}

static void pvback_listen_answer_polls(struct pvback_socket *socket, int ret)
{
	struct pvback_call *call, *next;

	list_for_each_entry_safe(call, next, &socket->polls, node) {
		list_del(&call->node);
		pvback_command_answer(socket->guest, call, ret);
	}
}

/**
 * pvback_listen_turn - there may be connections
 * @socket: listening
 *
 * Context: the listener's work.
 */
void pvback_listen_turn(struct pvback_socket *socket)
{
	pvback_listen_serve(socket);
	if (inet_csk_listen_poll(socket->sock->sk))
		pvback_listen_answer_polls(socket, 0);
}

/**
 * pvback_listen_cancel - the listener goes: give up what is parked
 * @socket: in any state
 *
 * A POLL must be answered before the RELEASE is, since frontends in the Linux
 * tree take its id for the address of their socket.  An ACCEPT is answered
 * only with feature-release-answers, see pvback_command_drop().
 *
 * Context: the listener's work.
 */
void pvback_listen_cancel(struct pvback_socket *socket)
{
	struct pvback_call *call, *next;

	if (socket->state == PVBACK_LISTENING)
		pvback_guest_uncharge(&socket->guest->nr_listeners, 1);
	pvback_listen_give_back(socket);
	pvback_listen_answer_polls(socket, -ECANCELED);
	list_for_each_entry_safe(call, next, &socket->accepts, node) {
		list_del(&call->node);
		pvback_listen_discard(call->child);
		if (socket->guest->features & PVBACK_FEATURE_RELEASE_ANSWERS)
			pvback_command_answer(socket->guest, call, -ECANCELED);
		else
			pvback_command_drop(socket->guest, call);
	}
}
