// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: every field of every request at its borders.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <string.h>

#include "front.h"

static void socket_fields(void)
{
	static const u32 bad[][3] = {
		{ 0, 1, 0 }, { 1, 1, 0 }, { 3, 1, 0 }, { 10, 1, 0 },
		{ 0xffffffff, 1, 0 }, { 2, 0, 0 }, { 2, 2, 0 }, { 2, 3, 0 },
		{ 2, 0x801, 0 }, { 2, 0xffffffff, 0 }, { 2, 1, 1 },
		{ 2, 1, 6 }, { 2, 1, 17 }, { 2, 1, 262 }, { 2, 1, 0xffffffff },
	};
	struct xen_pvcalls_request req = req_socket(7);
	unsigned int i;

	device_open();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		req.u.socket.domain = bad[i][0];
		req.u.socket.type = bad[i][1];
		req.u.socket.protocol = bad[i][2];
		expect(-PVCALLS_ENOTSUP, req, "SOCKET of another kind");
	}
	expect(0, req_socket(7), "SOCKET, its number is not taken");
}

static void address_lengths(void)
{
	static const u32 lengths[] = { 16, 17, 28, 29, 128, 0xffffffff };
	static const u32 short_ones[] = { 0, 1, 2, 4, 15 };
	struct xen_pvcalls_request req;
	unsigned int i;
	u64 id;

	device_open();
	for (i = 0; i < ARRAY_SIZE(short_ones); i++) {
		id = new_id();
		expect(0, req_socket(id), "SOCKET");
		req = req_bind(id, new_port());
		req.u.bind.len = short_ones[i];
		expect(-EINVAL, req, "BIND with a short address");
	}
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		id = new_id();
		expect(0, req_socket(id), "SOCKET");
		req = req_bind(id, new_port());
		req.u.bind.len = lengths[i];
		expect(0, req, "BIND with an address that says it is long");
	}
}

static void address_families(void)
{
	static const u16 families[] = { 0, 1, 10, 16, 0x200, 0xffff };
	struct data_ring *ring;
	struct xen_pvcalls_request req;
	u64 id = new_id();
	unsigned int i;

	device_open();
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		req = req_bind(id, 20000);
		req.u.bind.addr[0] = families[i];
		req.u.bind.addr[1] = families[i] >> 8;
		expect(-EAFNOSUPPORT, req, "BIND to another family");
		req = req_connect(id, FRONT_SERVER, FRONT_PORT, ring);
		req.u.connect.addr[0] = families[i];
		req.u.connect.addr[1] = families[i] >> 8;
		expect(-EAFNOSUPPORT, req, "CONNECT to another family");
	}
	data_free(ring);
}

/* What version 1 gives no meaning, must have none. */
static void unused_fields(void)
{
	struct data_ring *ring;
	struct xen_pvcalls_request req;
	u64 id = new_id();
	unsigned int i;

	device_open();
	ring = data_new(1);
	req = req_socket(id);
	memset(req.u.socket.pad, 0xff, sizeof(req.u.socket.pad));
	expect(0, req, "SOCKET with old bytes behind it");
	req = req_connect(id, FRONT_SERVER, FRONT_PORT, ring);
	req.u.connect.flags = 0xffffffff;
	for (i = 16; i < PVCALLS_ADDR_SIZE; i++)
		req.u.connect.addr[i] = 0xff;
	memset(req.u.connect.pad, 0xff, sizeof(req.u.connect.pad));
	expect(0, req, "CONNECT with all flags and old bytes");
	req = req_release(id);
	req.u.release.reuse = 0xff;
	memset(req.u.release.pad, 0xff, sizeof(req.u.release.pad));
	expect(0, req, "RELEASE with a hint and old bytes");
	expect(-ENOENT, req_release(id), "RELEASE, once more");
	data_free(ring);
}

static void backlogs(void)
{
	static const u32 backlog[] = {
		0, 1, 128, 4096, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	unsigned int i;
	u64 id;

	device_open();
	for (i = 0; i < ARRAY_SIZE(backlog); i++) {
		id = new_id();
		expect(0, req_socket(id), "SOCKET");
		expect(0, req_bind(id, new_port()), "BIND");
		expect(0, req_listen(id, backlog[i]), "LISTEN");
		expect(0, req_release(id), "RELEASE of a listener");
	}
}

static void edge_ids(void)
{
	static const u64 ids[] = {
		0, 1, 0xffffffff, 0x100000000, 0x8000000000000000,
		0xffff888000000000, 0xfffffffffffffffe, 0xffffffffffffffff,
	};
	unsigned int i;

	device_open();
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		expect(0, req_socket(ids[i]), "SOCKET with an odd id");
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		expect(-EEXIST, req_socket(ids[i]), "SOCKET, same id");
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		expect(0, req_release(ids[i]), "RELEASE of an odd id");
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		expect(-ENOENT, req_release(ids[i]), "RELEASE, again");
}

static void accept_ids(void)
{
	struct data_ring *ring, *other;
	u64 listener, taken = new_id();

	device_open();
	ring = data_new(1);
	other = data_new(1);
	listener = listener_open(new_port());
	expect(0, req_socket(taken), "SOCKET");
	expect(-EEXIST, req_accept(listener, listener, ring),
	       "ACCEPT with the listener's id as the new one");
	expect(-EEXIST, req_accept(listener, taken, ring),
	       "ACCEPT with the id of a live socket");
	ring_send(req_accept(listener, 500, ring));
	expect(-EEXIST, req_accept(listener, 500, other),
	       "ACCEPT with the id that an ACCEPT waits for");
	expect(-EEXIST, req_socket(500), "SOCKET with that id");
	expect(-ENOENT, req_release(500), "RELEASE of that id");
	device_reset();
	data_free(ring);
	data_free(other);
}

static void bind_addresses(void)
{
	struct xen_pvcalls_request req;
	u64 id = new_id();
	u16 port = new_port();

	device_open();
	expect(0, req_socket(id), "SOCKET");
	req = req_bind(id, port);
	/* 203.0.113.1 is nobody's here. */
	req.u.bind.addr[4] = 203;
	req.u.bind.addr[6] = 113;
	req.u.bind.addr[7] = 1;
	expect(-EADDRNOTAVAIL, req, "BIND to an address that is not dom0's");
	expect(0, req_bind(id, port), "BIND after that");
	expect(-EINVAL, req_bind(id, port), "BIND, again");
	expect(0, req_listen(id, 1), "LISTEN");
	expect(0, req_socket(id + 1000), "SOCKET");
	expect(-EADDRINUSE, req_bind(id + 1000, port), "BIND to a port in use");
}

const struct peer_case field_cases[] = {
	PEER_CASE("socket-fields", "SOCKET with other domain, type, protocol",
		  socket_fields),
	PEER_CASE("address-lengths", "BIND with every length", address_lengths),
	PEER_SLOW("address-families", "BIND and CONNECT with other families",
		  address_families),
	PEER_CASE("unused-fields", "flags, reuse and padding all ones",
		  unused_fields),
	PEER_SLOW("backlogs", "LISTEN with 0, huge and negative backlogs",
		  backlogs),
	PEER_CASE("edge-ids", "ids 0, UINT64_MAX, a kernel address; each twice",
		  edge_ids),
	PEER_CASE("accept-ids", "ACCEPT whose new id is taken", accept_ids),
	PEER_SLOW("bind-addresses", "BIND where it can not be", bind_addresses),
	PEER_END,
};
