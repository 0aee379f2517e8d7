// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: as much at a time as the command ring has slots for, on rings of one
 * page and of several.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "../programs/socktest.h"
#include "front.h"

/* The largest command ring there is, and its slots. */
#define MANY_ORDER 4
#define MANY_SLOTS 512
/* A web server: it does not make a process of each connection. */
#define MANY_PORT 80

/* A ring that was released, for another connection. */
static void many_renew(struct data_ring *ring)
{
	memset(ring->intf, 0, offsetof(struct pvcalls_data_intf, ring_order));
	ring->in_cons = 0;
	ring->out_prod = 0;
}

/*
 * Connect and release, again and again.  Returns how many microseconds each
 * took.  None may take as long as FRONT_PATIENCE, which a connect would that
 * waits for one to a black hole: expect() looks.
 */
static u64 many_connects(int times, const char *beside)
{
	struct data_ring *ring = data_new(1);
	u64 start = peer_now(), slowest = 0, one, id;
	int i;

	for (i = 0; i < times; i++) {
		one = peer_now();
		id = new_id();
		many_renew(ring);
		expect(0, req_socket(id), "SOCKET");
		expect(0, req_connect(id, FRONT_SERVER, MANY_PORT, ring),
		       "CONNECT");
		expect(0, req_release(id), "RELEASE");
		one = peer_now() - one;
		slowest = one > slowest ? one : slowest;
	}
	data_free(ring);
	start = peer_now() - start;
	peer_say("%d connects %s: %llu ms, the slowest %llu ms", times, beside,
		 start, slowest);
	return start * 1000 / times;
}

/* An emulated machine is up to three times as slow all by itself. */
static void many_beside_holes(int holes, u32 order)
{
	static struct data_ring *rings[MANY_SLOTS];
	static u32 pending[MANY_SLOTS];
	static u64 ids[MANY_SLOTS];
	u64 alone, beside;
	int i;

	device_open_order(order);
	alone = many_connects(200, "alone");
	for (i = 0; i < holes; i++) {
		rings[i] = data_new(1);
		ids[i] = new_id();
		expect(0, req_socket(ids[i]), "SOCKET");
		pending[i] = ring_send(req_connect(ids[i], FRONT_SERVER,
						   FRONT_HOLE, rings[i]));
	}
	beside = many_connects(1000, "beside black holes");
	if (beside > 3 * alone)
		peer_fail("%d black holes: %llu us each, not %llu", holes,
			  beside, alone);
	/* The last one first: no answer waits for that of an older request. */
	for (i = holes - 1; i >= 0; i--) {
		expect_silence(pending[i], 0, "CONNECT to a black hole");
		expect(0, req_release(ids[i]), "RELEASE");
		expect_answer(-ECANCELED, pending[i], "CONNECT at its end");
		data_free(rings[i]);
	}
}

static void many_holes(void)
{
	many_beside_holes(20, 0);
}

static void many_holes_pages(void)
{
	many_beside_holes(300, MANY_ORDER);
}

/* A connection to a listener of our own; it is checked that bytes pass. */
static void many_call_ourselves(u16 port, struct data_ring *child)
{
	struct data_ring *ring = data_new(1);
	u64 id = new_id();
	u8 out[100], in[100];
	unsigned int i;

	expect(0, req_socket(id), "SOCKET");
	expect(0, req_connect(id, FRONT_DOM0, port, ring), "CONNECT");
	for (i = 0; i < sizeof(out); i++)
		out[i] = peer_random();
	data_write(ring, out, sizeof(out));
	data_read(child, in, sizeof(in));
	if (memcmp(in, out, sizeof(in)))
		peer_fail("other bytes came than went");
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
}

/*
 * One listener, and every slot but two taken by its ACCEPTs and POLLs.
 * Connections come, the rest is answered by the RELEASE.
 */
