// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life and work of a socket.  See socket.h and guest.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <net/sock.h>

#include "command.h"
#include "guest.h"
#include "socket.h"

/* Requests served in one turn: as many as a command ring of one page has. */
#define PVBACK_SOCKET_BUDGET PVCALLS_RING_SLOTS(0)

typedef void (*pvback_socket_fn)(struct pvback_socket *socket,
				 struct pvback_call *call);

/* All sockets of all guests, for the end of the module. */
static atomic_t pvback_socket_count;
static DECLARE_WAIT_QUEUE_HEAD(pvback_socket_gone);

/* SOCKET is not here: it names no socket yet. */
static const pvback_socket_fn pvback_socket_handlers[PVCALLS_NR_CMDS] = {
	[PVCALLS_CONNECT]	= pvback_connect_call,
	[PVCALLS_RELEASE]	= pvback_release_call,
	[PVCALLS_BIND]		= pvback_listen_bind,
	[PVCALLS_LISTEN]	= pvback_listen_call,
	[PVCALLS_ACCEPT]	= pvback_listen_accept,
	[PVCALLS_POLL]		= pvback_listen_poll,
	[PVCALLS_GETNAME]	= pvback_name_call,
	[PVCALLS_SETSOCKOPT]	= pvback_sockopt_set,
	[PVCALLS_GETSOCKOPT]	= pvback_sockopt_get,
	[PVCALLS_SHUTDOWN]	= pvback_shutdown_call,
};

static struct pvback_call *pvback_socket_next(struct pvback_socket *socket)
{
	struct pvback_call *call;

	spin_lock(&socket->lock);
	call = list_first_entry_or_null(&socket->calls, struct pvback_call,
					node);
	if (call)
		list_del(&call->node);
	spin_unlock(&socket->lock);
	return call;
}

static bool pvback_socket_must_close(struct pvback_socket *socket)
{
	bool closing;

	spin_lock(&socket->lock);
	closing = socket->closing && !socket->gone;
	spin_unlock(&socket->lock);
	return closing;
}

static void pvback_socket_serve(struct pvback_socket *socket)
{
	unsigned int served = 0;
	struct pvback_call *call;

	while ((call = pvback_socket_next(socket))) {
		pvback_socket_handlers[call->req.cmd](socket, call);
		if (++served == PVBACK_SOCKET_BUDGET) {
			pvback_socket_kick(socket);
			return;
		}
	}
}

static void pvback_socket_turn(struct pvback_socket *socket)
{
	switch (socket->state) {
	case PVBACK_CONNECTING:
		pvback_connect_turn(socket);
		break;
	case PVBACK_CONNECTED:
		pvback_io_turn(socket);
		break;
	case PVBACK_LISTENING:
		pvback_listen_turn(socket);
		break;
	case PVBACK_LINGERING:
		pvback_linger_turn(socket);
		break;
	case PVBACK_CREATED:
	case PVBACK_BROKEN:
	case PVBACK_PARKED:
	case PVBACK_CLOSED:
		break;
	}
}

static void pvback_socket_work(struct work_struct *work)
{
	struct pvback_socket *socket = container_of(work, struct pvback_socket,
						    work);

	pvback_yield();
	/* Calls that wait are given back by the release, unanswered. */
	if (pvback_socket_must_close(socket))
		pvback_release_call(socket, NULL);
	else
		pvback_socket_serve(socket);
	pvback_socket_turn(socket);
	pvback_seen_update(socket);
	/* The reference of pvback_socket_kick(). */
	pvback_socket_put(socket);
}

static void pvback_socket_later(struct work_struct *work)
{
	struct pvback_socket *socket = container_of(to_delayed_work(work),
						    struct pvback_socket,
						    later);

	set_bit(PVBACK_WRITABLE, &socket->ready);
	pvback_socket_kick(socket);
	/* The reference of pvback_socket_kick_later(). */
	pvback_socket_put(socket);
}

