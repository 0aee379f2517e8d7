// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: feature-names.  That bytes behind a name are 0, front_ring.c looks at
 * in every answer.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "front.h"

#define MAPPED_DOM0 "::ffff:192.0.2.2"

/* An address of the wire as text; returns its length there, 0 for no address. */
static u32 name_text(const struct xen_pvcalls_name *name, char *text, u16 *port)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	memcpy(&in6, name->addr, sizeof(in6));
	memcpy(&in, name->addr, sizeof(in));
	*port = ntohs(in.sin_port);
	if (in.sin_family == AF_INET) {
		inet_ntop(AF_INET, &in.sin_addr, text, INET6_ADDRSTRLEN);
		return sizeof(in);
	}
	inet_ntop(AF_INET6, &in6.sin6_addr, text, INET6_ADDRSTRLEN);
	if (in6.sin6_family != AF_INET6 || in6.sin6_flowinfo ||
	    in6.sin6_scope_id)
		return 0;
	return sizeof(in6);
}

/* The answer to a request is this name; returns its port. */
static u16 want_name(u32 req_id, const char *addr, const char *what)
{
	const struct xen_pvcalls_name *name = &ring_extra(req_id)->name;
	char text[INET6_ADDRSTRLEN];
	u16 port;
	u32 len;

	expect_answer(0, req_id, what);
	len = name_text(name, text, &port);
	if (!len || len != name->len)
		peer_fail("%s: no address in a name of %u bytes", what,
			  name->len);
	if (strcmp(text, addr))
		peer_fail("%s: %s, not %s", what, text, addr);
	return port;
}

static u16 get_name(u64 id, u32 which, const char *addr)
{
	return want_name(ring_send(req_getname(id, which)), addr, "GETNAME");
}

static void want_port(u16 port, u16 want, const char *what)
{
	if (port != want)
		peer_fail("%s: port %u, not %u", what, port, want);
}

/* A connection that is ours at both ends: each end knows both names. */
static void check_pair(u64 listener, u16 port, const char *addr, bool six)
{
	u64 client = new_id(), child = new_id();
	struct data_ring *a = data_new(1), *b = data_new(1);
	u32 accept, connect;
	u16 ours;

	accept = ring_send(req_accept(listener, child, a));
	if (six) {
		expect(0, req_socket6(client), "SOCKET");
		connect = ring_send(req_connect6(client, addr, port, b));
	} else {
		expect(0, req_socket(client), "SOCKET");
		connect = ring_send(req_connect(client, FRONT_DOM0, port, b));
	}
	ours = want_name(connect, addr, "CONNECT");
	want_port(want_name(accept, addr, "ACCEPT"), ours, "ACCEPT");
	want_port(get_name(client, PVCALLS_NAME_LOCAL, addr), ours, "client");
	want_port(get_name(client, PVCALLS_NAME_PEER, addr), port, "client");
	want_port(get_name(child, PVCALLS_NAME_LOCAL, addr), port, "child");
	want_port(get_name(child, PVCALLS_NAME_PEER, addr), ours, "child");
	expect(0, req_release(client), "RELEASE");
	expect(0, req_release(child), "RELEASE");
	data_free(a);
	data_free(b);
}

static void commands(void)
{
	u64 id = new_id();
	u16 port;

	device_open_with(FRONT_NAMES);
	expect(0, req_socket(id), "SOCKET");
	port = want_name(ring_send(req_bind(id, 0)), "0.0.0.0", "BIND");
	if (!port)
		peer_fail("BIND to port 0 is port 0");
	expect(0, req_listen(id, 4), "LISTEN");
	want_port(get_name(id, PVCALLS_NAME_LOCAL, "0.0.0.0"), port,
		  "listener");
	check_pair(id, port, "192.0.2.2", false);
}

static void commands6(void)
{
	u64 id = new_id();
	u16 port;

	device_open_with(FRONT_NAMES | FRONT_INET6);
	expect(0, req_socket6(id), "SOCKET");
	want_port(get_name(id, PVCALLS_NAME_LOCAL, "::"), 0, "new socket");
	port = want_name(ring_send(req_bind6(id, "::", 0)), "::", "BIND");
	if (!port)
		peer_fail("BIND to port 0 is port 0");
	expect(0, req_listen(id, 4), "LISTEN");
	check_pair(id, port, FRONT_DOM0_6, true);
	check_pair(id, port, MAPPED_DOM0, true);
}

