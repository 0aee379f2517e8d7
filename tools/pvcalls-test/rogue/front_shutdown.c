// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: feature-shutdown.  The end of one direction comes behind every byte
 * before it, and the other direction goes on.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../programs/socktest.h"
#include "front.h"

#define RD	PVCALLS_SHUT_RD
#define WR	PVCALLS_SHUT_WR
#define RDWR	PVCALLS_SHUT_RDWR

struct xen_pvcalls_request req_shutdown(u64 id, u32 how)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_SHUTDOWN, id);

	req.u.shutdown.how = how;
	return req;
}

/* A connection with both ends ours. */
void pair_open(struct conn *client, struct conn *peer, u32 order)
{
	u16 port = new_port();
	u64 listener = listener_open(port);
	u32 accept;

	peer->id = new_id();
	peer->ring = data_new(order);
	client->id = new_id();
	client->ring = data_new(order);
	accept = ring_send(req_accept(listener, peer->id, peer->ring));
	expect(0, req_socket(client->id), "SOCKET");
	expect(0, req_connect(client->id, FRONT_DOM0, port, client->ring),
	       "CONNECT");
	expect_answer(0, accept, "ACCEPT");
	expect(0, req_release(listener), "RELEASE of the listener");
}

/* The whole of "in" is read, and this is how it ends. */
static void in_ends(struct conn conn, s32 want, const char *what)
{
	s32 error;

	if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE, &error))
		peer_fail("%s: no end of \"in\"", what);
	if (error != want)
		peer_fail("%s: in_error %d, not %d", what, error, want);
	if (peer_get(&conn.ring->intf->in_prod) != conn.ring->in_cons)
		peer_fail("%s: %u bytes more than there should be", what,
			  conn.ring->intf->in_prod - conn.ring->in_cons);
}

static void out_ends(struct conn conn, u32 bytes, const char *what)
{
	s32 error;

	if (!data_error(&conn.ring->intf->out_error, FRONT_PATIENCE, &error))
		peer_fail("%s: no end of \"out\"", what);
	if (error != -EPIPE)
		peer_fail("%s: out_error %d", what, error);
	if (peer_get(&conn.ring->intf->out_cons) != bytes)
		peer_fail("%s: %u bytes were taken, not %u", what,
			  conn.ring->intf->out_cons, bytes);
}

static void no_end(struct conn conn, const char *what)
{
	if (peer_get((u32 *)&conn.ring->intf->in_error) ||
	    peer_get((u32 *)&conn.ring->intf->out_error))
		peer_fail("%s: in_error %d, out_error %d", what,
			  conn.ring->intf->in_error,
			  conn.ring->intf->out_error);
}

static u8 *load(u32 bytes)
{
	u8 *to = malloc(bytes);
	u32 i;

	if (!to)
		peer_fail("no memory");
	for (i = 0; i < bytes; i++)
		to[i] = peer_random();
	return to;
}

/* All that was sent, and nothing else, comes back; then the end. */
static void comes_back(struct conn conn, const u8 *sent, u32 bytes)
{
	u8 *got = malloc(bytes);

	if (!got)
		peer_fail("no memory");
	data_read(conn.ring, got, bytes);
	if (memcmp(got, sent, bytes))
		peer_fail("the bytes are not those that we sent");
	free(got);
	in_ends(conn, -ENOTCONN, "the echo");
}

/* The server sends everything back, and closes at the end of the stream. */
static void shutdown_order(void)
{
	static const u32 sizes[] = { 1, 4096, 8192, 5000, 1 };
	struct conn conn;
	unsigned int i;
	u8 *bytes;

	device_open_with(FRONT_SHUTDOWN);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		bytes = load(sizes[i]);
		conn = conn_echo(3);
		data_write(conn.ring, bytes, sizes[i]);
		expect(0, req_shutdown(conn.id, WR), "SHUTDOWN");
		/* What comes behind it goes nowhere. */
		data_write(conn.ring, "late", 4);
		comes_back(conn, bytes, sizes[i]);
		out_ends(conn, sizeof(struct order) + sizes[i], "the bytes");
		conn_close(conn);
		free(bytes);
	}
}

/* The server does nothing for a while, which is no reason not to answer. */
static void shutdown_stalled(void)
{
	const u32 bytes = 1000000;
	struct conn conn;
	u8 *sent;
	u64 start;

	device_open_with(FRONT_SHUTDOWN);
	sent = load(bytes);
	conn = conn_connect(FRONT_PORT, 9);
	conn_order(conn, ORDER_STALL, 3000);
	data_write(conn.ring, sent, bytes);
	start = peer_now();
	expect(0, req_shutdown(conn.id, WR), "SHUTDOWN while the peer stalls");
	if (peer_get((u32 *)&conn.ring->intf->out_error) ||
	    peer_get(&conn.ring->intf->out_cons) >= bytes)
		peer_fail("the peer does not stall: %u bytes were taken",
			  conn.ring->intf->out_cons);
	peer_say("answered after %llu ms, %u of %u bytes taken",
		 peer_now() - start, conn.ring->intf->out_cons, bytes);
	comes_back(conn, sent, bytes);
	out_ends(conn, sizeof(struct order) + bytes, "the bytes");
	conn_close(conn);
	free(sent);
}

