// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: commands to sockets in every state; releases while something waits.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>

#include "../programs/socktest.h"
#include "front.h"

/* All commands but SOCKET and RELEASE, in this order. */
struct wants {
	s32 connect, bind, listen, accept, poll;
};

static void probe(u64 id, const struct wants *wants)
{
	struct data_ring *ring = data_new(1);

	expect(-EEXIST, req_socket(id), "SOCKET");
	expect(wants->connect, req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
	       "CONNECT");
	expect(wants->bind, req_bind(id, new_port()), "BIND");
	expect(wants->listen, req_listen(id, 1), "LISTEN");
	expect(wants->accept, req_accept(id, new_id(), ring), "ACCEPT");
	expect(wants->poll, req_poll(id), "POLL");
	data_free(ring);
}

static void state_none(void)
{
	struct data_ring *ring;
	u64 id = new_id();
	int i;

	device_open();
	ring = data_new(1);
	/* An id that never was, and one that was released. */
	for (i = 0; i < 2; i++) {
		expect(-ENOENT, req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
		       "CONNECT");
		expect(-ENOENT, req_bind(id, new_port()), "BIND");
		expect(-ENOENT, req_listen(id, 1), "LISTEN");
		expect(-ENOENT, req_accept(id, new_id(), ring), "ACCEPT");
		expect(-ENOENT, req_poll(id), "POLL");
		expect(-ENOENT, req_release(id), "RELEASE");
		expect(0, req_socket(id), "SOCKET");
		expect(0, req_release(id), "RELEASE");
	}
	data_free(ring);
}

static void state_created(void)
{
	struct data_ring *ring;
	u64 id = new_id();

	device_open();
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	expect(-EINVAL, req_listen(id, 1), "LISTEN without BIND");
	expect(-EINVAL, req_accept(id, new_id(), ring), "ACCEPT without BIND");
	expect(-EINVAL, req_poll(id), "POLL without BIND");
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
}

static void state_bound(void)
{
	struct data_ring *ring;
	u64 id = new_id();

	device_open();
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	expect(0, req_bind(id, new_port()), "BIND");
	expect(-EINVAL, req_bind(id, new_port()), "BIND, again");
	expect(-EINVAL, req_accept(id, new_id(), ring),
	       "ACCEPT without LISTEN");
	expect(-EINVAL, req_poll(id), "POLL without LISTEN");
	expect(0, req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
	       "CONNECT of a bound socket");
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
}

static void state_connected(void)
{
	static const struct wants wants = {
		-EISCONN, -EINVAL, -EINVAL, -EINVAL, -EINVAL,
	};
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	probe(conn.id, &wants);
	conn_check(conn, 10000);
	conn_close(conn);
}

static void state_connecting(void)
{
	static const struct wants wants = {
		-EALREADY, -EINVAL, -EINVAL, -EINVAL, -EINVAL,
	};
	struct data_ring *ring;
	u64 id = new_id();
	u32 pending;

	device_open();
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	pending = ring_send(req_connect(id, FRONT_SERVER, FRONT_HOLE, ring));
	probe(id, &wants);
	expect_silence(pending, 0, "CONNECT to nobody");
	expect(0, req_release(id), "RELEASE");
	expect_answer(-ECANCELED, pending, "CONNECT that RELEASE ended");
	data_free(ring);
}

static void state_listening(void)
{
	struct data_ring *rings[4];
	u64 id;
	int i;

	device_open();
	id = listener_open(new_port());
	for (i = 0; i < 4; i++)
		rings[i] = data_new(1);
	expect(-EISCONN, req_connect(id, FRONT_SERVER, FRONT_PORT, rings[0]),
	       "CONNECT of a listener");
	expect(-EINVAL, req_bind(id, new_port()), "BIND of a listener");
	expect(0, req_listen(id, 2), "LISTEN, again");
	expect(0, req_release(id), "RELEASE");
	for (i = 0; i < 4; i++)
		data_free(rings[i]);
}

/* What waits at a listener when it goes. */
static void release_listener(void)
{
	struct data_ring *rings[3];
	u32 accepts[3], polls[3];
	u64 id;
	int i;

	device_open();
	id = listener_open(new_port());
	for (i = 0; i < 3; i++) {
		rings[i] = data_new(1);
		accepts[i] = ring_send(req_accept(id, new_id(), rings[i]));
		polls[i] = ring_send(req_poll(id));
	}
	for (i = 0; i < 3; i++) {
		expect_silence(accepts[i], 0, "ACCEPT without a connection");
		expect_silence(polls[i], 0, "POLL without a connection");
	}
	expect(0, req_release(id), "RELEASE");
	for (i = 0; i < 3; i++) {
		expect_answer(-ECANCELED, polls[i], "POLL at its end");
		if (front.features & FRONT_RELEASE_ANSWERS)
			expect_answer(-ECANCELED, accepts[i],
				      "ACCEPT at its end");
		else
			expect_silence(accepts[i], 0, "ACCEPT at its end");
		data_free(rings[i]);
	}
}