/**
 * pvback_socket_alloc - a socket that nobody knows yet
 * @guest: whose it is; counted in its attached
 * @id: the guest's name for it
 *
 * Context: may sleep.
 * Return: the socket with one reference, or an error pointer: -EMFILE if the
 * guest has too many, or -ENOMEM.
 */
struct pvback_socket *pvback_socket_alloc(struct pvback_guest *guest, u64 id)
{
	struct pvback_socket *socket;

	if (!pvback_guest_charge(&guest->nr_sockets, 1,
				 pvback_guest_limit(guest, PVBACK_MAX_SOCKETS))) {
		pvback_seen_refuse(guest, id, PVBACK_REFUSE_SOCKETS,
				   atomic_read(&guest->nr_sockets), -EMFILE);
		return ERR_PTR(-EMFILE);
	}
	socket = kzalloc(sizeof(*socket), GFP_KERNEL);
	if (!socket) {
		pvback_guest_uncharge(&guest->nr_sockets, 1);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&socket->ref);
	pvback_guest_get(guest);
	socket->guest = guest;
	socket->id = id;
	socket->counted = true;
	INIT_WORK(&socket->work, pvback_socket_work);
	INIT_DELAYED_WORK(&socket->later, pvback_socket_later);
	spin_lock_init(&socket->lock);
	INIT_LIST_HEAD(&socket->calls);
	INIT_LIST_HEAD(&socket->accepts);
	INIT_LIST_HEAD(&socket->polls);
	INIT_LIST_HEAD(&socket->linger.node);
	atomic_inc(&pvback_socket_count);
	atomic_inc(&guest->attached);
	pvback_stats_most(&guest->stats, atomic_read(&guest->nr_sockets));
	return socket;
}

/**
 * pvback_socket_uncount - the guest may have another socket instead
 * @socket: at its end, or freed right after
 *
 * Before the guest hears of that end: it may ask for the other one at once,
 * while references on this one are still being dropped.
 *
 * Context: whoever owns the socket, or drops the last reference.
 */
void pvback_socket_uncount(struct pvback_socket *socket)
{
	if (!socket->counted)
		return;
	socket->counted = false;
	pvback_guest_uncharge(&socket->guest->nr_sockets, 1);
}

static void pvback_socket_free(struct kref *ref)
{
	struct pvback_socket *socket = container_of(ref, struct pvback_socket,
						    ref);
	struct pvback_guest *guest = socket->guest;

	pvback_socket_uncount(socket);
	pvback_guest_put(guest);
	kfree(socket);
	if (atomic_dec_and_test(&pvback_socket_count))
		wake_up(&pvback_socket_gone);
}

/**
 * pvback_socket_create - what the command SOCKET asks for
 * @guest: who asks
 * @id: its name for the socket
 * @family: AF_INET, or AF_INET6 for a socket that speaks both
 *
 * Context: the guest's command work.
 * Return: 0, -EEXIST if there is such a socket, -EMFILE if the guest has too
 * many, -ENETDOWN if its network namespace is gone, or what the network says:
 * -EAFNOSUPPORT if it has no IPv6.
 */
int pvback_socket_create(struct pvback_guest *guest, u64 id, int family)
{
	struct pvback_socket *socket;
	int ret;

	ret = pvback_guest_reserve(guest, id);
	if (ret)
		return ret;
	socket = pvback_socket_alloc(guest, id);
	if (IS_ERR(socket)) {
		ret = PTR_ERR(socket);
		goto err_unreserve;
	}
	ret = pvback_place_create(guest, family, &socket->sock);
	if (ret == -ENETDOWN)
		pvback_seen_refuse(guest, id, PVBACK_REFUSE_PLACE,
				   READ_ONCE(guest->place.netns), ret);
	if (ret)
		goto err_detach;
	pvback_seen_enter(socket, PVBACK_CREATED);
	pvback_guest_show(guest, socket);
	/* Pairs with those who ask whether requests may find it. */
	smp_store_release(&socket->live, true);
	pvback_guest_publish(guest, socket);
	return 0;

err_detach:
	pvback_socket_detach(socket);
	pvback_socket_put(socket);
err_unreserve:
	pvback_guest_unreserve(guest, id);
	return ret;
}

