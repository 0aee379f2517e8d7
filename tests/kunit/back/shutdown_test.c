// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHUTDOWN: every byte before it, none behind it, and the other direction
 * untouched.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "fake.h"

#define RD	PVCALLS_SHUT_RD
#define WR	PVCALLS_SHUT_WR
#define RDWR	PVCALLS_SHUT_RDWR

/* "out" of the largest ring: more than a small receiver's queues take. */
#define LOAD SZ_1M

static int shutdown_init(struct kunit *test)
{
	int ret = fake_back_init(test);

	if (!ret)
		((struct fake_back *)test->priv)->guest->features =
			PVBACK_FEATURE_SHUTDOWN | PVBACK_FEATURE_SOCKOPT;
	return ret;
}

/* As much is in the ring as there is room for; TCP may have more. */
static bool in_full(void *arg)
{
	struct fake_ring *ring = arg;

	return READ_ONCE(ring->intf->in_prod) == 4096;
}

static void expect_out_ended(struct kunit *test, struct fake_ring *ring,
			     u32 bytes)
{
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_out_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->out_error, -EPIPE);
	KUNIT_EXPECT_EQ(test, ring->intf->out_cons, bytes);
}

static void expect_in_ended(struct kunit *test, struct fake_ring *ring,
			    u32 bytes)
{
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, -ENOTCONN);
	KUNIT_EXPECT_EQ(test, ring->intf->in_prod, bytes);
}

/* A connection whose two ends keep little, and a ring full of numbers. */
static struct socket *loaded(struct kunit *test, struct fake_ring *ring)
{
	struct socket *listener, *peer;
	s32 little = SZ_16K;
	u32 put, *words;
	unsigned int i;
	u16 port;

	listener = net_listen(test, 4, &port);
	net_small(listener);
	peer = step_connected_to(test, 1, ring, listener, port);
	ASSERT_ANSWER(test, ask_setsockopt(test, 1, PVCALLS_SOL_SOCKET,
					   PVCALLS_SO_SNDBUF, &little,
					   sizeof(little)), 0);
	words = kvmalloc(LOAD, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, words);
	for (i = 0; i < LOAD / sizeof(*words); i++)
		words[i] = i;
	put = fake_ring_put(ring, (u8 *)words, LOAD);
	kvfree(words);
	KUNIT_ASSERT_EQ(test, put, (u32)LOAD);
	return peer;
}

/* The numbers from @nr to the end of the load, or until @bytes are read. */
static u32 expect_numbers(struct kunit *test, struct socket *peer, u32 nr,
			  u32 bytes)
{
	u32 *words = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int i, wrong = 0;
	u32 got;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, words);
	for (got = 0; got < bytes; got += ret) {
		ret = net_recv(peer, words, PAGE_SIZE, MSG_WAITALL);
		if (ret <= 0)
			break;
		for (i = 0; i < ret / sizeof(*words); i++)
			wrong += words[i] != nr++;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	return nr;
}

/* The answer waits for no peer, and the FIN waits for all bytes. */
static void fin_behind_the_bytes(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, PVCALLS_MAX_RING_ORDER);
	struct socket *peer = loaded(test, ring);
	u32 nr;
	u8 byte;

	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	fake_settle();
	KUNIT_EXPECT_LT(test, READ_ONCE(ring->intf->out_cons), (u32)LOAD);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->out_error), 0);
	nr = expect_numbers(test, peer, 0, LOAD / 2);
	/* There is room again, but nothing takes what comes now. */
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "late", 4), 4);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	nr = expect_numbers(test, peer, nr, LOAD);
	KUNIT_EXPECT_EQ(test, nr, (u32)(LOAD / sizeof(nr)));
	KUNIT_EXPECT_EQ(test, net_recv(peer, &byte, 1, 0), 0);
	expect_out_ended(test, ring, LOAD);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->in_error), 0);
}

/* RELEASE sends what SHUTDOWN has left, and not what came later. */
static void release_behind_it(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, PVCALLS_MAX_RING_ORDER);
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, ring);
	u32 nr;
	u8 byte;

	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	nr = expect_numbers(test, peer, 0, LOAD / 2);
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "late", 4), 4);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	nr = expect_numbers(test, peer, nr, LOAD);
	KUNIT_EXPECT_EQ(test, nr, (u32)(LOAD / sizeof(nr)));
	KUNIT_EXPECT_EQ(test, net_recv(peer, &byte, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 0);
}

/* The peer hears the end, says the rest, and ends, too. */
static void half_close(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	u8 buf[8] = {};

	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "ask", 3), 3);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 3, MSG_WAITALL), 3);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 1, 0), 0);
	expect_out_ended(test, ring, 3);
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->in_error), 0);
	KUNIT_EXPECT_EQ(test, net_send(peer, "answer", 6, 0), 6);
	kernel_sock_shutdown(peer, SHUT_WR);
	expect_in_ended(test, ring, 6);
	KUNIT_EXPECT_EQ(test, fake_ring_get(ring, buf, 8), 6);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "answer", 6), 0);
	/* Nothing is left to be shut down. */
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), -ENOTCONN);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
}

