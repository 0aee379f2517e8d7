// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: what can be wrong with a data ring.
 *
 * All strike when the first bytes have come in at a connection to an evil
 * port, before anything else happens with them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <string.h>
#include <unistd.h>

#include "back.h"

static void strike(struct back *back, struct back_sock *sock)
{
	back->hits++;
	back->victim = sock;
}

static void in_prod(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	sock->in_prod += back->which->value.number;
	SHARED_WRITE(sock->intf->in_prod, sock->in_prod);
	back_sock_notify(back, sock);
}

static void out_cons(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	/* From here on the index stays as it is. */
	sock->port = BACK_EVIL_PORT + BACK_HOLD;
	sock->out_cons += back->which->value.number;
	SHARED_WRITE(sock->intf->out_cons, sock->out_cons);
	back_sock_notify(back, sock);
}

static void own_indexes(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	SHARED_WRITE(sock->intf->in_cons, sock->in_prod + 12345);
	SHARED_WRITE(sock->intf->out_prod, sock->out_cons - 999);
	SHARED_WRITE(sock->intf->ring_order, 0xffffffff);
	memset(sock->intf->ref, 0xff, sock->pages * sizeof(uint32_t));
	memset(sock->intf->pad1, 0xff, sizeof(sock->intf->pad1));
	memset(sock->intf->pad2, 0xff, sizeof(sock->intf->pad2));
	back_sock_notify(back, sock);
	/* We would believe these until the frontend writes its own again. */
	SHARED_WRITE(sock->intf->in_cons, sock->in_prod);
	SHARED_WRITE(sock->intf->out_prod, sock->out_cons + 1);
}

static void in_error(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	SHARED_WRITE(sock->intf->in_error, (s32)back->which->value.number);
	back_sock_notify(back, sock);
}

static void out_error(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	SHARED_WRITE(sock->intf->out_error, (s32)back->which->value.number);
	back_sock_notify(back, sock);
}

static void data_then_error(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	sock->in_base = sock->in_prod;
	back_sock_put(sock, 1000);
	sock->port = BACK_SINK;
	SHARED_WRITE(sock->intf->in_error, (s32)back->which->value.number);
	back_sock_notify(back, sock);
}

/* A tick long, every ring gets as many events as we can send. */
static void storm(struct back *back)
{
	u64 end = peer_now() + BACK_TICK_MS;
	struct back_sock *sock = back->victim;

	if (!sock)
		return;
	while (peer_now() < end) {
		back_sock_notify(back, sock);
		back_command_notify(back);
	}
}

static void flap(struct back *back)
{
	struct back_sock *sock = back->victim;
	unsigned int i;

	if (!sock)
		return;
	for (i = 0; i < 100; i++) {
		SHARED_WRITE(sock->intf->in_error, (s32)peer_random());
		SHARED_WRITE(sock->intf->out_error, i & 1 ? -32 : 0);
		back_sock_notify(back, sock);
	}
	SHARED_WRITE(sock->intf->in_error, 0);
	SHARED_WRITE(sock->intf->out_error, 0);
}

/* Indexes that move for ever, by values that make no sense. */
static void wander(struct back *back)
{
	struct back_sock *sock = back->victim;
	unsigned int i;

	if (!sock)
		return;
	for (i = 0; i < 100; i++) {
		SHARED_WRITE(sock->intf->in_prod, peer_random());
		SHARED_WRITE(sock->intf->out_cons, peer_random());
		back_sock_notify(back, sock);
	}
}

/* RELEASE was answered, and everything stays mapped and is written to. */
static bool keep(struct back *back, struct back_sock *sock)
{
	strike(back, sock);
	return true;
}

static void scribble(struct back *back)
{
	struct back_sock *sock = back->victim;

	if (!sock)
		return;
	memset(sock->data, 0xa5, sock->pages * BACK_PAGE);
	memset(sock->intf, 0xa5, BACK_PAGE);
	/* As far as we are concerned it is gone. */
	sock->port = BACK_SINK;
	sock->out_cons = SHARED_READ(sock->intf->out_prod);
}

const struct back_case back_cases_data[] = {
	{ .name = "in-prod-overflow", .value.number = 1 << 20,
	  .started = in_prod, .text = "more bytes than the ring holds" },
	{ .name = "in-prod-one-more", .value.number = 32769,
	  .started = in_prod, .text = "one byte more than the ring holds" },
	{ .name = "in-prod-backwards", .value.number = -1, .started = in_prod,
	  .text = "the index of sent bytes goes back" },
	{ .name = "in-prod-far", .value.number = 0x80000000,
	  .started = in_prod,
	  .text = "the index of sent bytes jumps half way round" },
	/* Further than the victim has sent when a slow machine gets to it. */
	{ .name = "out-cons-ahead", .value.number = 20000, .started = out_cons,
	  .text = "bytes are taken that were not sent" },
	{ .name = "out-cons-backwards", .value.number = -1,
	  .started = out_cons, .text = "the index of taken bytes goes back" },
	{ .name = "out-cons-far", .value.number = 0x80000000,
	  .started = out_cons,
	  .text = "the index of taken bytes jumps half way round" },
	{ .name = "own-indexes", .started = own_indexes,
	  .text = "what the frontend owns in the indexes page is overwritten" },
	{ .name = "in-error-positive", .value.number = 104,
	  .started = in_error, .text = "in_error is positive" },
	{ .name = "in-error-least", .value.number = -0x80000000LL,
	  .started = in_error, .text = "in_error is INT_MIN" },
	{ .name = "in-error-again", .value.number = -11, .started = in_error,
	  .text = "in_error is -EAGAIN" },
	{ .name = "in-error-restart", .value.number = -512,
	  .started = in_error, .text = "in_error is -ERESTARTSYS" },
	{ .name = "in-error-end", .value.number = -107, .started = in_error,
	  .text = "an orderly end of the stream" },
	{ .name = "out-error-positive", .value.number = 32,
	  .started = out_error, .text = "out_error is positive" },
	{ .name = "out-error-least", .value.number = -0x80000000LL,
	  .started = out_error, .text = "out_error is INT_MIN" },
	{ .name = "out-error-again", .value.number = -11,
	  .started = out_error, .text = "out_error is -EAGAIN" },
	{ .name = "out-error-reset", .value.number = -104,
	  .started = out_error, .text = "out_error is -ECONNRESET" },
	{ .name = "data-then-reset", .value.number = -104,
	  .started = data_then_error, .text = "bytes, then a reset" },
	{ .name = "data-then-garbage", .value.number = 0x7fffffff,
	  .started = data_then_error, .text = "bytes, then an error that is none" },
	{ .name = "flap", .started = strike, .tick = flap,
	  .text = "errors come and go" },
	{ .name = "wander", .started = strike, .tick = wander,
	  .text = "indexes wander about" },
	{ .name = "storm", .started = strike, .tick = storm,
	  .text = "a storm of events" },
	{ .name = "keep", .released = keep, .tick = scribble,
	  .text = "grants stay mapped after RELEASE, and are written to" },
	{ }
};