static void many_parked(u32 order)
{
	static struct data_ring *rings[MANY_SLOTS];
	static u32 accepts[MANY_SLOTS], polls[MANY_SLOTS];
	u32 nr = PVCALLS_RING_SLOTS(order) / 2 - 1, called = nr / 4, i;
	u16 port = new_port();
	u64 listener;

	device_open_order(order);
	listener = listener_open(port);
	for (i = 0; i < nr; i++) {
		rings[i] = data_new(1);
		accepts[i] = ring_send(req_accept(listener, 1000 + i,
						  rings[i]));
		polls[i] = ring_send(req_poll(listener));
	}
	expect(0, req_socket(new_id()), "SOCKET beside them");
	expect_silence(accepts[0], 0, "ACCEPT without a connection");
	expect_silence(polls[nr - 1], 0, "POLL without a connection");
	for (i = 0; i < called; i++) {
		many_call_ourselves(port, rings[i]);
		expect_answer(0, accepts[i], "ACCEPT");
	}
	expect_silence(accepts[called], 0, "the next ACCEPT");
	expect(0, req_release(listener), "RELEASE of the listener");
	for (i = 0; i < nr; i++) {
		/* Whether a POLL saw a connection before ACCEPT is luck. */
		ring_await(polls[i], "POLL");
		if (i >= called)
			expect_answer(-ECANCELED, accepts[i], "ACCEPT");
		else
			expect(0, req_release(1000 + i), "RELEASE");
		data_free(rings[i]);
	}
	peer_say("%u ACCEPTs and as many POLLs at one listener, %u connections",
		 nr, called);
}

static void many_parked_page(void)
{
	many_parked(0);
}

static void many_parked_pages(void)
{
	many_parked(MANY_ORDER);
}

/* What is queued for a socket when its RELEASE comes, in any order. */
static struct xen_pvcalls_request many_any_request(u64 id, u64 child,
						   struct data_ring *ring)
{
	switch (peer_below(12)) {
	case 0:
		return req_connect(id, FRONT_SERVER, FRONT_HOLE, ring);
	case 1:
		return req_connect(id, FRONT_SERVER, MANY_PORT, ring);
	case 2:
		return req_bind(id, new_port());
	case 3:
		return req_listen(id, 4);
	case 4:
		return req_accept(id, child, ring);
	case 5:
		return req_poll(id);
	case 6:
		return req_release(id);
	case 7:
		return req_random_option(id);
	case 8:
		return req_getname(id, peer_below(2));
	case 9:
		return req_shutdown(id, peer_below(3));
	default:
		return req_socket(id);
	}
}

/*
 * A ring full of requests for a few sockets, published at once, so that
 * RELEASEs race with everything.  Each is answered once: ring_note() looks.
 */
static void many_race(struct data_ring **rings, u32 nr_rings)
{
	static u32 sent[MANY_SLOTS];
	u32 nr = front.slots - 64, i;

	for (i = 0; i < 16; i++)
		expect(0, req_socket(5000 + i), "SOCKET");
	for (i = 0; i < nr; i++)
		sent[i] = ring_queue(many_any_request(5000 + peer_below(16),
						      6000 + i % nr_rings,
						      rings[i % nr_rings]));
	ring_publish();
	for (i = 0; i < 16; i++)
		call(req_release(5000 + i), "RELEASE at the end");
	/* Children, if a connection has come to one. */
	for (i = 0; i < nr_rings; i++)
		call(req_release(6000 + i), "RELEASE of a child");
	for (i = 0; i < nr; i++)
		ring_await(sent[i], "a request that raced with RELEASE");
}

static void many_races(void)
{
	struct data_ring *rings[48];
	u32 i;

	device_open_order_with(MANY_ORDER, FRONT_NAMES | FRONT_SOCKOPT |
					   FRONT_SHUTDOWN);
	for (i = 0; i < ARRAY_SIZE(rings); i++)
		rings[i] = data_new(1);
	for (i = 0; i < 20; i++)
		many_race(rings, ARRAY_SIZE(rings));
	for (i = 0; i < ARRAY_SIZE(rings); i++)
		data_free(rings[i]);
}

/* @key is missing (NULL) or no good; everything else is as it should be. */
static void many_bad_key(const char *key, const char *value)
{
	device_init_wait();
	front.order = 2;
	device_share();
	device_write_keys();
	if (value)
		peer_write(FRONT_DIR, key, value);
	else
		peer_remove(FRONT_DIR, key);
	device_set_state(XenbusStateInitialised);
	/* Loudly: not by going on to wait. */
	device_want_back(XenbusStateClosing);
	device_set_state(XenbusStateClosing);
	device_reset();
}

