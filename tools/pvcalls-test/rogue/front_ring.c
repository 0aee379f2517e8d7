// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ring: requests go out, and each must be answered exactly once.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <string.h>

#include "front.h"

/* More than can be outstanding, so that answers may be fetched late. */
#define RING_CALLS 1024

struct ring_call {
	struct xen_pvcalls_request req;
	bool used;
	bool answered;
	s32 ret;
};

static struct ring_call ring_calls[RING_CALLS];
static u32 ring_next_id;

/* A new ring, or one that a case speaks to by itself. */
void ring_forget(void)
{
	memset(ring_calls, 0, sizeof(ring_calls));
	front.req_prod = 0;
	front.rsp_cons = 0;
}

static struct ring_call *ring_call(u32 req_id)
{
	return &ring_calls[req_id % RING_CALLS];
}

static void ring_note(const struct xen_pvcalls_response *rsp)
{
	struct ring_call *one = ring_call(rsp->req_id);

	if (!one->used || one->req.req_id != rsp->req_id)
		peer_fail("an answer (%d) to request %#x, which we never made",
			  rsp->ret, rsp->req_id);
	if (one->answered)
		peer_fail("a second answer (%d) to request %#x of command %u",
			  rsp->ret, rsp->req_id, one->req.cmd);
	if (rsp->cmd != one->req.cmd || rsp->id != one->req.u.poll.id)
		peer_fail("the answer to command %u of socket %#llx says command %u, socket %#llx",
			  one->req.cmd, one->req.u.poll.id, rsp->cmd, rsp->id);
	one->answered = true;
	one->ret = rsp->ret;
}

static void ring_collect(void)
{
	u32 prod = peer_get(&front.sring->rsp_prod);
	struct xen_pvcalls_response rsp;

	if (prod - front.rsp_cons > front.req_prod - front.rsp_cons)
		peer_fail("%u answers to %u requests", prod - front.rsp_cons,
			  front.req_prod - front.rsp_cons);
	while (front.rsp_cons != prod) {
		rsp = front.sring->ring[front.rsp_cons % front.slots].rsp;
		front.rsp_cons++;
		ring_note(&rsp);
	}
	peer_set(&front.sring->rsp_event, front.rsp_cons + 1);
}

/* Into the next slot, without looking for room. */
void ring_put(const struct xen_pvcalls_request *req)
{
	front.sring->ring[front.req_prod % front.slots].req = *req;
	front.req_prod++;
}

void ring_publish(void)
{
	peer_set(&front.sring->req_prod, front.req_prod);
	xenevtchn_notify(front.ev, front.port);
}

static void ring_wait_room(void)
{
	u64 deadline = peer_deadline(FRONT_PATIENCE);

	ring_collect();
	while (front.req_prod - front.rsp_cons >= front.slots) {
		if (peer_passed(deadline))
			peer_fail("none of %u requests is answered",
				  front.slots);
		peer_nap();
		ring_collect();
	}
}

/* Returns the number by which the answer is asked for; does not publish. */
u32 ring_queue(struct xen_pvcalls_request req)
{
	struct ring_call *one;

	ring_wait_room();
	do
		one = ring_call(++ring_next_id);
	while (one->used && !one->answered);
	req.req_id = ring_next_id;
	memset(one, 0, sizeof(*one));
	one->used = true;
	one->req = req;
	ring_put(&req);
	return req.req_id;
}

u32 ring_send(struct xen_pvcalls_request req)
{
	u32 req_id = ring_queue(req);

	ring_publish();
	return req_id;
}

bool ring_answer(u32 req_id, unsigned int ms, s32 *ret)
{
	struct ring_call *one = ring_call(req_id);
	u64 deadline = peer_deadline(ms);

	ring_collect();
	while (!one->answered) {
		if (peer_passed(deadline))
			return false;
		peer_nap();
		ring_collect();
	}
	*ret = one->ret;
	return true;
}

s32 ring_await(u32 req_id, const char *what)
{
	s32 ret;

	if (!ring_answer(req_id, FRONT_PATIENCE, &ret))
		peer_fail("%s: no answer", what);
	return ret;
}

/* For cases that count, and do not care who is answered what. */
bool ring_raw_answers(u32 prod, unsigned int ms)
{
	u64 deadline = peer_deadline(ms);

	while (peer_get(&front.sring->rsp_prod) != prod) {
		if (peer_passed(deadline))
			return false;
		peer_nap();
	}
	return true;
}

s32 call(struct xen_pvcalls_request req, const char *what)
{
	return ring_await(ring_send(req), what);
}

void expect_answer(s32 want, u32 req_id, const char *what)
{
	s32 ret = ring_await(req_id, what);

	if (ret != want)
		peer_fail("%s: answered %d, not %d", what, ret, want);
}

void expect(s32 want, struct xen_pvcalls_request req, const char *what)
{
	expect_answer(want, ring_send(req), what);
}

void expect_silence(u32 req_id, unsigned int ms, const char *what)
{
	s32 ret;

	if (ring_answer(req_id, ms, &ret))
		peer_fail("%s: answered %d, and should not be yet", what, ret);
}
