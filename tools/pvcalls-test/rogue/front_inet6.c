// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: feature-inet6.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <string.h>

#include "../programs/socktest.h"
#include "front.h"

static void open6(void)
{
	device_open_with(FRONT_INET6);
}

static u64 socket6(void)
{
	u64 id = new_id();

	expect(0, req_socket6(id), "SOCKET of AF_INET6");
	return id;
}

static u64 listener6(const char *addr, u16 port)
{
	u64 id = socket6();

	expect(0, req_bind6(id, addr, port), addr);
	expect(0, req_listen(id, 16), "LISTEN");
	return id;
}

/* Through socktest's server and back, for both of its families. */
static void traffic(void)
{
	static const char *const servers[] = {
		FRONT_SERVER6, "::ffff:192.0.2.1",
	};
	struct conn conn;
	unsigned int i;

	open6();
	for (i = 0; i < ARRAY_SIZE(servers); i++) {
		conn = (struct conn) { .id = socket6(), .ring = data_new(2) };
		expect(0, req_connect6(conn.id, servers[i], FRONT_PORT,
				       conn.ring), servers[i]);
		conn_order(conn, ORDER_ECHO, 0);
		conn_check(conn, 100000);
		conn_close(conn);
	}
	/* A socket of the other family, on the same device. */
	conn = conn_echo(1);
	conn_check(conn, 10000);
	conn_close(conn);
}

/* From a socket of ours to a listener of ours; NULL is by AF_INET. */
static void meets(u64 listener, const char *addr, u16 port)
{
	struct conn client = { .id = new_id(), .ring = data_new(1) };
	struct conn child = { .id = new_id(), .ring = data_new(1) };
	u8 byte = peer_random(), got;
	u32 accept;

	accept = ring_send(req_accept(listener, child.id, child.ring));
	if (addr) {
		expect(0, req_socket6(client.id), "SOCKET");
		expect(0, req_connect6(client.id, addr, port, client.ring),
		       addr);
	} else {
		expect(0, req_socket(client.id), "SOCKET");
		expect(0, req_connect(client.id, FRONT_DOM0, port,
				      client.ring), "CONNECT by AF_INET");
	}
	expect_answer(0, accept, "ACCEPT");
	data_write(client.ring, &byte, 1);
	data_read(child.ring, &got, 1);
	if (got != byte)
		peer_fail("another byte came than went");
	conn_close(client);
	conn_close(child);
}

static void listeners(void)
{
	static const char *const ways[] = {
		FRONT_DOM0_6, "::1", "::", "::ffff:192.0.2.2",
		"::ffff:127.0.0.1", "::ffff:0.0.0.0", NULL,
	};
	u16 port = new_port(), other = new_port();
	unsigned int i;
	u64 id;

	open6();
	id = listener6("::", port);
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		meets(id, ways[i], port);
	/* The port is taken in both families. */
	id = new_id();
	expect(0, req_socket(id), "SOCKET");
	expect(-EADDRINUSE, req_bind(id, port), "BIND of 0.0.0.0 behind ::");
	id = socket6();
	expect(-EADDRINUSE, req_bind6(id, FRONT_DOM0_6, port),
	       "BIND of an address behind ::");
	/* IPv4 alone, by a mapped address. */
	id = listener6("::ffff:192.0.2.2", other);
	meets(id, "::ffff:192.0.2.2", other);
	meets(id, NULL, other);
}

/* CONNECT and BIND of a socket, with an address of another family. */
static void refuses_family(u64 id, u16 family)
{
	struct data_ring *ring = data_new(1);
	struct xen_pvcalls_request req;

	req = req_connect6(id, FRONT_SERVER6, FRONT_PORT, ring);
	memcpy(req.u.connect.addr, &family, sizeof(family));
	expect(-EAFNOSUPPORT, req, "CONNECT to another family");
	req = req_bind6(id, "::", new_port());
	memcpy(req.u.bind.addr, &family, sizeof(family));
	expect(-EAFNOSUPPORT, req, "BIND to another family");
	data_free(ring);
}