/* RELEASE right behind it, and bytes in between that must not go. */
static void shutdown_release(void)
{
	const u32 bytes = 300000;
	struct conn conn, asks;
	u8 *sent;
	u32 total;

	device_open_with(FRONT_SHUTDOWN);
	sent = load(bytes);
	conn = conn_connect(FRONT_PORT, 8);
	conn_order(conn, ORDER_SINK, 0);
	data_write(conn.ring, sent, bytes);
	expect(0, req_shutdown(conn.id, WR), "SHUTDOWN");
	data_write(conn.ring, "late", 4);
	conn_close(conn);
	asks = conn_connect(FRONT_PORT, 1);
	conn_order(asks, ORDER_TOTAL, 0);
	data_read(asks.ring, &total, sizeof(total));
	if (ntohl(total) != bytes)
		peer_fail("%u of %u bytes arrived", ntohl(total), bytes);
	conn_close(asks);
	free(sent);
}

/* From @from to @to, which goes on sending when @from has ended. */
static void half_close(struct conn from, struct conn to)
{
	u8 *bytes = load(6000), *got = malloc(6000);

	if (!got)
		peer_fail("no memory");
	data_write(from.ring, bytes, 3000);
	expect(0, req_shutdown(from.id, WR), "SHUTDOWN of one direction");
	data_read(to.ring, got, 3000);
	in_ends(to, -ENOTCONN, "behind the bytes");
	out_ends(from, 3000, "those bytes");
	data_write(to.ring, bytes + 3000, 3000);
	data_read(from.ring, got + 3000, 3000);
	if (memcmp(bytes, got, 6000))
		peer_fail("the bytes are not those that were sent");
	if (peer_get((u32 *)&from.ring->intf->in_error))
		peer_fail("the other direction has ended, too");
	expect(0, req_shutdown(to.id, WR), "SHUTDOWN of the other one");
	in_ends(from, -ENOTCONN, "the other direction");
	out_ends(to, 3000, "its bytes");
	free(bytes);
	free(got);
}

static void shutdown_both_ways(void)
{
	struct conn client, peer;
	int i;

	device_open_with(FRONT_SHUTDOWN);
	for (i = 0; i < 2; i++) {
		pair_open(&client, &peer, 1);
		if (i)
			half_close(peer, client);
		else
			half_close(client, peer);
		conn_close(i ? client : peer);
		conn_close(i ? peer : client);
	}
}

/* What TCP has is brought, what comes later is not; the other way goes on. */
static void shutdown_read(void)
{
	struct conn client, peer;
	u8 *bytes = load(6000), *got = malloc(6000);
	s32 error;

	if (!got)
		peer_fail("no memory");
	device_open_with(FRONT_SHUTDOWN);
	pair_open(&client, &peer, 1);
	data_write(peer.ring, bytes, 6000);
	while (peer_get(&peer.ring->intf->out_cons) != 6000)
		peer_nap();
	expect(0, req_shutdown(client.id, RD), "SHUTDOWN of reading");
	no_end(client, "a ring that is full");
	data_read(client.ring, got, 6000);
	if (memcmp(bytes, got, 6000))
		peer_fail("the bytes are not those that were sent");
	in_ends(client, -ENOTCONN, "behind what was there");
	data_write(peer.ring, bytes, 100);
	data_write(client.ring, bytes, 3000);
	data_read(peer.ring, got, 3000);
	if (memcmp(bytes, got, 3000))
		peer_fail("the other direction has other bytes");
	in_ends(client, -ENOTCONN, "what came later");
	no_end(peer, "the peer");
	/* With bytes unread, and be it for that reason, TCP resets. */
	conn_close(client);
	if (!data_error(&peer.ring->intf->in_error, FRONT_PATIENCE, &error) ||
	    error != -ECONNRESET)
		peer_fail("a RELEASE with bytes unread is no reset");
	conn_close(peer);
	free(bytes);
	free(got);
}

static void shutdown_twice(void)
{
	struct conn client, peer;
	u8 bye[3];

	device_open_with(FRONT_SHUTDOWN);
	pair_open(&client, &peer, 1);
	data_write(client.ring, "bye", 3);
	expect(0, req_shutdown(client.id, RDWR), "SHUTDOWN of both");
	expect(0, req_shutdown(client.id, RDWR), "SHUTDOWN of both, again");
	expect(0, req_shutdown(client.id, WR), "SHUTDOWN of writing, again");
	expect(0, req_shutdown(client.id, RD), "SHUTDOWN of reading, again");
	out_ends(client, 3, "the bytes");
	in_ends(client, -ENOTCONN, "nothing");
	data_read(peer.ring, bye, sizeof(bye));
	in_ends(peer, -ENOTCONN, "the peer");
	expect(0, req_shutdown(peer.id, WR), "SHUTDOWN by the peer");
	out_ends(peer, 0, "nothing");
	conn_close(client);
	conn_close(peer);
}

