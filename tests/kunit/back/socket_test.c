// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections: refused, accepted, given up; grants and ports that are bad.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"

static void refused_then_connected(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 2);
	u16 bad = net_port(test), good;

	net_listen(test, 4, &good);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, bad, ring->ref, ring->port),
		      -ECONNREFUSED);
	fake_settle();
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 1);
	EXPECT_ANSWER(test, ask_connect(test, 1, good, ring->ref, ring->port),
		      0);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1 + 1 + 4);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
}

/* An address that the rules close costs nothing, and is counted. */
static void policy_refuses(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_admission *admission = &fake->guest->admission;
	struct fake_ring *ring = fake_ring(test, 2);
	unsigned int good;
	u16 port;

	net_listen(test, 4, &port);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	KUNIT_ASSERT_EQ(test, pvback_admit_set(admission, PVBACK_USE_CONNECT,
					       "-local +any", &good), 0);
	KUNIT_ASSERT_EQ(test, pvback_admit_set(admission, PVBACK_USE_BIND, "",
					       &good), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      -EACCES);
	EXPECT_ANSWER(test, ask_bind(test, 1, net_port(test)), -EACCES);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&admission->refused[0]), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&admission->refused[1]), 1);
	/* What is no rule changes nothing. */
	KUNIT_EXPECT_EQ(test, pvback_admit_set(admission, PVBACK_USE_CONNECT,
					       "+any any", &good), -EINVAL);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      -EACCES);
	KUNIT_ASSERT_EQ(test, pvback_admit_set(admission, PVBACK_USE_CONNECT,
					       "+any", &good), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      0);
}

/* A bad ring is answered, costs nothing, and the socket can try again. */
static void expect_bad_ring(struct kunit *test, u32 ref, u32 port, int ret)
{
	u16 good, listening;

	net_listen(test, 4, &good);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, good, ref, port), ret);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 1);
	listening = step_listening(test, 2);
	EXPECT_ANSWER(test, ask_accept(test, 2, 3, ref, port), ret);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 1);
	/* The number was given back. */
	EXPECT_ANSWER(test, ask_socket(test, 3), 0);
	net_connect(test, listening);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, ask_release(test, 2), 0);
	EXPECT_ANSWER(test, ask_release(test, 3), 0);
}

static void bad_index_grant(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 2);

	expect_bad_ring(test, 0, ring->port, -EFAULT);
	expect_bad_ring(test, FAKE_GRANTS, ring->port, -EFAULT);
	expect_bad_ring(test, 0xffffffff, ring->port, -EFAULT);
	fake_grant_revoke(ring->ref);
	expect_bad_ring(test, ring->ref, ring->port, -EFAULT);
}

static void bad_data_grant(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 3);

	fake_grant_revoke(ring->intf->ref[7]);
	expect_bad_ring(test, ring->ref, ring->port, -EFAULT);
	ring = fake_ring(test, 3);
	ring->intf->ref[0] = 0xffffffff;
	expect_bad_ring(test, ring->ref, ring->port, -EFAULT);
}

static void bad_order(struct kunit *test)
{
	static const u32 orders[] = {
		0, PVCALLS_MAX_RING_ORDER + 1, 31, 32, 0x7fffffff, 0x80000001,
		0xffffffff,
	};
	struct fake_ring *ring = fake_ring(test, 1);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		ring->intf->ring_order = orders[i];
		expect_bad_ring(test, ring->ref, ring->port, -EINVAL);
	}
}

static void bad_port(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct fake_ring *ring = fake_ring(test, 1);

	expect_bad_ring(test, ring->ref, 0, -EINVAL);
	expect_bad_ring(test, ring->ref, FAKE_PORTS, -EINVAL);
	expect_bad_ring(test, ring->ref, 0xffffffff, -EINVAL);
	/* One that is bound already: the one of the command ring. */
	expect_bad_ring(test, ring->ref, fake->port, -EINVAL);
}

static void largest_ring(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, PVCALLS_MAX_RING_ORDER);

	step_connected(test, 1, ring);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1 + 1 + 512);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
}

static void too_many_pages(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 4);
	struct fake_back *fake = test->priv;
	u32 *limit = &fake->guest->limits.value[PVBACK_MAX_PAGES];

	*limit = 16;
	expect_bad_ring(test, ring->ref, ring->port, -ENOBUFS);
	*limit = 17;
	step_connected(test, 1, ring);
	ASSERT_ANSWER(test, ask_release(test, 1), 0);
}

