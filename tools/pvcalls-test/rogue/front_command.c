// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: the command ring itself.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "front.h"

/* After a case that the backend may answer with silence: a new life. */
static void again(void)
{
	device_reset();
	device_open();
	expect(0, req_socket(1), "SOCKET after we came back");
	expect(0, req_release(1), "RELEASE after we came back");
}

static void valid(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(4);
	conn_check(conn, 100000);
	conn_close(conn);
}

/* The index as it would be after that many requests more. */
static void jump(u32 by)
{
	device_open();
	expect(0, req_socket(new_id()), "SOCKET");
	peer_set(&front.sring->req_prod, front.req_prod + by);
	xenevtchn_notify(front.ev, front.port);
	/* More answers than requests were a violation of its own. */
	if (ring_raw_answers(front.req_prod + FRONT_SLOTS + 1, 300))
		peer_fail("it served more requests than the ring has slots");
	again();
}

static void prod_jump(void)
{
	jump(FRONT_SLOTS + 1);
}

static void prod_jump_far(void)
{
	jump(0x80000000);
}

static void prod_backwards(void)
{
	jump(-1);
}

/* An index that stays a ring ahead, for as long as we like. */
static void prod_for_ever(void)
{
	u64 deadline = peer_deadline(2000);
	u32 answers = 0, now;
	int i;

	device_open();
	for (i = 0; i < FRONT_SLOTS; i++)
		front.sring->ring[i].req.cmd = 77;
	while (!peer_passed(deadline)) {
		now = peer_get(&front.sring->rsp_prod);
		peer_set(&front.sring->req_prod, now + FRONT_SLOTS);
		xenevtchn_notify(front.ev, front.port);
		answers = now;
	}
	peer_say("%u answers", answers);
	if (!answers)
		peer_fail("it served none of our requests");
	again();
}

static void unknown_commands(void)
{
	static const u32 cmds[] = {
		PVCALLS_NR_V1_CMDS, 8, 127, 128, 129, 130, 131, 132, 255, 256,
		0x7fffffff, 0x80000000, 0xffffffff,
	};
	unsigned int i;

	device_open();
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		expect(-PVCALLS_ENOTSUP, req_bare(cmds[i], i),
		       "an unknown command");
	expect(0, req_socket(new_id()), "SOCKET after that");
}

/* req_id is a cookie of ours: two may be the same. */
static void same_req_id(void)
{
	struct xen_pvcalls_request req = req_socket(0);
	struct xen_pvcalls_response rsp;
	int i;

	device_open();
	for (i = 0; i < 4; i++) {
		req.req_id = 0xffffffff;
		req.u.socket.id = new_id();
		ring_put(&req);
	}
	ring_publish();
	if (!ring_raw_answers(4, FRONT_PATIENCE))
		peer_fail("4 requests with one req_id, no 4 answers");
	for (i = 0; i < 4; i++) {
		rsp = front.sring->ring[i].rsp;
		if (rsp.req_id != 0xffffffff || rsp.ret)
			peer_fail("answer %d of req_id %#x", rsp.ret,
				  rsp.req_id);
	}
	again();
}

/* Nobody looks at the answers, and slots are used again all the same. */
static void answers_unread(void)
{
	struct xen_pvcalls_request req = req_bare(99, 0);
	int i;

	device_open();
	for (i = 0; i < 1000; i++) {
		req.req_id = i;
		ring_put(&req);
		ring_publish();
		if (i % FRONT_SLOTS == FRONT_SLOTS - 1 &&
		    !ring_raw_answers(front.req_prod, FRONT_PATIENCE))
			peer_fail("it stopped at request %d", i);
	}
	if (!ring_raw_answers(1000, FRONT_PATIENCE))
		peer_fail("%u answers to 1000 requests",
			  front.sring->rsp_prod);
	again();
}

/* Its own index, and the ones that ask for events. */
static void its_words(void)
{
	int i;

	device_open();
	for (i = 0; i < 50; i++) {
		peer_set(&front.sring->req_event, peer_word());
		peer_set(&front.sring->rsp_prod, peer_word());
		xenevtchn_notify(front.ev, front.port);
	}
	peer_set(&front.sring->rsp_prod, 0);
	expect(0, req_socket(new_id()), "SOCKET");
	expect(0, req_socket(new_id()), "SOCKET, again");
}

/* The request changes while the backend looks at it. */
static void double_fetch(void)
{
	struct xen_pvcalls_request req = req_socket(0);
	u32 *cmd;
	int i, j;

	device_open();
	for (i = 0; i < 300; i++) {
		req.req_id = i;
		req.u.socket.id = new_id();
		cmd = &front.sring->ring[front.req_prod % FRONT_SLOTS].req.cmd;
		ring_put(&req);
		ring_publish();
		for (j = 0; j < 200; j++)
			peer_set(cmd, j & 1 ? 0xffffffff : PVCALLS_RELEASE);
		if (!ring_raw_answers(front.req_prod, FRONT_PATIENCE))
			peer_fail("no answer to a request that changes");
	}
	again();
}

static void whole_ring(void)
{
	u32 ids[FRONT_SLOTS];
	int i;

	device_open();
	for (i = 0; i < FRONT_SLOTS; i++)
		ids[i] = ring_queue(req_socket(new_id()));
	ring_publish();
	for (i = 0; i < FRONT_SLOTS; i++)
		expect_answer(0, ids[i], "one of 32 SOCKETs");
}

const struct peer_case command_cases[] = {
	PEER_CASE("valid", "nothing wrong: connect, bytes, release", valid),
	PEER_CASE("prod-jump", "req_prod jumps past the ring", prod_jump),
	PEER_SLOW("prod-jump-far", "req_prod jumps by 2^31", prod_jump_far),
	PEER_SLOW("prod-backwards", "req_prod goes back", prod_backwards),
	PEER_CASE("prod-for-ever", "req_prod advances for ever", prod_for_ever),
	PEER_CASE("unknown-commands", "each answered once, with ENOTSUPP",
		  unknown_commands),
	PEER_SLOW("same-req-id", "four requests, one req_id", same_req_id),
	PEER_CASE("answers-unread", "1000 requests, no answer looked at",
		  answers_unread),
	PEER_SLOW("its-words", "rsp_prod and req_event overwritten", its_words),
	PEER_CASE("double-fetch", "requests change after they were published",
		  double_fetch),
	PEER_SLOW("whole-ring", "32 requests at once", whole_ring),
	PEER_END,
};