static void families(void)
{
	static const u16 others[] = { 0, 1, 3, 16, 0x0a00, 0x100a, 0xffff };
	u64 six, four = new_id();
	unsigned int i;

	open6();
	six = socket6();
	expect(0, req_socket(four), "SOCKET");
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		refuses_family(six, others[i]);
		refuses_family(four, others[i]);
	}
	refuses_family(six, PVCALLS_AF_INET);
	refuses_family(four, PVCALLS_AF_INET6);
	expect(0, req_bind6(six, "::", new_port()), "BIND after that");
	expect(0, req_bind(four, new_port()), "BIND after that");
}

static void lengths(void)
{
	static const u32 short_ones[] = { 0, 1, 2, 15, 16, 24, 27 };
	static const u32 long_ones[] = { 28, 29, 128, 0x80000000, 0xffffffff };
	struct xen_pvcalls_request req;
	struct data_ring *ring;
	unsigned int i;
	u64 id;

	open6();
	ring = data_new(1);
	id = socket6();
	for (i = 0; i < ARRAY_SIZE(short_ones); i++) {
		req = req_bind6(id, "::", new_port());
		req.u.bind.len = short_ones[i];
		expect(-EINVAL, req, "BIND with a short address");
		req = req_connect6(id, FRONT_SERVER6, FRONT_PORT, ring);
		req.u.connect.len = short_ones[i];
		expect(-EINVAL, req, "CONNECT with a short address");
	}
	for (i = 0; i < ARRAY_SIZE(long_ones); i++) {
		id = socket6();
		req = req_bind6(id, "::", new_port());
		req.u.bind.len = long_ones[i];
		expect(0, req, "BIND with an address that says it is long");
	}
	data_free(ring);
}

static void scopes(void)
{
	static const u32 ids[] = { 1, 2, 0x10000, 0x80000000, 0xffffffff };
	struct xen_pvcalls_request req;
	struct data_ring *ring;
	unsigned int i;
	u64 id;

	open6();
	ring = data_new(1);
	id = socket6();
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		req = req_connect6(id, "fe80::1", FRONT_PORT, ring);
		memcpy(req.u.connect.addr + 24, &ids[i], sizeof(ids[i]));
		expect(-EINVAL, req, "CONNECT with a scope id");
		req = req_bind6(id, FRONT_DOM0_6, new_port());
		memcpy(req.u.bind.addr + 24, &ids[i], sizeof(ids[i]));
		expect(-EINVAL, req, "BIND with a scope id");
	}
	expect(-EINVAL, req_connect6(id, "fe80::1", FRONT_PORT, ring),
	       "CONNECT to a link that nobody knows");
	req = req_connect6(id, FRONT_SERVER6, FRONT_PORT, ring);
	memset(req.u.connect.addr + 4, 0xff, 4);
	expect(0, req, "CONNECT with a flow label");
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
}

/* By the rules that hold where the admin has written none. */
static void bind_closed(void)
{
	static const char *const closed[] = {
		"::1", "::ffff:127.0.0.1", "::ffff:127.1.2.3",
	};
	static const char *const any[] = {
		"::", "::ffff:0.0.0.0", FRONT_DOM0_6, "::ffff:192.0.2.2",
	};
	unsigned int i;
	u64 id;

	open6();
	id = socket6();
	for (i = 0; i < ARRAY_SIZE(closed); i++)
		expect(-EACCES, req_bind6(id, closed[i], new_port()),
		       closed[i]);
	for (i = 0; i < ARRAY_SIZE(any); i++) {
		expect(-EACCES, req_bind6(id, any[i], 80), any[i]);
		expect(0, req_bind6(socket6(), any[i], new_port()), any[i]);
	}
}

