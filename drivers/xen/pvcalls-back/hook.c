// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks of a kernel socket, replaced by ours while it serves a guest.
 *
 * They run under the read side of sk_callback_lock, with sk_user_data
 * pointing to our socket.  Both go away under its write side: then none of
 * them is at work on our socket, and one that comes late finds NULL and does
 * nothing.  So they need no reference.
 *
 * The originals are not called.  They wake sleepers and send signals, and a
 * socket without a file has neither.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <net/sock.h>

#include "socket.h"

static void pvback_hook_run(struct sock *sk, unsigned long ready)
{
	struct pvback_socket *socket;

	read_lock_bh(&sk->sk_callback_lock);
	socket = __locked_read_sk_user_data_with_flags(sk, 0);
	if (socket) {
		if (ready & BIT(PVBACK_READABLE))
			set_bit(PVBACK_READABLE, &socket->ready);
		if (ready & BIT(PVBACK_WRITABLE))
			set_bit(PVBACK_WRITABLE, &socket->ready);
		/* A new child is kicked by its listener in due course. */
		if (smp_load_acquire(&socket->live))
			pvback_socket_kick(socket);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void pvback_hook_data_ready(struct sock *sk)
{
	pvback_hook_run(sk, BIT(PVBACK_READABLE));
}

/* TCP calls this for every bit of room while SOCK_NOSPACE is set. */
static void pvback_hook_write_space(struct sock *sk)
{
	if (!sk_stream_is_writeable(sk) || !sk->sk_socket)
		return;
	clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	pvback_hook_run(sk, BIT(PVBACK_WRITABLE));
}

/* The end of a connection matters to both directions. */
static void pvback_hook_state_change(struct sock *sk)
{
	pvback_hook_run(sk, BIT(PVBACK_READABLE) | BIT(PVBACK_WRITABLE));
}

static void pvback_hook_error_report(struct sock *sk)
{
	pvback_hook_run(sk, BIT(PVBACK_READABLE) | BIT(PVBACK_WRITABLE));
}

/**
 * pvback_hook_attach - let a socket's callbacks queue its work
 * @socket: has a kernel socket
 * @originals: what to restore later, or NULL for what is there now.  A socket
 *	that was just accepted has inherited our callbacks from its listener.
 *
 * What happened before is not reported: the caller looks for itself.
 *
 * Context: the socket's work, or whoever owns a socket that is not live.
 */
void pvback_hook_attach(struct pvback_socket *socket,
			const struct pvback_hook *originals)
{
	struct sock *sk = socket->sock->sk;

	if (socket->hooked)
		return;
	write_lock_bh(&sk->sk_callback_lock);
	if (originals) {
		socket->saved = *originals;
	} else {
		socket->saved.state_change = sk->sk_state_change;
		socket->saved.data_ready = sk->sk_data_ready;
		socket->saved.write_space = sk->sk_write_space;
		socket->saved.error_report = sk->sk_error_report;
	}
	/* Children of a listener must not inherit the pointer. */
	__rcu_assign_sk_user_data_with_flags(sk, socket, SK_USER_DATA_NOCOPY);
	sk->sk_state_change = pvback_hook_state_change;
	sk->sk_data_ready = pvback_hook_data_ready;
	sk->sk_write_space = pvback_hook_write_space;
	sk->sk_error_report = pvback_hook_error_report;
	write_unlock_bh(&sk->sk_callback_lock);
	socket->hooked = true;
}

/**
 * pvback_hook_detach - give a socket its own callbacks back
 * @socket: with ours or without
 *
 * Context: the socket's work, or whoever owns a socket that is not live.
 */
void pvback_hook_detach(struct pvback_socket *socket)
{
	struct sock *sk;

	if (!socket->hooked)
		return;
	sk = socket->sock->sk;
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, NULL);
	sk->sk_state_change = socket->saved.state_change;
	sk->sk_data_ready = socket->saved.data_ready;
	sk->sk_write_space = socket->saved.write_space;
	sk->sk_error_report = socket->saved.error_report;
	write_unlock_bh(&sk->sk_callback_lock);
	socket->hooked = false;
}