static void second_connect(void)
{
	struct data_ring *ring, *other;
	u64 id = new_id();
	u32 pending;

	device_open();
	ring = data_new(1);
	other = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	pending = ring_send(req_connect(id, FRONT_SERVER, FRONT_HOLE, ring));
	expect(-EALREADY, req_connect(id, FRONT_SERVER, FRONT_PORT, other),
	       "a second CONNECT");
	expect(-EALREADY, req_connect(id, FRONT_SERVER, FRONT_HOLE, ring),
	       "a third CONNECT, with the same ring");
	expect(0, req_release(id), "RELEASE");
	expect_answer(-ECANCELED, pending, "the first CONNECT");
	data_free(ring);
	data_free(other);
}

/* Requests that undo each other, all in one batch. */
static void release_races(void)
{
	u32 ids[4 * 8];
	struct data_ring *rings[8];
	s32 ret;
	int i, round;
	u64 id;

	device_open();
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 8; i++) {
			id = new_id();
			rings[i] = data_new(1);
			ids[4 * i] = ring_queue(req_socket(id));
			ids[4 * i + 1] =
				ring_queue(req_connect(id, FRONT_SERVER,
						       FRONT_PORT, rings[i]));
			ids[4 * i + 2] = ring_queue(req_release(id));
			ids[4 * i + 3] = ring_queue(req_release(id));
		}
		ring_publish();
		for (i = 0; i < 8; i++) {
			expect_answer(0, ids[4 * i], "SOCKET");
			ret = ring_await(ids[4 * i + 1], "CONNECT");
			if (ret && ret != -ECANCELED)
				peer_fail("CONNECT in a race: %d", ret);
			expect_answer(0, ids[4 * i + 2], "RELEASE");
			expect_answer(-ENOENT, ids[4 * i + 3],
				      "RELEASE, again");
			data_free(rings[i]);
		}
	}
}

/* A connection comes in while its listener, and what was accepted, go. */
static void release_while_accepting(void)
{
	struct data_ring *in, *out;
	u64 listener, client, child;
	u32 accept, connect, release;
	int round;
	u16 port;
	s32 ret;

	device_open();
	for (round = 0; round < 20; round++) {
		port = new_port();
		listener = listener_open(port);
		client = new_id();
		child = new_id();
		in = data_new(1);
		out = data_new(1);
		expect(0, req_socket(client), "SOCKET");
		accept = ring_queue(req_accept(listener, child, in));
		connect = ring_queue(req_connect(client, FRONT_DOM0, port,
						 out));
		ring_publish();
		if (round % 2)
			ring_answer(accept, 20, &ret);
		release = ring_queue(req_release(listener));
		ring_queue(req_release(child));
		ring_publish();
		expect_answer(0, release, "RELEASE of the listener");
		call(req_release(child), "RELEASE of what was accepted");
		ring_await(connect, "CONNECT");
		expect(0, req_release(client), "RELEASE of the client");
		data_free(in);
		data_free(out);
	}
}

static void release_flowing(void)
{
	static u8 bytes[16384];
	struct conn conn;
	int i;

	device_open();
	for (i = 0; i < 20; i++) {
		conn = conn_echo(4);
		data_write(conn.ring, bytes, sizeof(bytes));
		conn_close(conn);
	}
}

static void release_unread(void)
{
	struct conn conn;
	u64 deadline;

	device_open();
	conn = conn_connect(FRONT_PORT + 1, 1);
	deadline = peer_deadline(FRONT_PATIENCE);
	while (peer_get(&conn.ring->intf->in_prod) < sizeof(GREETING) - 1) {
		if (peer_passed(deadline))
			peer_fail("no greeting");
		peer_nap();
	}
	conn_close(conn);
}

const struct peer_case state_cases[] = {
	PEER_CASE("state-none", "every command to no socket, to a released one",
		  state_none),
	PEER_CASE("state-created", "LISTEN, ACCEPT, POLL of a new socket",
		  state_created),
	PEER_CASE("state-bound", "ACCEPT, POLL without LISTEN; BIND and CONNECT",
		  state_bound),
	PEER_CASE("state-connected", "every command to a connected socket",
		  state_connected),
	PEER_CASE("state-connecting", "every command to a socket that connects",
		  state_connecting),
	PEER_SLOW("state-listening", "every command to a listener",
		  state_listening),
	PEER_CASE("second-connect", "CONNECT while one is pending",
		  second_connect),
	PEER_CASE("release-listener", "several ACCEPTs and POLLs wait, RELEASE",
		  release_listener),
	PEER_CASE("release-races", "SOCKET, CONNECT, two RELEASEs in one batch",
		  release_races),
	PEER_CASE("release-accepting", "RELEASE while a connection comes in",
		  release_while_accepting),
	PEER_SLOW("release-flowing", "RELEASE with bytes in both directions",
		  release_flowing),
	PEER_CASE("release-unread", "RELEASE with bytes unread",
		  release_unread),
	PEER_END,
};
