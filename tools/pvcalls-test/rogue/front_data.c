// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: the indexes of a data ring.
 *
 * A backend that sees an index that makes no sense resets the connection and
 * says so in both error words; other sockets do not notice.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>

#include "../programs/socktest.h"
#include "front.h"

static void broken(struct conn conn, const char *what)
{
	struct conn other;
	s32 error;

	data_notify(conn.ring);
	if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE, &error))
		peer_fail("%s: no in_error", what);
	peer_say("%s: in_error %d", what, error);
	if (!data_error(&conn.ring->intf->out_error, FRONT_PATIENCE, &error))
		peer_fail("%s: no out_error", what);
	other = conn_echo(1);
	conn_check(other, 5000);
	conn_close(other);
	conn_close(conn);
}

static void out_prod(u32 by, const char *what)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	conn_check(conn, 1000);
	peer_set(&conn.ring->intf->out_prod, conn.ring->out_prod + by);
	broken(conn, what);
}

static void out_prod_ahead(void)
{
	out_prod(4097, "out_prod past the ring");
}

static void out_prod_far(void)
{
	out_prod(0x80000000, "out_prod 2^31 ahead");
}

static void out_prod_backwards(void)
{
	out_prod(-1, "out_prod goes back");
}

/*
 * An index that the backend has to look at while it has something to send:
 * the server sends back what we write behind it.
 */
static void in_cons(u32 by, const char *what)
{
	u8 bytes[64] = { 0 };
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	conn_check(conn, 1000);
	peer_set(&conn.ring->intf->in_cons, conn.ring->in_cons + by);
	data_write(conn.ring, bytes, sizeof(bytes));
	broken(conn, what);
}

static void in_cons_ahead(void)
{
	in_cons(0x1000, "in_cons ahead of in_prod");
}

/*
 * Behind the 1000 bytes that came, and behind the beginning: the backend may
 * not have looked at any value in between.
 */
static void in_cons_backwards(void)
{
	in_cons(-1001, "in_cons goes back");
}

static void in_cons_far(void)
{
	in_cons(0x80000000, "in_cons 2^31 ahead");
}

/*
 * The backend writes in_prod and out_cons, and must not believe them. What it
 * writes next puts them right: our own checks go by our own copies.
 */
static void its_indexes(void)
{
	struct data_ring *ring;
	struct conn conn;
	int i;

	device_open();
	conn = conn_echo(1);
	ring = conn.ring;
	for (i = 0; i < 50; i++) {
		conn_check(conn, 100);
		peer_set(&ring->intf->in_prod, peer_word());
		peer_set(&ring->intf->out_cons, peer_word());
		data_notify(ring);
		peer_set(&ring->intf->in_prod, ring->in_cons);
		peer_set(&ring->intf->out_cons, ring->out_prod);
	}
	conn_check(conn, 10000);
	conn_close(conn);
}

/* The error words are no business of ours, and mean nothing to it. */
static void its_errors(void)
{
	struct conn conn;
	int i;

	device_open();
	conn = conn_echo(1);
	for (i = 0; i < 20; i++) {
		peer_set((u32 *)&conn.ring->intf->in_error, peer_word());
		peer_set((u32 *)&conn.ring->intf->out_error, peer_word());
		conn_check(conn, 1000);
	}
	conn_close(conn);
}

/* Bytes change after they were published, and before, and all the time. */
static void bytes_change(void)
{
	struct conn conn;
	u64 deadline;
	u8 byte = 0;

	device_open();
	conn = conn_echo(1);
	deadline = peer_deadline(1000);
	while (!peer_passed(deadline)) {
		conn.ring->data[peer_below(2 * conn.ring->size)] = byte++;
		if (peer_below(50))
			continue;
		conn.ring->out_prod = peer_get(&conn.ring->intf->out_cons) +
				      conn.ring->size;
		peer_set(&conn.ring->intf->out_prod, conn.ring->out_prod);
		peer_set(&conn.ring->intf->in_cons,
			 peer_get(&conn.ring->intf->in_prod));
		data_notify(conn.ring);
	}
	conn_close(conn);
}

/* An index that the backend never saw, at the moment of the release. */
static void bad_at_release(void)
{
	static const u32 by[] = { 4097, -1, 0x80000000 };
	struct conn conn;
	unsigned int i;

	device_open();
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		conn = conn_echo(1);
		conn_check(conn, 100);
		peer_set(&conn.ring->intf->out_prod,
			 conn.ring->out_prod + by[i]);
		conn_close(conn);
		conn = conn_echo(1);
		conn_check(conn, 100);
		peer_set(&conn.ring->intf->in_cons, conn.ring->in_cons + by[i]);
		conn_close(conn);
	}
}

/* Indexes set before the socket has a connection. */
static void bad_before_connect(void)
{
	struct data_ring *ring;
	u64 id = new_id();

	device_open();
	ring = data_new(1);
	peer_set(&ring->intf->in_cons, 0x12345678);
	peer_set(&ring->intf->in_prod, 0x9abcdef0);
	peer_set(&ring->intf->out_cons, 0xfedcba98);
	peer_set(&ring->intf->out_prod, 0x76543210);
	expect(0, req_socket(id), "SOCKET");
	call(req_connect(id, FRONT_SERVER, FRONT_PORT + 1, ring), "CONNECT");
	data_notify(ring);
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
	expect(0, req_socket(id), "SOCKET after that");
}

const struct peer_case data_cases[] = {
	PEER_CASE("out-prod-ahead", "out_prod past the ring", out_prod_ahead),
	PEER_SLOW("out-prod-far", "out_prod 2^31 ahead", out_prod_far),
	PEER_CASE("out-prod-backwards", "out_prod goes back",
		  out_prod_backwards),
	PEER_SLOW("in-cons-ahead", "in_cons ahead of in_prod", in_cons_ahead),
	PEER_SLOW("in-cons-far", "in_cons 2^31 ahead", in_cons_far),
	PEER_CASE("in-cons-backwards", "in_cons goes back", in_cons_backwards),
	PEER_CASE("its-indexes", "in_prod and out_cons overwritten",
		  its_indexes),
	PEER_SLOW("its-errors", "in_error and out_error overwritten",
		  its_errors),
	PEER_CASE("bytes-change", "bytes change while they are sent",
		  bytes_change),
	PEER_CASE("bad-at-release", "bad indexes, then RELEASE",
		  bad_at_release),
	PEER_SLOW("bad-before-connect", "bad indexes, then CONNECT",
		  bad_before_connect),
	PEER_END,
};