/**
 * pvback_socket_get - take a reference
 * @socket: of which the caller has, or borrows, a reference
 *
 * Context: any.
 */
void pvback_socket_get(struct pvback_socket *socket)
{
	kref_get(&socket->ref);
}

/**
 * pvback_socket_put - drop a reference
 * @socket: not to be used by the caller any more
 *
 * Context: may sleep, except where the caller knows of another reference.
 */
void pvback_socket_put(struct pvback_socket *socket)
{
	kref_put(&socket->ref, pvback_socket_free);
}

/**
 * pvback_socket_kick - let the socket's work run
 * @socket: live
 *
 * Context: any, hard interrupts included.
 */
void pvback_socket_kick(struct pvback_socket *socket)
{
	pvback_socket_get(socket);
	if (!queue_work(socket->guest->wq, &socket->work))
		pvback_socket_put(socket);
}

/**
 * pvback_socket_kick_later - let the socket's work run after a while
 * @socket: live
 * @delay: in jiffies; takes the place of an appointment that was made before
 *
 * Context: the socket's work.
 */
void pvback_socket_kick_later(struct pvback_socket *socket,
			      unsigned long delay)
{
	pvback_socket_get(socket);
	if (mod_delayed_work(socket->guest->wq, &socket->later, delay))
		pvback_socket_put(socket);
}

/**
 * pvback_socket_kick_never - take pvback_socket_kick_later() back
 * @socket: with or without an appointment
 *
 * Context: the socket's work.
 */
void pvback_socket_kick_never(struct pvback_socket *socket)
{
	if (cancel_delayed_work(&socket->later))
		pvback_socket_put(socket);
}

/**
 * pvback_socket_post - give a socket a call to serve
 * @socket: live
 * @call: belongs to the socket if this succeeds
 *
 * Context: the guest's command work.
 * Return: 0, or -ENOENT if the socket was released meanwhile.
 */
int pvback_socket_post(struct pvback_socket *socket, struct pvback_call *call)
{
	int ret = 0;

	spin_lock(&socket->lock);
	if (socket->gone)
		ret = -ENOENT;
	else
		list_add_tail(&call->node, &socket->calls);
	spin_unlock(&socket->lock);
	if (!ret)
		pvback_socket_kick(socket);
	return ret;
}

/**
 * pvback_socket_close - release a socket since its guest goes
 * @socket: live
 *
 * Returns before it is done.  May be called more than once.
 *
 * Context: any but interrupts.
 */
void pvback_socket_close(struct pvback_socket *socket)
{
	spin_lock(&socket->lock);
	socket->closing = true;
	spin_unlock(&socket->lock);
	pvback_socket_kick(socket);
}

/**
 * pvback_socket_detach - the socket needs its guest's device no more
 * @socket: without a ring and without calls
 *
 * Context: whoever owns the socket; the guest may be disconnected right after.
 */
void pvback_socket_detach(struct pvback_socket *socket)
{
	struct pvback_guest *guest = socket->guest;

	/* The socket still holds a reference on the guest. */
	if (atomic_dec_and_test(&guest->attached))
		wake_up(&guest->idle);
}

/**
 * pvback_socket_shut - close the kernel's socket
 * @socket: with or without one
 * @reset: throw away what was not sent, and tell the peer so
 *
 * Context: the socket's work, or whoever owns a socket that is not live.
 */
void pvback_socket_shut(struct pvback_socket *socket, bool reset)
{
	struct socket *sock = socket->sock;

	if (!sock)
		return;
	pvback_hook_detach(socket);
	if (reset) {
		pvback_stats_add(&socket->guest->stats, PVBACK_COUNT_RESETS, 1);
		sock_no_linger(sock->sk);
	}
	sock_release(sock);
	socket->sock = NULL;
}

/**
 * pvback_socket_wait_all - wait until there is no socket left
 *
 * Context: may sleep; module exit.
 */
void pvback_socket_wait_all(void)
{
	wait_event(pvback_socket_gone, !atomic_read(&pvback_socket_count));
}
