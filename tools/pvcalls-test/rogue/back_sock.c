// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: sockets, their data rings, and what happens with the bytes.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "back.h"

struct back_sock *back_sock_find(struct back *back, uint64_t id)
{
	struct back_sock *sock = back->socks;

	while (sock && sock->id != id)
		sock = sock->next;
	return sock;
}

struct back_sock *back_sock_new(struct back *back, uint64_t id)
{
	struct back_sock *sock = calloc(1, sizeof(*sock));

	if (!sock)
		back_die("memory");
	sock->id = id;
	sock->evtchn = -1;
	sock->next = back->socks;
	back->socks = sock;
	return sock;
}

void back_sock_unmap(struct back *back, struct back_sock *sock)
{
	if (sock->evtchn >= 0)
		xenevtchn_unbind(back->events, sock->evtchn);
	if (sock->data)
		xengnttab_unmap(back->grants, sock->data, sock->pages);
	if (sock->intf)
		xengnttab_unmap(back->grants, sock->intf, 1);
	sock->evtchn = -1;
	sock->data = NULL;
	sock->intf = NULL;
}

void back_sock_free(struct back *back, struct back_sock *sock)
{
	struct back_sock **link = &back->socks;

	while (*link != sock)
		link = &(*link)->next;
	*link = sock->next;
	if (back->victim == sock)
		back->victim = NULL;
	back_sock_unmap(back, sock);
	free(sock);
}

/* The rings of CONNECT and ACCEPT.  Returns 0 or a negative errno. */
int back_sock_map(struct back *back, struct back_sock *sock, uint32_t ref,
		  uint32_t port)
{
	int prot = PROT_READ | PROT_WRITE;
	uint32_t order;

	sock->intf = xengnttab_map_domain_grant_refs(back->grants, 1,
						     back->domid, &ref, prot);
	if (!sock->intf)
		return -EFAULT;
	order = SHARED_READ(sock->intf->ring_order);
	if (order < 1 || order > PVCALLS_MAX_RING_ORDER)
		return -EINVAL;
	sock->pages = 1u << order;
	sock->data = xengnttab_map_domain_grant_refs(back->grants, sock->pages,
						     back->domid,
						     sock->intf->ref, prot);
	if (!sock->data)
		return -EFAULT;
	sock->evtchn = xenevtchn_bind_interdomain(back->events, back->domid,
						  port);
	return sock->evtchn < 0 ? -EINVAL : 0;
}

bool back_sock_evil(const struct back_sock *sock)
{
	return sock && sock->port >= BACK_EVIL_PORT;
}

/* Bytes in each direction. */
uint32_t back_sock_size(const struct back_sock *sock)
{
	return sock->pages * BACK_PAGE / 2;
}

void back_sock_notify(struct back *back, const struct back_sock *sock)
{
	xenevtchn_notify(back->events, sock->evtchn);
}

static uint32_t sock_room(const struct back_sock *sock)
{
	uint32_t queued = sock->in_prod - SHARED_READ(sock->intf->in_cons);
	uint32_t size = back_sock_size(sock);

	return queued > size ? 0 : size - queued;
}

static uint32_t sock_queued(const struct back_sock *sock)
{
	uint32_t queued = SHARED_READ(sock->intf->out_prod) - sock->out_cons;

	return queued > back_sock_size(sock) ? 0 : queued;
}

static void sock_produced(struct back_sock *sock, uint32_t bytes)
{
	sock->in_prod += bytes;
	__sync_synchronize();
	SHARED_WRITE(sock->intf->in_prod, sock->in_prod);
}

static void sock_consumed(struct back_sock *sock, uint32_t bytes)
{
	sock->out_cons += bytes;
	__sync_synchronize();
	SHARED_WRITE(sock->intf->out_cons, sock->out_cons);
}

/* Send bytes of a pattern: each is the low byte of its place in the stream. */
uint32_t back_sock_put(struct back_sock *sock, uint32_t bytes)
{
	uint32_t mask = back_sock_size(sock) - 1, i;

	if (bytes > sock_room(sock))
		bytes = sock_room(sock);
	for (i = 0; i < bytes; i++)
		sock->data[(sock->in_prod + i) & mask] =
			sock->in_prod + i - sock->in_base;
	sock_produced(sock, bytes);
	return bytes;
}

static uint32_t sock_echo(struct back_sock *sock, uint32_t bytes)
{
	uint32_t size = back_sock_size(sock), mask = size - 1, i;

	if (bytes > sock_room(sock))
		bytes = sock_room(sock);
	for (i = 0; i < bytes; i++)
		sock->data[(sock->in_prod + i) & mask] =
			sock->data[size + ((sock->out_cons + i) & mask)];
	sock_consumed(sock, bytes);
	sock_produced(sock, bytes);
	return bytes;
}

/* Returns how many bytes moved, in whatever direction. */
static uint32_t sock_move(struct back_sock *sock, uint32_t bytes)
{
	switch (sock->port % BACK_EVIL_PORT) {
	case BACK_HOLD:
		return 0;
	case BACK_SINK:
		sock_consumed(sock, bytes);
		return bytes;
	case BACK_SOURCE:
		sock_consumed(sock, bytes);
		return bytes + back_sock_put(sock, back_sock_size(sock));
	default:
		return sock_echo(sock, bytes);
	}
}

/* Move what can be moved, after the case has had its say. */
void back_sock_serve(struct back *back, struct back_sock *sock)
{
	if (!sock->data || back->frozen)
		return;
	if (sock_queued(sock) && !sock->started) {
		sock->started = true;
		if (back_sock_evil(sock) && back->which->started)
			back->which->started(back, sock);
	}
	if (!back->frozen && sock_move(sock, sock_queued(sock)))
		back_sock_notify(back, sock);
}