/* cases/hostile.sh closes dom0 for this case. */
static void connect_closed(void)
{
	static const char *const closed[] = {
		"::1", "::", FRONT_DOM0_6, "::ffff:192.0.2.2",
		"::ffff:127.0.0.1", "::ffff:127.1.2.3", "::ffff:0.0.0.0",
		"fe80::1", "ff02::1", "::ffff:169.254.1.1",
		"::ffff:224.0.0.1",
	};
	static const char *const open[] = {
		FRONT_SERVER6, "::ffff:192.0.2.1",
	};
	struct conn conn;
	unsigned int i;

	open6();
	conn = (struct conn) { .id = socket6(), .ring = data_new(1) };
	for (i = 0; i < ARRAY_SIZE(closed); i++)
		expect(-EACCES, req_connect6(conn.id, closed[i], FRONT_PORT,
					     conn.ring), closed[i]);
	conn_close(conn);
	for (i = 0; i < ARRAY_SIZE(open); i++) {
		conn = (struct conn) { .id = socket6(), .ring = data_new(1) };
		expect(0, req_connect6(conn.id, open[i], FRONT_PORT,
				       conn.ring), open[i]);
		conn_close(conn);
	}
}

/* Connections that nobody answers, and that somebody refuses. */
static void nobody(void)
{
	struct data_ring *ring, *other;
	u32 pending;
	u64 id, next;

	open6();
	ring = data_new(1);
	other = data_new(1);
	id = socket6();
	pending = ring_send(req_connect6(id, FRONT_SERVER6, FRONT_HOLE, ring));
	expect(-EALREADY, req_connect6(id, FRONT_SERVER6, FRONT_PORT, other),
	       "CONNECT of a socket that connects");
	next = socket6();
	expect(-ECONNREFUSED, req_connect6(next, FRONT_SERVER6, 81, other),
	       "CONNECT to a closed port");
	expect(0, req_connect6(next, FRONT_SERVER6, FRONT_PORT, other),
	       "CONNECT after that");
	expect(-EISCONN, req_connect6(next, FRONT_SERVER6, FRONT_PORT, other),
	       "CONNECT, again");
	expect_silence(pending, 0, "CONNECT to a black hole");
	expect(0, req_release(id), "RELEASE");
	expect_answer(-ECANCELED, pending, "CONNECT at its end");
	expect(0, req_release(next), "RELEASE");
	data_free(ring);
	data_free(other);
}

static void expect_off(void)
{
	u64 id = new_id();

	expect(-PVCALLS_ENOTSUP, req_socket6(id), "SOCKET of AF_INET6");
	expect(0, req_socket(id), "SOCKET");
	refuses_family(id, PVCALLS_AF_INET6);
	expect(0, req_bind(id, new_port()), "BIND");
}

/* Offered, and not taken, or taken by a value that is none. */
static void off(void)
{
	static const char *const values[] = { "0", "2", "banana", "", "-1" };
	unsigned int i;

	device_open();
	expect_off();
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		device_reset();
		device_init_wait();
		device_share();
		device_write_keys();
		peer_write(FRONT_DIR, PVCALLS_FEATURE_INET6, values[i]);
		device_set_state(XenbusStateInitialised);
		device_want_back(XenbusStateConnected);
		/* What is written now is too late. */
		peer_write(FRONT_DIR, PVCALLS_FEATURE_INET6, "1");
		expect_off();
	}
}

const struct peer_case inet6_cases[] = {
	PEER_CASE("inet6-traffic", "bytes through IPv6 and mapped connections",
		  traffic),
	PEER_CASE("inet6-listeners", "a listener at :: and each way to it",
		  listeners),
	PEER_CASE("inet6-families", "another family than the socket's",
		  families),
	PEER_CASE("inet6-lengths", "IPv6 addresses with every length",
		  lengths),
	PEER_CASE("inet6-scopes", "scope ids and flow labels", scopes),
	PEER_CASE("inet6-bind-closed", "BIND where the rules forbid it",
		  bind_closed),
	PEER_CASE("inet6-connect-closed", "CONNECT to dom0 by all its names",
		  connect_closed),
	PEER_CASE("inet6-nobody", "an IPv6 black hole and a closed port",
		  nobody),
	PEER_CASE("inet6-off", "IPv6 where it was not negotiated", off),
	PEER_END,
};
