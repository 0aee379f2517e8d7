// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that were released before the peer had all their bytes.
 *
 * First what did not fit into TCP's buffer is sent, if there was such; then
 * the stream is ended, and the peer has its time to take what is left.  The
 * kernel would wait for that by itself, with a socket that is nobody's: ours
 * stay in their guest's account.
 *
 * They have no ring and no number any more, and need nothing of their guest
 * but its counters; it may be gone.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "guest.h"
#include "main.h"
#include "socket.h"

/* When to try again to send where it was memory that lacked. */
#define PVBACK_LINGER_RETRY (HZ / 10)

/* What a peer has that takes some bytes every now and then, in seconds. */
#define PVBACK_LINGER_MOST 900UL

static DEFINE_SPINLOCK(pvback_linger_lock);
static LIST_HEAD(pvback_linger_list);
static u64 pvback_linger_serial;

static void *pvback_linger_copy(struct pvback_socket *socket,
				unsigned int bytes)
{
	struct iov_iter iter;
	struct kvec kvec;

	kvec.iov_len = bytes;
	kvec.iov_base = kvmalloc(bytes, GFP_KERNEL);
	if (!kvec.iov_base)
		return NULL;
	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, bytes);
	flexring_rx_copy(&socket->ring.out, 0, &iter, bytes);
	return kvec.iov_base;
}

/**
 * pvback_linger_keep - copy what waits in a ring that is to be unmapped
 * @socket: has a ring
 * @bytes: how many are queued
 *
 * Context: the socket's work.
 * Return: 0, -ENOBUFS beyond the guest's limit, or -ENOMEM.
 */
int pvback_linger_keep(struct pvback_socket *socket, unsigned int bytes)
{
	struct pvback_guest *guest = socket->guest;
	int ret = -ENOBUFS;

	if (!pvback_guest_charge(&guest->linger_bytes, bytes,
				 pvback_guest_limit(guest, PVBACK_MAX_LINGER_BYTES))) {
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_LINGER,
				   bytes, ret);
		goto err_count;
	}
	socket->linger.buf = pvback_linger_copy(socket, bytes);
	if (!socket->linger.buf) {
		ret = -ENOMEM;
		goto err_uncharge;
	}
	socket->linger.len = bytes;
	return 0;

err_uncharge:
	pvback_guest_uncharge(&guest->linger_bytes, bytes);
err_count:
	atomic_inc(&guest->resets);
	return ret;
}

/* A long timeout is as good as a longer one, and must not wrap. */
static unsigned long pvback_linger_timeout_secs(void)
{
	return min_t(unsigned long, READ_ONCE(pvback_linger_timeout), 86400);
}

/* As much as the peer has acknowledged. */
static u64 pvback_linger_acked(struct sock *sk)
{
	u64 acked;

	lock_sock(sk);
	acked = tcp_sk(sk)->bytes_acked;
	release_sock(sk);
	return acked;
}

/* From now on, with nothing taken. */
static void pvback_linger_patience(struct pvback_linger *linger)
{
	unsigned long timeout = pvback_linger_timeout_secs();

	if (linger->sent == linger->len)
		timeout = max_t(unsigned long, timeout, PVBACK_LINGER_LEAST);
	linger->deadline = jiffies + timeout * HZ;
	if (time_after(linger->deadline, linger->end))
		linger->deadline = linger->end;
}

/* A slow peer is no dead one: with each byte it takes it has time again. */
static void pvback_linger_look(struct pvback_socket *socket)
{
	struct pvback_linger *linger = &socket->linger;
	u64 acked = pvback_linger_acked(socket->sock->sk);

	if (acked == linger->acked)
		return;
	linger->acked = acked;
	pvback_linger_patience(linger);
}

/* TCP has all, and the peer has not. */
static bool pvback_linger_pending(const struct pvback_socket *socket)
{
	return BIT(inet_sk_state_load(socket->sock->sk)) &
	       (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK);
}

/**
 * pvback_linger_close - end a connection all of whose bytes TCP has
 * @socket: has a kernel socket, and no ring any more
 *
 * As close() does it, but for the socket itself: what still comes from the
 * peer is answered with a reset.
 *
 * Context: the socket's work.
 * Return: true if the peer has not yet acknowledged all; false if the kernel's
 * socket can go at once, which resets where bytes were not read.
 */
bool pvback_linger_close(struct pvback_socket *socket)
{
	struct sock *sk = socket->sock->sk;
	bool unread;

	lock_sock(sk);
	unread = tcp_inq(sk);
	release_sock(sk);
	if (unread)
		return false;
	/* Fails where there is no connection any more. */
	kernel_sock_shutdown(socket->sock, SHUT_RDWR);
	return pvback_linger_pending(socket);
}

/**
 * pvback_linger_start - begin to wait for the peer
 * @socket: released, with bytes that were kept or after pvback_linger_close();
 *	the caller's reference becomes the list's
 *
 * Context: the socket's work, whose turn goes on with pvback_linger_turn().
 */
void pvback_linger_start(struct pvback_socket *socket)
{
	unsigned long timeout = pvback_linger_timeout_secs();
	struct pvback_linger *linger = &socket->linger;

	pvback_seen_enter(socket, PVBACK_LINGERING);
	set_bit(PVBACK_WRITABLE, &socket->ready);
	linger->acked = pvback_linger_acked(socket->sock->sk);
	linger->end = jiffies + max(timeout, PVBACK_LINGER_MOST) * HZ;
	pvback_linger_patience(linger);
	spin_lock(&pvback_linger_lock);
	linger->serial = pvback_linger_serial++;
	list_add_tail(&linger->node, &pvback_linger_list);
	spin_unlock(&pvback_linger_lock);
}