/* Every direction of a socket in that state. */
static void refused(u64 id, s32 want, const char *what)
{
	u32 how;

	for (how = RD; how <= RDWR; how++)
		expect(want, req_shutdown(id, how), what);
	expect(-EINVAL, req_shutdown(id, 3), what);
	expect(-EINVAL, req_shutdown(id, 0x80000000), what);
	expect(-EINVAL, req_shutdown(id, 0xffffffff), what);
}

static void shutdown_states(void)
{
	struct data_ring *ring;
	struct conn conn;
	u64 id = new_id();
	u32 pending;
	s32 error;

	device_open_with(FRONT_SHUTDOWN);
	refused(id, -ENOENT, "SHUTDOWN of no socket");
	expect(0, req_socket(id), "SOCKET");
	refused(id, -ENOTCONN, "SHUTDOWN of a new socket");
	expect(0, req_bind(id, new_port()), "BIND");
	refused(id, -ENOTCONN, "SHUTDOWN of a bound socket");
	expect(0, req_listen(id, 1), "LISTEN");
	refused(id, -ENOTCONN, "SHUTDOWN of a listener");
	expect(0, req_release(id), "RELEASE");
	refused(id, -ENOENT, "SHUTDOWN of a released socket");
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	pending = ring_send(req_connect(id, FRONT_SERVER, FRONT_HOLE, ring));
	refused(id, -ENOTCONN, "SHUTDOWN of a socket that connects");
	expect_silence(pending, 0, "CONNECT to nobody");
	expect(0, req_release(id), "RELEASE");
	expect_answer(-ECANCELED, pending, "CONNECT that RELEASE ended");
	data_free(ring);
	conn = conn_connect(FRONT_PORT, 1);
	conn_order(conn, ORDER_RESET, 0);
	if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE, &error))
		peer_fail("a reset, and no in_error");
	refused(conn.id, -ENOTCONN, "SHUTDOWN of a connection that was reset");
	conn_close(conn);
	conn = conn_echo(1);
	peer_set(&conn.ring->intf->out_prod, conn.ring->out_prod + 4097);
	/* It may have come across the index before. */
	error = call(req_shutdown(conn.id, WR), "SHUTDOWN with a bad index");
	if (error != -EPROTO && error != -ENOTCONN)
		peer_fail("SHUTDOWN with a bad index: %d", error);
	refused(conn.id, -ENOTCONN, "SHUTDOWN of a broken socket");
	conn_close(conn);
}

/* In one batch with what makes the connection, and what ends it. */
static void shutdown_races(void)
{
	struct data_ring *rings[8];
	u32 ids[4 * 8];
	int i, round;
	s32 ret;
	u64 id;

	device_open_with(FRONT_SHUTDOWN);
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 8; i++) {
			id = new_id();
			rings[i] = data_new(1);
			ids[4 * i] = ring_queue(req_socket(id));
			ids[4 * i + 1] =
				ring_queue(req_connect(id, FRONT_SERVER,
						       FRONT_PORT, rings[i]));
			ids[4 * i + 2] =
				ring_queue(req_shutdown(id, peer_below(3)));
			ids[4 * i + 3] = ring_queue(req_release(id));
		}
		ring_publish();
		for (i = 0; i < 8; i++) {
			expect_answer(0, ids[4 * i], "SOCKET");
			ret = ring_await(ids[4 * i + 1], "CONNECT");
			if (ret && ret != -ECANCELED)
				peer_fail("CONNECT in a race: %d", ret);
			ret = ring_await(ids[4 * i + 2], "SHUTDOWN");
			if (ret && ret != -ENOTCONN)
				peer_fail("SHUTDOWN in a race: %d", ret);
			expect_answer(0, ids[4 * i + 3], "RELEASE");
			data_free(rings[i]);
		}
	}
	conn_close(conn_echo(1));
}

const struct peer_case shutdown_cases[] = {
	PEER_CASE("shutdown-order", "bytes, SHUTDOWN, bytes: an echo of each",
		  shutdown_order),
	PEER_CASE("shutdown-stalled", "SHUTDOWN while the peer does not read",
		  shutdown_stalled),
	PEER_CASE("shutdown-release", "SHUTDOWN, bytes, RELEASE: who gets what",
		  shutdown_release),
	PEER_CASE("shutdown-both-ways", "one end and then the other",
		  shutdown_both_ways),
	PEER_CASE("shutdown-read", "SHUTDOWN of reading, with bytes there",
		  shutdown_read),
	PEER_SLOW("shutdown-twice", "SHUTDOWN again and again",
		  shutdown_twice),
	PEER_CASE("shutdown-states", "SHUTDOWN of sockets in every state",
		  shutdown_states),
	PEER_SLOW("shutdown-races", "CONNECT, SHUTDOWN, RELEASE in one batch",
		  shutdown_races),
	PEER_END,
};
