// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ring: requests go out, and each must be answered exactly once.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <netinet/in.h>
#include <string.h>

#include "front.h"

/* More than can be outstanding, so that answers may be fetched late. */
#define RING_CALLS 1024

struct ring_call {
	struct xen_pvcalls_request req;
	bool used;
	bool answered;
	s32 ret;
	union xen_pvcalls_extra extra;
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

static bool ring_has_name(u32 cmd)
{
	return cmd == PVCALLS_CONNECT || cmd == PVCALLS_BIND ||
	       cmd == PVCALLS_ACCEPT || cmd == PVCALLS_GETNAME;
}

/* Bytes that an answer does not use must not tell what was there before. */
static void ring_check_name(u32 cmd, const union xen_pvcalls_extra *extra)
{
	u32 len = extra->name.len, i;

	if (len != sizeof(struct sockaddr_in) &&
	    len != sizeof(struct sockaddr_in6))
		peer_fail("a name of %u bytes in the answer to command %u",
			  len, cmd);
	for (i = 0; i < sizeof(*extra); i++)
		if ((i >= 32 || (i >= len && i < PVCALLS_ADDR_SIZE)) &&
		    extra->bytes[i])
			peer_fail("byte %u of the answer to command %u is %#x",
				  24 + i, cmd, extra->bytes[i]);
}

static void ring_check_extra(u32 cmd, s32 ret,
			     const union xen_pvcalls_extra *extra)
{
	static const union xen_pvcalls_extra none;
	bool named = !ret && ring_has_name(cmd);

	if (named && (front.features & FRONT_NAMES))
		ring_check_name(cmd, extra);
	else if ((front.features & FRONT_LONG) &&
		 (ret || cmd < PVCALLS_NR_V1_CMDS) &&
		 memcmp(extra, &none, sizeof(none)))
		peer_fail("bytes behind the answer (%d) to command %u", ret,
			  cmd);
}

static void ring_note(const struct xen_pvcalls_long_response *slot)
{
	const struct xen_pvcalls_response *rsp = &slot->head;
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
	ring_check_extra(rsp->cmd, rsp->ret, &slot->u);
	one->answered = true;
	one->ret = rsp->ret;
	one->extra = slot->u;
}

static void ring_collect(void)
{
	u32 prod = peer_get(&front.sring->rsp_prod);
	struct xen_pvcalls_long_response rsp;

	if (prod - front.rsp_cons > front.req_prod - front.rsp_cons)
		peer_fail("%u answers to %u requests", prod - front.rsp_cons,
			  front.req_prod - front.rsp_cons);
	while (front.rsp_cons != prod) {
		/* All of the slot, which may be more than the answer. */
		memcpy(&rsp, &front.sring->ring[front.rsp_cons % front.slots],
		       sizeof(rsp));
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

/* What stood behind an answer that came. */
const union xen_pvcalls_extra *ring_extra(u32 req_id)
{
	return &ring_call(req_id)->extra;
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
