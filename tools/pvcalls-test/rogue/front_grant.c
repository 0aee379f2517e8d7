// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: grants, ring orders and event channels that are not what they seem.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

/* A domain that is not the backend; it need not exist. */
#define OTHER_DOMAIN 77

/* A socket that refuses a ring must take a good one afterwards. */
static void refused(struct data_ring *ring, s32 want, const char *what)
{
	struct data_ring *good = data_new(1);
	u64 id = new_id(), listener;

	expect(0, req_socket(id), "SOCKET");
	expect(want, req_connect(id, FRONT_SERVER, FRONT_PORT, ring), what);
	expect(0, req_connect(id, FRONT_SERVER, FRONT_PORT, good),
	       "CONNECT with a good ring");
	expect(0, req_release(id), "RELEASE");
	listener = listener_open(new_port());
	expect(want, req_accept(listener, new_id(), ring), what);
	expect(0, req_release(listener), "RELEASE of the listener");
	data_free(good);
}

static void bad_index_refs(void)
{
	static const u32 refs[] = {
		0xffffffff, 0x7fffffff, 1 << 20, 30000, 5000,
	};
	struct data_ring *ring;
	unsigned int i;
	u32 good;

	device_open();
	ring = data_new(1);
	good = ring->ref;
	for (i = 0; i < ARRAY_SIZE(refs); i++) {
		ring->ref = refs[i];
		refused(ring, -EFAULT, "a bad grant of the indexes page");
	}
	ring->ref = good;
	data_free(ring);
}

static void bad_data_refs(void)
{
	static const u32 bad[] = { 0xffffffff, 1 << 20, 30000 };
	struct data_ring *ring;
	unsigned int i, at;
	u32 good;

	device_open();
	ring = data_new(2);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (at = 0; at < 4; at += 3) {
			good = ring->intf->ref[at];
			ring->intf->ref[at] = bad[i];
			refused(ring, -EFAULT, "a bad grant of a data page");
			ring->intf->ref[at] = good;
		}
	}
	data_free(ring);
}

/* Pages that are shared, but not with the backend, or not for writing. */
static void foreign(u32 domid, bool writable, const char *what)
{
	struct data_ring *ring;
	u32 good, good_data, ref;
	void *page;

	device_open();
	ring = data_new(1);
	page = device_page(domid, 1, &ref, writable);
	good = ring->ref;
	good_data = ring->intf->ref[1];
	ring->ref = ref;
	refused(ring, -EFAULT, what);
	ring->ref = good;
	ring->intf->ref[1] = ref;
	refused(ring, -EFAULT, what);
	ring->intf->ref[1] = good_data;
	data_free(ring);
	xengntshr_unshare(front.shr, page, 1);
}

static void grants_of_another(void)
{
	foreign(OTHER_DOMAIN, true, "a page that another domain may map");
}

static void grants_read_only(void)
{
	foreign(front.back_id, false, "a page that it may only read");
}

/* The indexes page, and the command ring, as pages of the data ring. */
static void same_page(void)
{
	struct data_ring *ring, *twice;
	u64 id = new_id(), other = new_id();

	device_open();
	ring = data_new(1);
	twice = data_new(1);
	ring->intf->ref[0] = ring->ref;
	ring->intf->ref[1] = front.ring_refs[0];
	expect(0, req_socket(id), "SOCKET");
	call(req_connect(id, FRONT_SERVER, FRONT_PORT + 1, ring),
	     "CONNECT with one page for everything");
	expect(0, req_socket(other), "SOCKET");
	twice->intf->ref[1] = twice->intf->ref[0];
	call(req_connect(other, FRONT_SERVER, FRONT_PORT + 1, twice),
	     "CONNECT with one page twice");
	/* The greeting may have gone over the indexes, or over the ring. */
	device_reset();
	data_free(ring);
	data_free(twice);
	device_open();
	expect(0, req_socket(id), "SOCKET after we came back");
}

