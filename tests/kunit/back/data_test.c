// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes: every one of them, in order, both ways; what a hostile guest writes
 * to its indexes; how streams end.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <net/sock.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"

#define PIECE	3001
#define TOTAL	100000
#define DEADLINE (60 * HZ)

/* A different stream of bytes for each seed, without a short period. */
static u8 pattern(u32 seed, u32 index)
{
	u32 mix = (index + seed) * 0x9e3779b1u;

	return mix >> 24 ^ mix >> 13;
}

static void make(u8 *buf, u32 seed, u32 index, u32 bytes)
{
	while (bytes--)
		*buf++ = pattern(seed, index++);
}

static void expect_bytes(struct kunit *test, const u8 *buf, u32 seed,
			 u32 index, u32 bytes)
{
	u32 i;

	for (i = 0; i < bytes; i++) {
		if (buf[i] == pattern(seed, index + i))
			continue;
		KUNIT_FAIL(test, "stream %u: byte %u is wrong", seed,
			   index + i);
		return;
	}
}

struct flow {
	u32 sent;
	u32 received;
	u32 total;
};

static u8 piece[PIECE];

/* One step of bytes to the guest.  Returns whether anything moved. */
static bool flow_in(struct kunit *test, struct fake_ring *ring,
		    struct socket *peer, struct flow *flow)
{
	u32 bytes = min_t(u32, PIECE, flow->total - flow->sent);
	bool moved = false;
	int ret = 0;

	make(piece, 1, flow->sent, bytes);
	if (bytes)
		ret = net_send(peer, piece, bytes, MSG_DONTWAIT);
	if (ret > 0)
		flow->sent += ret;
	moved = ret > 0;
	bytes = fake_ring_get(ring, piece, PIECE);
	expect_bytes(test, piece, 1, flow->received, bytes);
	flow->received += bytes;
	return moved || bytes;
}

/* One step of bytes from the guest. */
static bool flow_out(struct kunit *test, struct fake_ring *ring,
		     struct socket *peer, struct flow *flow)
{
	u32 bytes = min_t(u32, PIECE, flow->total - flow->sent);
	u32 put;
	int ret;

	make(piece, 2, flow->sent, bytes);
	put = fake_ring_put(ring, piece, bytes);
	flow->sent += put;
	ret = net_recv(peer, piece, PIECE, MSG_DONTWAIT);
	if (ret > 0) {
		expect_bytes(test, piece, 2, flow->received, ret);
		flow->received += ret;
	}
	return put || ret > 0;
}

static void flow_both(struct kunit *test, struct fake_ring *ring,
		      struct socket *peer, u32 in_total, u32 out_total)
{
	struct flow in = { .total = in_total }, out = { .total = out_total };
	unsigned long deadline = jiffies + DEADLINE;

	while (in.received < in.total || out.received < out.total) {
		bool moved = flow_in(test, ring, peer, &in);

		moved |= flow_out(test, ring, peer, &out);
		if (!moved)
			usleep_range(200, 400);
		if (time_after(jiffies, deadline))
			break;
	}
	KUNIT_EXPECT_EQ(test, in.received, in_total);
	KUNIT_EXPECT_EQ(test, out.received, out_total);
}

static void both_ways(struct kunit *test)
{
	unsigned int order;

	for (order = 1; order <= 4; order++) {
		struct fake_ring *ring = fake_ring(test, order);
		struct socket *peer = step_connected(test, order, ring);

		flow_both(test, ring, peer, TOTAL, TOTAL + 1);
		KUNIT_EXPECT_EQ(test, ring->intf->in_error, 0);
		KUNIT_EXPECT_EQ(test, ring->intf->out_error, 0);
		EXPECT_ANSWER(test, ask_release(test, order), 0);
		/* Nothing unread: an orderly end. */
		KUNIT_EXPECT_EQ(test, net_recv(peer, piece, 1, 0), 0);
	}
}

/* Orders that in-tree backends do not map, once around and a bit more. */
static void large_rings_wrap(struct kunit *test)
{
	unsigned int order;

	for (order = 5; order <= PVCALLS_MAX_RING_ORDER; order++) {
		struct fake_ring *ring = fake_ring(test, order);
		struct socket *peer = step_connected(test, order, ring);
		u32 total = ring->size + 2 * PIECE;

		flow_both(test, ring, peer, total, total);
		KUNIT_EXPECT_EQ(test, ring->intf->in_prod, total);
		KUNIT_EXPECT_EQ(test, ring->intf->out_cons, total);
		EXPECT_ANSWER(test, ask_release(test, order), 0);
		KUNIT_EXPECT_EQ(test, net_recv(peer, piece, 1, 0), 0);
	}
}

static void accepted_both_ways(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = step_listening(test, 1);
	u32 accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	struct socket *peer;

	peer = net_connect(test, port);
	ASSERT_ANSWER(test, accept, 0);
	flow_both(test, ring, peer, TOTAL, TOTAL);
	EXPECT_ANSWER(test, ask_release(test, 2), 0);
}

/* What the guest put there before its ACCEPT was answered is not lost. */
static void bytes_before_the_answer(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = step_listening(test, 1);
	u32 accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	struct socket *peer;
	u8 buf[8] = {};

	KUNIT_ASSERT_EQ(test, fake_peek(test, accept), UNANSWERED);
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "earlybrd", 8), 8);
	peer = net_connect(test, port);
	EXPECT_ANSWER(test, accept, 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 8, MSG_WAITALL), 8);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "earlybrd", 8), 0);
	fake_settle();
	KUNIT_EXPECT_FALSE(test, fake_event_masked(ring->port));
}

