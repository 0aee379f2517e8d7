// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: what the network does meanwhile.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <string.h>

#include "../programs/socktest.h"
#include "front.h"

/* Connections that nobody answers must not delay anything else. */
static void black_hole(void)
{
	struct data_ring *rings[8];
	u32 pending[8];
	u64 ids[8], start, id;
	struct conn conn;
	int i;

	device_open();
	for (i = 0; i < 8; i++) {
		rings[i] = data_new(1);
		ids[i] = new_id();
		expect(0, req_socket(ids[i]), "SOCKET");
		pending[i] = ring_send(req_connect(ids[i], FRONT_SERVER,
						   FRONT_HOLE, rings[i]));
	}
	start = peer_now();
	for (i = 0; i < 50; i++) {
		id = new_id();
		expect(0, req_socket(id), "SOCKET beside a black hole");
		expect(0, req_release(id), "RELEASE beside a black hole");
	}
	conn = conn_echo(1);
	conn_check(conn, 10000);
	conn_close(conn);
	peer_say("101 commands beside 8 black holes: %llu ms",
		 peer_now() - start);
	for (i = 0; i < 8; i++) {
		expect_silence(pending[i], 0, "CONNECT to a black hole");
		expect(0, req_release(ids[i]), "RELEASE");
		expect_answer(-ECANCELED, pending[i], "CONNECT at its end");
		data_free(rings[i]);
	}
}

static void refused(void)
{
	struct data_ring *ring;
	u64 id = new_id();
	int i;

	device_open();
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	for (i = 0; i < 20; i++)
		expect(-ECONNREFUSED,
		       req_connect(id, FRONT_SERVER, 81, ring),
		       "CONNECT to a closed port");
	expect(0, req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
	       "CONNECT after that");
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
}

/* A connection is reset while we send. */
static void peer_resets(void)
{
	static u8 bytes[256];
	struct conn conn;
	u64 deadline;
	s32 error;
	int i;

	device_open();
	for (i = 0; i < 3; i++) {
		conn = conn_connect(FRONT_PORT, 1);
		conn_order(conn, ORDER_RESET, 0);
		deadline = peer_deadline(FRONT_PATIENCE);
		while (!peer_get((u32 *)&conn.ring->intf->out_error)) {
			if (peer_passed(deadline))
				peer_fail("a reset, and no out_error");
			if (conn.ring->out_prod -
			    peer_get(&conn.ring->intf->out_cons) == 0)
				data_write(conn.ring, bytes, sizeof(bytes));
			peer_nap();
		}
		if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE,
				&error))
			peer_fail("a reset, and no in_error");
		if (error != -ECONNRESET && error != -EPIPE)
			peer_fail("a reset is in_error %d", error);
		conn_close(conn);
	}
}

/* The server says all it has and closes: FIN behind data. */
static void end_of_stream(void)
{
	u8 greeting[sizeof(GREETING) - 1];
	struct conn conn;
	s32 error;
	int i;

	device_open();
	for (i = 0; i < 10; i++) {
		conn = conn_connect(FRONT_PORT + 1, 1);
		data_read(conn.ring, greeting, sizeof(greeting));
		if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE,
				&error))
			peer_fail("an end of the stream, and no in_error");
		if (error != -ENOTCONN)
			peer_fail("an end of the stream is in_error %d",
				  error);
		conn_close(conn);
	}
}

/* Send until nothing is taken for a second, which has to come. */
static void pour(struct conn conn)
{
	static u8 bytes[4096];
	u64 quiet = peer_deadline(1000);
	u32 used, sent = 0;

	while (!peer_passed(quiet)) {
		used = conn.ring->out_prod -
		       peer_get(&conn.ring->intf->out_cons);
		if (used + sizeof(bytes) > conn.ring->size) {
			peer_nap();
			continue;
		}
		data_write(conn.ring, bytes, sizeof(bytes));
		sent += sizeof(bytes);
		quiet = peer_deadline(1000);
		if (sent > 64 << 20)
			peer_fail("it took 64 MiB that nobody reads");
	}
	peer_say("%u bytes were taken", sent);
}

/* The server stops reading: what we send must be held back, not kept. */
static void undrained(void)
{
	struct conn conn;

	device_open();
	conn = conn_connect(FRONT_PORT, 4);
	/* Long enough to fill everything; its end lets the server go. */
	conn_order(conn, ORDER_STALL, 20000);
	pour(conn);
	conn_close(conn);
}

/* We stop reading: the backend keeps no more than the socket does. */
static void undrained_by_us(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(4);
	pour(conn);
	conn_close(conn);
}

/* Both ends of a connection are ours. */
static void accepted(void)
{
	u16 port = new_port();
	u8 out[3000], in[3000];
	struct data_ring *a, *b;
	u64 listener, child = new_id(), client = new_id();
	u32 accept, poll, i;

	device_open();
	a = data_new(1);
	b = data_new(2);
	listener = listener_open(port);
	poll = ring_send(req_poll(listener));
	accept = ring_send(req_accept(listener, child, a));
	expect_silence(accept, 0, "ACCEPT without a connection");
	expect(0, req_socket(client), "SOCKET");
	expect(0, req_connect(client, FRONT_DOM0, port, b), "CONNECT");
	expect_answer(0, accept, "ACCEPT");
	for (i = 0; i < sizeof(out); i++)
		out[i] = peer_random();
	data_write(a, out, sizeof(out));
	data_read(b, in, sizeof(in));
	if (memcmp(in, out, sizeof(in)))
		peer_fail("other bytes came than went");
	/* Whether POLL saw the connection before ACCEPT took it, is luck. */
	expect(0, req_release(listener), "RELEASE of the listener");
	ring_await(poll, "POLL");
	expect(0, req_release(child), "RELEASE");
	expect(0, req_release(client), "RELEASE");
	data_free(a);
	data_free(b);
}

const struct peer_case net_cases[] = {
	PEER_CASE("black-hole", "CONNECT to black holes, and other commands",
		  black_hole),
	PEER_SLOW("refused", "CONNECT to a closed port, again and again",
		  refused),
	PEER_CASE("peer-resets", "a reset by the peer while we send",
		  peer_resets),
	PEER_SLOW("end-of-stream", "the peer closes right behind its data",
		  end_of_stream),
	PEER_CASE("undrained", "the peer stops reading", undrained),
	PEER_SLOW("undrained-by-us", "we stop reading", undrained_by_us),
	PEER_CASE("accepted", "ACCEPT and POLL wait, then a connection",
		  accepted),
	PEER_END,
};
