// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command rings of several pages: as many requests at once as there are
 * slots, in each of them, and not one more.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/command.h"

/* Not computed as the wire header does. */
static const unsigned int slots_of[] = { 32, 64, 128, 256, 512 };

/* @run with a ring of each order. */
static void each_order(struct kunit *test,
		       void (*run)(struct kunit *test, unsigned int slots))
{
	struct fake_back *fake = test->priv;
	unsigned int order;

	BUILD_BUG_ON(ARRAY_SIZE(slots_of) != PVCALLS_MAX_RING_PAGE_ORDER + 1);
	for (order = 0; order < ARRAY_SIZE(slots_of); order++) {
		fake_back_reconnect(test, order);
		KUNIT_ASSERT_EQ(test, RING_SIZE(&fake->ring), slots_of[order]);
		KUNIT_EXPECT_EQ(test, RING_SIZE(&fake->guest->ring),
				slots_of[order]);
		run(test, slots_of[order]);
	}
}

/* Around the ring, each slot with a request and an answer of its own. */
static void fill(struct kunit *test, unsigned int slots)
{
	struct fake_back *fake = test->priv;
	unsigned int round, i, first;

	for (round = 0; round < 3; round++) {
		first = fake->nr;
		for (i = 0; i < slots; i++)
			ask_socket(test, round << 16 | i);
		for (i = 0; i < slots; i++)
			EXPECT_ANSWER(test, first + i, i < 64 ? 0 : -EMFILE);
		for (i = 0; i < 64 && i < slots; i++)
			ASSERT_ANSWER(test, ask_release(test, round << 16 | i),
				      0);
		fake_settle();
	}
	KUNIT_EXPECT_EQ(test, points_sockets(), 0);
}

static void full_ring(struct kunit *test)
{
	each_order(test, fill);
}

/*
 * POLLs wait at a listener until the last slot is taken; a connection answers
 * them all.  The answers come after those of requests that were sent later.
 */
static void park(struct kunit *test, unsigned int slots)
{
	struct fake_back *fake = test->priv;
	unsigned int i, first;
	u16 port;

	port = step_listening(test, 1);
	first = fake->nr;
	for (i = 0; i < slots - 1; i++)
		ask_poll(test, 1);
	EXPECT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_release(test, 2), 0);
	for (i = 0; i < slots - 1; i++)
		KUNIT_ASSERT_EQ(test, fake->requests[first + i].answers, 0);
	ask_poll(test, 1);
	KUNIT_EXPECT_TRUE(test, RING_FULL(&fake->ring));
	net_connect(test, port);
	for (i = 0; i < slots - 1; i++)
		EXPECT_ANSWER(test, first + i, 0);
	EXPECT_ANSWER(test, fake->nr - 1, 0);
	ASSERT_ANSWER(test, ask_release(test, 1), 0);
}

static void parked_to_the_last_slot(struct kunit *test)
{
	each_order(test, park);
}

/* A RELEASE that is queued behind them answers them all, and itself. */
static void release_parked(struct kunit *test, unsigned int slots)
{
	struct fake_back *fake = test->priv;
	unsigned int i, first;

	step_listening(test, 1);
	first = fake->nr;
	for (i = 0; i < slots - 1; i++)
		ask_poll(test, 1);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	for (i = 0; i < slots - 1; i++)
		EXPECT_ANSWER(test, first + i, -ECANCELED);
}

static void release_answers_every_slot(struct kunit *test)
{
	each_order(test, release_parked);
}

/* Disconnected with every slot in use: nothing is left of the calls. */
static void leave(struct kunit *test, unsigned int slots)
{
	struct fake_back *fake = test->priv;
	unsigned int i;

	step_listening(test, 1);
	for (i = 0; i < slots; i++)
		ask_poll(test, 1);
	fake_settle();
	pvback_guest_disconnect(fake->guest);
	KUNIT_EXPECT_NULL(test, fake->guest->calls);
	fake_settle();
	KUNIT_EXPECT_EQ(test, points_memory(), FAKE_GUEST_MEMORY);
}

static void disconnect_frees_every_call(struct kunit *test)
{
	each_order(test, leave);
}

/* One request more than there are slots. */
static void overfill(struct kunit *test, unsigned int slots)
{
	struct fake_back *fake = test->priv;
	struct xen_pvcalls_sring *sring = fake->ring.sring;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	WRITE_ONCE(sring->req_prod, fake->ring.req_prod_pvt + slots + 1);
	fake_event_fire(fake->port);
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(sring->rsp_prod), 1);
	KUNIT_EXPECT_TRUE(test, fake_event_masked(fake->port));
}

static void one_request_too_many(struct kunit *test)
{
	each_order(test, overfill);
}

/* Any of the pages is no good: no ring, and nothing stays mapped. */
static void bad_grant(struct kunit *test, unsigned int slots)
{
	struct fake_back *fake = test->priv;
	unsigned int i;
	u32 good;

	pvback_guest_disconnect(fake->guest);
	fake_back_connect(test);
	for (i = 0; i < 1U << fake->order; i++) {
		good = fake->refs[i];
		fake->refs[i] = 0;
		KUNIT_EXPECT_EQ(test, fake_back_serve(test), -EFAULT);
		KUNIT_EXPECT_EQ(test, fake_mapped(), 0);
		KUNIT_EXPECT_EQ(test, points_memory(), FAKE_GUEST_MEMORY);
		fake->refs[i] = good;
	}
	KUNIT_ASSERT_EQ(test, fake_back_serve(test), 0);
	EXPECT_ANSWER(test, ask_socket(test, slots), 0);
}

static void one_bad_page(struct kunit *test)
{
	each_order(test, bad_grant);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(full_ring),
	KUNIT_CASE(parked_to_the_last_slot),
	KUNIT_CASE(release_answers_every_slot),
	KUNIT_CASE(disconnect_frees_every_call),
	KUNIT_CASE(one_request_too_many),
	KUNIT_CASE(one_bad_page),
	{}
};

struct kunit_suite back_pages_suite = {
	.name = "pvcalls_back_pages",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