/* The end is told behind the last byte. */
static void orderly_end(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);

	make(piece, 1, 0, PIECE);
	KUNIT_ASSERT_EQ(test, net_send(peer, piece, PIECE, 0), PIECE);
	KUNIT_ASSERT_EQ(test, net_send(peer, piece, PIECE, 0), PIECE);
	kernel_sock_shutdown(peer, SHUT_WR);
	fake_settle();
	/* The ring is full, and there is more. */
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, 0);
	KUNIT_EXPECT_EQ(test, fake_ring_get(ring, piece, PIECE), PIECE);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, -ENOTCONN);
	KUNIT_EXPECT_EQ(test, ring->intf->out_error, 0);
	KUNIT_EXPECT_EQ(test, ring->intf->in_prod, 2 * PIECE);
	/* The other direction goes on. */
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "x", 1), 1);
	KUNIT_EXPECT_EQ(test, net_recv(peer, piece, 1, 0), 1);
}

static void reset_after_bytes(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);

	make(piece, 1, 0, PIECE);
	KUNIT_ASSERT_EQ(test, net_send(peer, piece, PIECE, 0), PIECE);
	net_reset(peer);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, -ECONNRESET);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_out_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->out_error, -EPIPE);
	KUNIT_EXPECT_EQ(test, fake_ring_get(ring, piece, PIECE), PIECE);
	expect_bytes(test, piece, 1, 0, PIECE);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
}

/* The reader has had his end already, and nobody writes. */
static void reset_after_the_end(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	unsigned int before;

	KUNIT_ASSERT_EQ(test, kernel_sock_shutdown(peer, SHUT_WR), 0);
	KUNIT_ASSERT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->out_error), 0);
	before = fake_event_notified(ring->port);
	net_reset(peer);
	KUNIT_ASSERT_TRUE(test, fake_await(fake_ring_out_ended, ring));
	fake_settle();
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, -ENOTCONN);
	KUNIT_EXPECT_EQ(test, ring->intf->out_error, -EPIPE);
	KUNIT_EXPECT_EQ(test, fake_event_notified(ring->port), before + 1);
}

/* Words that make no sense, after 100 bytes each way of a ring of 4096. */
static void expect_broken(struct kunit *test, bool in, u32 value)
{
	static u64 id;
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, ++id, ring);
	struct fake_ring *other = fake_ring(test, 1);
	struct socket *friend = step_connected(test, ++id, other);

	flow_both(test, ring, peer, 100, 100);
	fake_settle();
	WRITE_ONCE(*(in ? &ring->intf->in_cons : &ring->intf->out_prod), value);
	fake_event_fire(ring->port);
	KUNIT_EXPECT_TRUE_MSG(test, fake_await(fake_ring_in_ended, ring),
			      "index %u", value);
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, -EPROTO);
	fake_settle();
	KUNIT_EXPECT_EQ(test, ring->intf->out_error, -EPROTO);
	KUNIT_EXPECT_TRUE(test, fake_event_masked(ring->port));
	KUNIT_EXPECT_EQ(test, net_recv(peer, piece, 1, 0), -ECONNRESET);
	flow_both(test, other, friend, 100, 100);
	EXPECT_ANSWER(test, ask_release(test, id - 1), 0);
	EXPECT_ANSWER(test, ask_release(test, id), 0);
}

static void in_cons_makes_no_sense(struct kunit *test)
{
	static const u32 values[] = { 101, 99, 0, 5000, 0x80000000, U32_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect_broken(test, true, values[i]);
}

static void out_prod_makes_no_sense(struct kunit *test)
{
	static const u32 values[] = { 4197, 99, 0, 0x80000000, U32_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect_broken(test, false, values[i]);
}

/* Words that are not the guest's to write are never read. */
static void our_words_overwritten(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	u8 buf[4] = {};

	fake_settle();
	WRITE_ONCE(ring->intf->in_prod, 0xdeadbeef);
	WRITE_ONCE(ring->intf->out_cons, 0xdeadbeef);
	WRITE_ONCE(ring->intf->out_error, -EIO);
	memcpy(page_address(ring->pages[1]), "ring", 4);
	WRITE_ONCE(ring->intf->out_prod, 4);
	fake_event_fire(ring->port);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 4, MSG_WAITALL), 4);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "ring", 4), 0);
	KUNIT_EXPECT_EQ(test, net_send(peer, "back", 4, 0), 4);
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->in_prod), 4);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->out_cons), 4);
	KUNIT_EXPECT_EQ(test, memcmp(page_address(ring->pages[0]), "back", 4),
			0);
}

static void spurious_events(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	unsigned int i, before;

	step_connected(test, 1, ring);
	fake_settle();
	before = fake_event_spurious(ring->port);
	for (i = 0; i < 5; i++) {
		fake_event_fire(ring->port);
		fake_settle();
		KUNIT_EXPECT_FALSE(test, fake_event_masked(ring->port));
	}
	KUNIT_EXPECT_EQ(test, fake_event_spurious(ring->port), before + 5);
	KUNIT_EXPECT_EQ(test, fake_event_notified(ring->port), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(both_ways),
	KUNIT_CASE(large_rings_wrap),
	KUNIT_CASE(accepted_both_ways),
	KUNIT_CASE(bytes_before_the_answer),
	KUNIT_CASE(orderly_end),
	KUNIT_CASE(reset_after_bytes),
	KUNIT_CASE(reset_after_the_end),
	KUNIT_CASE(in_cons_makes_no_sense),
	KUNIT_CASE(out_prod_makes_no_sense),
	KUNIT_CASE(our_words_overwritten),
	KUNIT_CASE(spurious_events),
	{}
};

struct kunit_suite back_data_suite = {
	.name = "pvcalls_back_data",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