/* We give the pages up while the backend uses them. */
static void grants_revoked(void)
{
	struct conn conn;
	int i;

	device_open();
	for (i = 0; i < 4; i++) {
		conn = conn_echo(2);
		conn_check(conn, 100);
		data_free(conn.ring);
		if (i % 2)
			expect(0, req_release(conn.id), "RELEASE");
	}
	expect(0, req_socket(new_id()), "SOCKET");
}

static void try_order(u32 word, s32 want)
{
	struct data_ring *ring = data_new(1);

	ring->intf->ring_order = word;
	refused(ring, want, "a ring of a bad order");
	data_free(ring);
}

static void order_0(void)
{
	device_open();
	try_order(0, -EINVAL);
}

static u32 order_offered(void)
{
	char *key = peer_read(front.back, PVCALLS_KEY_MAX_PAGE_ORDER);
	u32 max = key ? strtoul(key, NULL, 10) : 0;

	free(key);
	return max;
}

static void order_max(void)
{
	u32 max = order_offered();
	struct conn conn;

	if (!max || max > PVCALLS_MAX_RING_ORDER)
		peer_fail("max-page-order is %u", max);
	device_open();
	conn = conn_echo(max);
	conn_check(conn, 300000);
	conn_close(conn);
	try_order(max + 1, -EINVAL);
}

static void order_5(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(5);
	conn_check(conn, 100000);
	conn_close(conn);
}

/* Until the backend has brought all that there is room for. */
static void order_await_full(const struct data_ring *ring)
{
	u64 deadline = peer_deadline(2 * FRONT_PATIENCE);
	u32 queued;

	while ((queued = peer_get(&ring->intf->in_prod) - ring->in_cons) !=
	       ring->size) {
		if (peer_passed(deadline))
			peer_fail("order %u: %u bytes came, there is room for %u",
				  ring->order, queued, ring->size);
		peer_nap();
	}
}

/*
 * More than fits, through the server and back; nothing is read before the ring
 * is full.  A backend with fewer pages finds our index out of range, or never
 * fills the other half.  Half a ring more, so that both directions wrap.
 */
static void order_whole(struct conn conn)
{
	u32 bytes = conn.ring->size / 2 * 3, i;
	u8 *out = malloc(bytes), *in = malloc(bytes);

	if (!out || !in)
		peer_fail("no memory");
	for (i = 0; i < bytes; i++)
		out[i] = peer_random();
	data_write(conn.ring, out, bytes);
	order_await_full(conn.ring);
	data_read(conn.ring, in, bytes);
	if (memcmp(out, in, bytes))
		peer_fail("order %u: other bytes came than went",
			  conn.ring->order);
	free(out);
	free(in);
}

static void order_6_to_9(void)
{
	struct conn conn;
	u32 order;

	if (order_offered() < 9)
		peer_fail("max-page-order is %u", order_offered());
	device_open();
	for (order = 6; order <= 9; order++) {
		conn = conn_echo(order);
		order_whole(conn);
		conn_close(conn);
	}
}

static void order_huge(void)
{
	device_open();
	try_order(10, -EINVAL);
	try_order(31, -EINVAL);
	try_order(32, -EINVAL);
	try_order(0x80000000, -EINVAL);
	try_order(0xffffffff, -EINVAL);
}

/* What was mapped does not depend on these any more. */
static void order_changed(void)
{
	static const u32 words[] = { 0, 2, 9, 31, 0xffffffff };
	struct conn conn;
	unsigned int i;

	device_open();
	conn = conn_echo(1);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		peer_set(&conn.ring->intf->ring_order, words[i]);
		peer_set(&conn.ring->intf->ref[0], peer_word());
		peer_set(&conn.ring->intf->ref[1], peer_word());
		conn_check(conn, 10000);
	}
	expect(0, req_release(conn.id), "RELEASE");
	data_free(conn.ring);
}