/**
 * pvback_linger_find - look for a socket that lingers
 * @guest: whose
 * @serial: not below this one; set to that of the socket
 *
 * Context: any but interrupts.
 * Return: the first with a reference for the caller, or NULL.
 */
struct pvback_socket *pvback_linger_find(const struct pvback_guest *guest,
					 unsigned long *serial)
{
	struct pvback_socket *socket, *found = NULL;

	spin_lock(&pvback_linger_lock);
	list_for_each_entry(socket, &pvback_linger_list, linger.node) {
		if (socket->guest == guest && socket->linger.serial >= *serial) {
			pvback_socket_get(socket);
			*serial = socket->linger.serial;
			found = socket;
			break;
		}
	}
	spin_unlock(&pvback_linger_lock);
	return found;
}

/* They are sent, or not to be sent any more. */
static void pvback_linger_drop(struct pvback_socket *socket)
{
	struct pvback_linger *linger = &socket->linger;

	kvfree(linger->buf);
	pvback_guest_uncharge(&socket->guest->linger_bytes, linger->len);
	linger->buf = NULL;
	linger->len = 0;
	linger->sent = 0;
}

static void pvback_linger_finish(struct pvback_socket *socket, bool reset)
{
	struct pvback_guest *guest = socket->guest;

	if (reset)
		atomic_inc(&guest->resets);
	spin_lock(&pvback_linger_lock);
	list_del(&socket->linger.node);
	spin_unlock(&pvback_linger_lock);
	pvback_socket_shut(socket, reset);
	pvback_linger_drop(socket);
	pvback_seen_end(socket, reset ? PVBACK_END_RESET : PVBACK_END_SENT, 0);
	pvback_seen_enter(socket, PVBACK_CLOSED);
	pvback_socket_uncount(socket);
	pvback_socket_kick_never(socket);
	/* The reference of the list; the work still has its own. */
	pvback_socket_put(socket);
}

static int pvback_linger_try(struct pvback_socket *socket)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct pvback_linger *linger = &socket->linger;
	struct kvec kvec = {
		.iov_base = linger->buf + linger->sent,
		.iov_len = linger->len - linger->sent,
	};

	return kernel_sendmsg(socket->sock, &msg, &kvec, 1, kvec.iov_len);
}

/* Returns 0 when all is sent, -EAGAIN, or the error of the connection. */
static int pvback_linger_send(struct pvback_socket *socket)
{
	struct pvback_linger *linger = &socket->linger;
	int ret;

	while (linger->sent < linger->len) {
		ret = pvback_linger_try(socket);
		/* As in pvback_io_send(). */
		if (ret == -EAGAIN &&
		    test_and_clear_bit(PVBACK_WRITABLE, &socket->ready))
			ret = pvback_linger_try(socket);
		if (ret < 0)
			return ret;
		linger->sent += ret;
		pvback_seen_sent(socket, ret);
	}
	return 0;
}

/* When the work is to run again, if no callback lets it run before. */
static void pvback_linger_sleep(struct pvback_socket *socket, bool room)
{
	unsigned long delay = socket->linger.deadline - jiffies;

	if (sk_stream_is_writeable(socket->sock->sk)) {
		delay = min_t(unsigned long, delay, PVBACK_LINGER_RETRY);
		/* It was memory that lacked, see pvback_io_wait_room(). */
		if (room)
			clear_bit(PVBACK_WRITABLE, &socket->ready);
	}
	pvback_socket_kick_later(socket, delay);
}

/* Bytes that were kept; returns true once TCP has them all. */
static bool pvback_linger_turn_kept(struct pvback_socket *socket)
{
	/* Not before the callback, or the appointment, says that there is room. */
	bool room = test_and_clear_bit(PVBACK_WRITABLE, &socket->ready);
	int ret = room ? pvback_linger_send(socket) : -EAGAIN;

	if (ret == -EAGAIN) {
		pvback_linger_sleep(socket, room);
		return false;
	}
	if (ret || !pvback_linger_close(socket)) {
		pvback_linger_finish(socket, false);
		return false;
	}
	pvback_linger_drop(socket);
	pvback_linger_patience(&socket->linger);
	return true;
}

/**
 * pvback_linger_turn - send more of what was kept, or see what the peer has
 * @socket: lingering
 *
 * Context: the socket's work.
 */
void pvback_linger_turn(struct pvback_socket *socket)
{
	struct pvback_linger *linger = &socket->linger;
	bool late, unsent = linger->sent < linger->len;

	pvback_linger_look(socket);
	late = time_after_eq(jiffies, linger->deadline);
	/* What TCP has is not lost with us, so a reset is for what it has not. */
	if (READ_ONCE(linger->abort) || late) {
		pvback_linger_finish(socket, unsent || late);
		return;
	}
	if (unsent && !pvback_linger_turn_kept(socket))
		return;
	if (pvback_linger_pending(socket))
		pvback_socket_kick_later(socket, linger->deadline - jiffies);
	else
		pvback_linger_finish(socket, false);
}

/**
 * pvback_linger_abort_all - reset every lingering connection
 *
 * Returns before it is done.
 *
 * Context: module exit; all guests are disconnected, so no more come.
 */
void pvback_linger_abort_all(void)
{
	struct pvback_socket *socket;

	spin_lock(&pvback_linger_lock);
	list_for_each_entry(socket, &pvback_linger_list, linger.node) {
		WRITE_ONCE(socket->linger.abort, true);
		pvback_socket_kick(socket);
	}
	spin_unlock(&pvback_linger_lock);
}