/* The order is read once: what becomes of it later changes nothing. */
static void order_changes(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	u8 byte = 0;

	ring->intf->ring_order = 0xffffffff;
	memset(ring->intf->ref, 0xff, 64);
	KUNIT_EXPECT_EQ(test, fake_ring_put(ring, "x", 1), 1);
	KUNIT_EXPECT_EQ(test, net_recv(peer, &byte, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, byte, 'x');
}

static void accepts(struct kunit *test)
{
	struct fake_ring *first = fake_ring(test, 1);
	struct fake_ring *second = fake_ring(test, 1);
	u16 port = step_listening(test, 1);
	u32 one, two, poll;

	one = ask_accept(test, 1, 2, first->ref, first->port);
	two = ask_accept(test, 1, 3, second->ref, second->port);
	poll = ask_poll(test, 1);
	KUNIT_EXPECT_EQ(test, fake_peek(test, poll), UNANSWERED);
	net_connect(test, port);
	EXPECT_ANSWER(test, one, 0);
	KUNIT_EXPECT_EQ(test, fake_peek(test, two), UNANSWERED);
	/* That connection was for an ACCEPT, the POLL waits for another. */
	KUNIT_EXPECT_EQ(test, fake_peek(test, poll), UNANSWERED);
	net_connect(test, port);
	EXPECT_ANSWER(test, two, 0);
	net_connect(test, port);
	EXPECT_ANSWER(test, poll, 0);
	EXPECT_ANSWER(test, ask_poll(test, 1), 0);
}

/* Numbers that an ACCEPT must not take. */
static void accept_of_a_taken_number(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u32 parked;

	step_listening(test, 1);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_accept(test, 1, 1, ring->ref, ring->port),
		      -EEXIST);
	EXPECT_ANSWER(test, ask_accept(test, 1, 2, ring->ref, ring->port),
		      -EEXIST);
	parked = ask_accept(test, 1, 3, ring->ref, ring->port);
	KUNIT_EXPECT_EQ(test, fake_peek(test, parked), UNANSWERED);
	/* Reserved, and found by nobody. */
	EXPECT_ANSWER(test, ask_socket(test, 3), -EEXIST);
	EXPECT_ANSWER(test, ask_release(test, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, fake_peek(test, parked), UNANSWERED);
}

static void expect_release_of_listener(struct kunit *test, bool answered)
{
	struct fake_back *fake = test->priv;
	u32 accepts[3], poll, release;
	struct fake_ring *ring;
	unsigned int i;

	fake->guest->features =
		answered ? PVBACK_FEATURE_RELEASE_ANSWERS : 0;
	step_listening(test, 1);
	for (i = 0; i < ARRAY_SIZE(accepts); i++) {
		ring = fake_ring(test, 1);
		accepts[i] = ask_accept(test, 1, 2 + i, ring->ref, ring->port);
	}
	poll = ask_poll(test, 1);
	release = ask_release(test, 1);
	EXPECT_ANSWER(test, release, 0);
	EXPECT_ANSWER(test, poll, -ECANCELED);
	for (i = 0; i < ARRAY_SIZE(accepts); i++)
		KUNIT_EXPECT_EQ(test, fake_peek(test, accepts[i]),
				answered ? -ECANCELED : UNANSWERED);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 1);
	/* The numbers are free again. */
	for (i = 0; i <= ARRAY_SIZE(accepts); i++)
		EXPECT_ANSWER(test, ask_socket(test, 1 + i), 0);
}

static void release_drops_accepts(struct kunit *test)
{
	expect_release_of_listener(test, false);
}

static void release_answers_accepts(struct kunit *test)
{
	expect_release_of_listener(test, true);
}

static void release_while_connecting(struct kunit *test)
{
	u32 connect;

	step_connecting(test, 1, &connect);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, connect, -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	EXPECT_ANSWER(test, ask_socket(test, 1), 0);
}

static void two_listeners_on_a_port(struct kunit *test)
{
	u16 port = step_listening(test, 1);

	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_bind(test, 2, port), -EADDRINUSE);
	EXPECT_ANSWER(test, ask_listen(test, 2, 1), -EINVAL);
	ASSERT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, ask_bind(test, 2, port), 0);
	EXPECT_ANSWER(test, ask_listen(test, 2, 0xffffffff), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(refused_then_connected),
	KUNIT_CASE(policy_refuses),
	KUNIT_CASE(bad_index_grant),
	KUNIT_CASE(bad_data_grant),
	KUNIT_CASE(bad_order),
	KUNIT_CASE(bad_port),
	KUNIT_CASE(largest_ring),
	KUNIT_CASE(too_many_pages),
	KUNIT_CASE(order_changes),
	KUNIT_CASE(accepts),
	KUNIT_CASE(accept_of_a_taken_number),
	KUNIT_CASE(release_drops_accepts),
	KUNIT_CASE(release_answers_accepts),
	KUNIT_CASE(release_while_connecting),
	KUNIT_CASE(two_listeners_on_a_port),
	{}
};

struct kunit_suite back_socket_suite = {
	.name = "pvcalls_back_socket",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