/* The peer ended first. */
static void other_half_close(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	u8 buf[8] = {};

	kernel_sock_shutdown(peer, SHUT_WR);
	expect_in_ended(test, ring, 0);
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "rest", 4), 4);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 4, MSG_WAITALL), 4);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "rest", 4), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 1, 0), 0);
	expect_out_ended(test, ring, 4);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
}

static void nothing_more_to_read(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	u8 *buf = kunit_kzalloc(test, 6000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, net_send(peer, buf, 6000, 0), 6000);
	KUNIT_ASSERT_TRUE(test, fake_await(in_full, ring));
	EXPECT_ANSWER(test, ask_shutdown(test, 1, RD), 0);
	fake_settle();
	/* The ring is full, and TCP has more. */
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->in_error), 0);
	KUNIT_EXPECT_EQ(test, fake_ring_get(ring, buf, 6000), 4096);
	expect_in_ended(test, ring, 6000);
	KUNIT_EXPECT_EQ(test, fake_ring_get(ring, buf, 6000), 6000 - 4096);
	/* What comes later does not reach the guest. */
	KUNIT_EXPECT_EQ(test, net_send(peer, "later", 5, 0), 5);
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->in_prod), 6000);
	/* The other direction goes on. */
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "x", 1), 1);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->intf->out_error), 0);
	/* Bytes that nobody has read: as TCP does it. */
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 1, 0), -ECONNRESET);
}

static void both_directions(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	u8 buf[4] = {};

	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "bye", 3), 3);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, RDWR), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 3, MSG_WAITALL), 3);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "bye", 3), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, buf, 1, 0), 0);
	expect_out_ended(test, ring, 3);
	expect_in_ended(test, ring, 0);
	/* Each once more, and nothing changes. */
	EXPECT_ANSWER(test, ask_shutdown(test, 1, RD), 0);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, RDWR), 0);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
}

/* The guest is told, even if it sleeps until somebody wakes it. */
static void it_notifies(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	unsigned int before;

	step_connected(test, 1, ring);
	fake_settle();
	before = fake_event_notified(ring->port);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	expect_out_ended(test, ring, 0);
	fake_settle();
	KUNIT_EXPECT_GT(test, fake_event_notified(ring->port), before);
}

static void without_a_connection(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer;
	u32 how, req_id;

	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	step_listening(test, 3);
	step_connecting(test, 4, &req_id);
	peer = step_connected(test, 5, ring);
	net_reset(peer);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	for (how = RD; how <= RDWR; how++) {
		EXPECT_ANSWER(test, ask_shutdown(test, 1, how), -ENOENT);
		EXPECT_ANSWER(test, ask_shutdown(test, 2, how), -ENOTCONN);
		EXPECT_ANSWER(test, ask_shutdown(test, 3, how), -ENOTCONN);
		EXPECT_ANSWER(test, ask_shutdown(test, 4, how), -ENOTCONN);
		EXPECT_ANSWER(test, ask_shutdown(test, 5, how), -ENOTCONN);
	}
	KUNIT_EXPECT_EQ(test, fake_peek(test, req_id), UNANSWERED);
	EXPECT_ANSWER(test, ask_shutdown(test, 5, 3), -EINVAL);
}

/* Where the bytes end, only an index that makes sense can say. */
static void index_makes_no_sense(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);

	step_connected(test, 1, ring);
	fake_settle();
	WRITE_ONCE(ring->intf->out_prod, 4097);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), -EPROTO);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_out_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->out_error, -EPROTO);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), -ENOTCONN);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	/* And after one that did. */
	ring = fake_ring(test, 1);
	step_connected(test, 1, ring);
	EXPECT_ANSWER(test, ask_shutdown(test, 1, WR), 0);
	fake_settle();
	WRITE_ONCE(ring->intf->out_prod, 4097);
	fake_event_fire(ring->port);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	KUNIT_EXPECT_EQ(test, ring->intf->in_error, -EPROTO);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fin_behind_the_bytes),
	KUNIT_CASE(release_behind_it),
	KUNIT_CASE(half_close),
	KUNIT_CASE(other_half_close),
	KUNIT_CASE(nothing_more_to_read),
	KUNIT_CASE(both_directions),
	KUNIT_CASE(it_notifies),
	KUNIT_CASE(without_a_connection),
	KUNIT_CASE(index_makes_no_sense),
	{}
};

struct kunit_suite back_shutdown_suite = {
	.name = "pvcalls_back_shutdown",
	.init = shutdown_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