static void states(void)
{
	u64 id = new_id(), parked = new_id(), going = new_id();
	struct data_ring *a, *b;
	struct conn conn;
	s32 error;
	u32 pending;

	device_open_with(FRONT_NAMES);
	a = data_new(1);
	b = data_new(1);
	expect(-ENOENT, req_getname(id, 0), "GETNAME of nobody");
	expect(0, req_socket(id), "SOCKET");
	want_port(get_name(id, 0, "0.0.0.0"), 0, "new socket");
	expect(-ENOTCONN, req_getname(id, 1), "GETNAME of a new socket");
	expect(0, req_bind(id, new_port()), "BIND");
	expect(-ENOTCONN, req_getname(id, 1), "GETNAME of a bound socket");
	expect(0, req_listen(id, 4), "LISTEN");
	expect(-ENOTCONN, req_getname(id, 1), "GETNAME of a listener");
	ring_send(req_accept(id, parked, a));
	expect(-ENOENT, req_getname(parked, 0), "GETNAME of a parked socket");
	expect(0, req_socket(going), "SOCKET");
	pending = ring_send(req_connect(going, FRONT_SERVER, FRONT_HOLE, b));
	get_name(going, 0, "192.0.2.2");
	expect(-ENOTCONN, req_getname(going, 1), "GETNAME while connecting");
	expect(0, req_release(going), "RELEASE");
	expect_answer(-ECANCELED, pending, "CONNECT at its end");
	conn = conn_echo(1);
	want_port(get_name(conn.id, 1, "192.0.2.1"), FRONT_PORT, "server");
	/* An index that makes no sense: the connection is broken off. */
	peer_set(&conn.ring->intf->out_prod, 0x40000000);
	data_notify(conn.ring);
	if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE, &error))
		peer_fail("a bad index, and no in_error");
	expect(-ENOTCONN, req_getname(conn.id, 0), "GETNAME, broken");
	expect(-ENOTCONN, req_getname(conn.id, 1), "GETNAME, broken");
	expect(0, req_release(conn.id), "RELEASE");
	expect(-ENOENT, req_getname(conn.id, 1), "GETNAME, released");
	device_reset();
	data_free(conn.ring);
	data_free(a);
	data_free(b);
}

static void which(void)
{
	static const u32 bad[] = {
		2, 3, 0x100, 0x10000, 0x7fffffff, 0x80000000, 0x80000001,
		0xffffffff,
	};
	struct xen_pvcalls_request req;
	u64 id = new_id();
	unsigned int i;

	device_open_with(FRONT_NAMES);
	expect(0, req_socket(id), "SOCKET");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect(-EINVAL, req_getname(id, bad[i]), "GETNAME of neither");
	/* All the rest of the slot means nothing. */
	memset(&req, 0xff, sizeof(req));
	req.cmd = PVCALLS_GETNAME;
	req.u.getname.id = id;
	req.u.getname.which = PVCALLS_NAME_LOCAL;
	want_port(want_name(ring_send(req), "0.0.0.0", "GETNAME"), 0,
		  "new socket");
}

/* An answer of version 1 ends with its id: the slot behind it stays ours. */
static void short_answer(struct xen_pvcalls_request req, const char *what)
{
	u32 slot = front.req_prod % FRONT_SLOTS;
	const u8 *bytes = (const u8 *)&front.sring->ring[slot];

	expect(0, req, what);
	if (memcmp(bytes + 24, (const u8 *)&req + 24, sizeof(req) - 24))
		peer_fail("%s: more than a short answer", what);
}

static void off(void)
{
	struct xen_pvcalls_request req;
	u64 id = new_id();

	device_open_with(FRONT_INET6);
	memset(&req, 0xee, sizeof(req));
	req.cmd = PVCALLS_SOCKET;
	req.u.socket.id = id;
	req.u.socket.domain = PVCALLS_AF_INET;
	req.u.socket.type = PVCALLS_SOCK_STREAM;
	req.u.socket.protocol = 0;
	short_answer(req, "SOCKET");
	req = req_bind(id, 0);
	memset(req.u.bind.addr + 8, 0xee, 20);
	memset(req.u.bytes + 40, 0xee, 16);
	short_answer(req, "BIND");
	expect(-PVCALLS_ENOTSUP, req_getname(id, 0), "GETNAME");
	expect(-PVCALLS_ENOTSUP, req_getname(new_id(), 7), "GETNAME");
}

const struct peer_case names_cases[] = {
	PEER_CASE("names", "what BIND, CONNECT, ACCEPT and GETNAME say",
		  commands),
	PEER_CASE("names-inet6", "the same of IPv6 and mapped addresses",
		  commands6),
	PEER_CASE("names-states", "GETNAME in every state", states),
	PEER_CASE("names-which", "GETNAME of neither name", which),
	PEER_CASE("names-off", "short answers where it was not negotiated",
		  off),
	PEER_END,
};