static void many_bad_keys(void)
{
	u32 order;

	many_bad_key(PVCALLS_KEY_RING_PAGE_ORDER, "5");
	many_bad_key(PVCALLS_KEY_RING_PAGE_ORDER, "banana");
	many_bad_key(PVCALLS_KEY_RING_PAGE_ORDER, "4294967295");
	many_bad_key(PVCALLS_KEY_RING_PAGE_ORDER, "-1");
	/* More pages than there are grants for. */
	peer_remove(FRONT_DIR, "ring-ref4");
	many_bad_key(PVCALLS_KEY_RING_PAGE_ORDER, "3");
	many_bad_key("ring-ref0", NULL);
	many_bad_key("ring-ref3", NULL);
	many_bad_key("ring-ref3", "");
	many_bad_key("ring-ref2", "30000");
	many_bad_key("ring-ref1", "4294967295");
	for (order = 0; order <= MANY_ORDER; order++) {
		device_open_order(order);
		expect(0, req_socket(1), "SOCKET");
		device_reset();
	}
}

/* A request of one kind in each slot at once, for a socket each. */
static void many_whole(struct xen_pvcalls_request (*request)(u64 id))
{
	static u32 sent[MANY_SLOTS];
	u32 i;

	for (i = 0; i < front.slots; i++)
		sent[i] = ring_queue(request(i));
	if (front.req_prod - front.rsp_cons != front.slots)
		peer_fail("it answers what is not published");
	ring_publish();
	for (i = 0; i < front.slots; i++)
		expect_answer(0, sent[i], "a request in each slot");
}

/* Every slot of rings of all sizes, a few times around; and one too many. */
static void many_whole_rings(void)
{
	u32 order, round;

	for (order = 0; order <= MANY_ORDER; order++) {
		device_open_order(order);
		if (front.slots != 32U << order)
			peer_fail("%u slots of order %u", front.slots, order);
		for (round = 0; round < 3; round++) {
			many_whole(req_socket);
			many_whole(req_release);
		}
		peer_set(&front.sring->req_prod,
			 front.req_prod + front.slots + 1);
		xenevtchn_notify(front.ev, front.port);
		if (ring_raw_answers(front.req_prod + 1, 100))
			peer_fail("more requests than slots were taken");
		device_reset();
	}
}

/* Half of the connections are not read by the peer, half not by us. */
#define STALLED 20

static bool many_pour(struct conn conn)
{
	static u8 bytes[4096];
	u32 used = conn.ring->out_prod - peer_get(&conn.ring->intf->out_cons);

	if (used + sizeof(bytes) > conn.ring->size)
		return false;
	data_write(conn.ring, bytes, sizeof(bytes));
	return true;
}

/**
 * many_stalled - connections full of bytes that nobody takes, for ever
 *
 * For front_hold(), which says when they are.
 */
void many_stalled(void)
{
	struct conn conns[STALLED];
	u64 quiet;
	int i;

	device_open_order(1);
	for (i = 0; i < STALLED; i++) {
		conns[i] = conn_connect(FRONT_PORT, 4);
		conn_order(conns[i], i % 2 ? ORDER_ECHO : ORDER_STALL, 600000);
	}
	quiet = peer_deadline(2000);
	while (!peer_passed(quiet)) {
		for (i = 0; i < STALLED; i++)
			if (many_pour(conns[i]))
				quiet = peer_deadline(2000);
		peer_nap();
	}
}

const struct peer_case many_cases[] = {
	PEER_CASE("many-rings-whole", "every slot of rings of 1 to 16 pages",
		  many_whole_rings),
	PEER_CASE("many-bad-keys", "ring-page-order and ring-ref0... are no good",
		  many_bad_keys),
	PEER_CASE("many-races", "RELEASE races with whole rings of requests",
		  many_races),
	PEER_SLOW("many-holes", "1000 connects beside 20 black holes, one page",
		  many_holes),
	PEER_SLOW("many-holes-pages",
		  "1000 connects beside 300 black holes, 16 pages",
		  many_holes_pages),
	PEER_SLOW("many-parked", "ACCEPTs and POLLs in every slot of one page",
		  many_parked_page),
	PEER_SLOW("many-parked-pages",
		  "ACCEPTs and POLLs in every slot of 16 pages",
		  many_parked_pages),
	PEER_END,
};