/* Which error it is, the hypervisor says. */
static void bad_ports(void)
{
	static const u32 ports[] = { 0, 1000, 4094, 1 << 17, 0xffffffff };
	struct xen_pvcalls_request req;
	struct data_ring *ring;
	u64 id = new_id();
	unsigned int i;

	device_open();
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		req = req_connect(id, FRONT_SERVER, FRONT_PORT, ring);
		req.u.connect.evtchn = ports[i];
		if (call(req, "CONNECT with a bad port") >= 0)
			peer_fail("CONNECT with port %#x succeeds", ports[i]);
	}
	/* Taken already, by the command ring. */
	req = req_connect(id, FRONT_SERVER, FRONT_PORT, ring);
	req.u.connect.evtchn = front.port;
	if (call(req, "CONNECT with the command ring's port") >= 0)
		peer_fail("CONNECT with the command ring's port succeeds");
	expect(0, req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
	       "CONNECT with a good port");
	data_free(ring);
}

static void same_port(void)
{
	struct data_ring *ring;
	struct conn conn;
	u64 id = new_id();

	device_open();
	conn = conn_echo(1);
	ring = data_new(1);
	expect(0, req_socket(id), "SOCKET");
	ring->port = conn.ring->port;
	if (call(req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
		 "CONNECT with the port of another socket") >= 0)
		peer_fail("two sockets share an event channel");
	conn_check(conn, 5000);
	conn_close(conn);
}

static void same_refs(void)
{
	struct data_ring *ring;
	struct conn conn;
	u64 id = new_id();
	u32 good;

	device_open();
	conn = conn_echo(1);
	ring = data_new(1);
	good = ring->ref;
	ring->ref = conn.ring->ref;
	expect(0, req_socket(id), "SOCKET");
	/* Two sockets on one ring: which has the bytes, is our problem. */
	call(req_connect(id, FRONT_SERVER, FRONT_PORT, ring),
	     "CONNECT with the ring of another socket");
	data_notify(conn.ring);
	expect(0, req_release(id), "RELEASE");
	expect(0, req_release(conn.id), "RELEASE");
	ring->ref = good;
	data_free(ring);
	data_free(conn.ring);
}

static void port_closed(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	conn_check(conn, 100);
	xenevtchn_unbind(front.ev, conn.ring->port);
	expect(0, req_release(conn.id), "RELEASE without an event channel");
	conn.ring->port = device_port(front.back_id);
	data_free(conn.ring);
	/* The same of the command ring: only xenstore is left to us. */
	xenevtchn_unbind(front.ev, front.port);
	front.port = device_port(front.back_id);
	device_reset();
	device_open();
	expect(0, req_socket(new_id()), "SOCKET after we came back");
}

const struct peer_case grant_cases[] = {
	PEER_CASE("bad-index-refs", "grants of the indexes page that are none",
		  bad_index_refs),
	PEER_CASE("bad-data-refs", "grants of data pages that are none",
		  bad_data_refs),
	PEER_SLOW("grants-of-another", "pages shared with another domain",
		  grants_of_another),
	PEER_CASE("grants-read-only", "pages that may only be read",
		  grants_read_only),
	PEER_CASE("same-page", "one page for indexes, data and commands",
		  same_page),
	PEER_SLOW("same-refs", "two sockets with one ring", same_refs),
	PEER_CASE("grants-revoked", "pages given up while mapped",
		  grants_revoked),
	PEER_CASE("order-0", "ring order 0", order_0),
	PEER_CASE("order-5", "ring order 5, more than in-tree backends map",
		  order_5),
	PEER_CASE("order-6-to-9", "ring orders 6 to 9, each filled to the brim",
		  order_6_to_9),
	PEER_SLOW("order-max", "the largest ring order, and one more",
		  order_max),
	PEER_CASE("order-huge", "ring orders 10, 31, 32, 2^31, 2^32-1",
		  order_huge),
	PEER_CASE("order-changed", "ring order and grants changed later",
		  order_changed),
	PEER_CASE("bad-ports", "event channels that are none", bad_ports),
	PEER_CASE("same-port", "two sockets with one event channel", same_port),
	PEER_CASE("port-closed", "event channels closed by us", port_closed),
	PEER_END,
};
