// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ring: every request is answered once, nonsense ends the service
 * of the guest, and of nobody else.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"

#define SLOTS PVCALLS_RING_SLOTS(0)

static const u32 strange_commands[] = {
	PVCALLS_NR_V1_CMDS, 8, 64, 127, PVCALLS_GETNAME, PVCALLS_SETSOCKOPT,
	PVCALLS_GETSOCKOPT, PVCALLS_SHUTDOWN, PVCALLS_DROPRING, 255, 256,
	0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
};

static void unknown_commands(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(strange_commands); i++)
		EXPECT_ANSWER(test, ask_bare(test, strange_commands[i], i),
			      -PVCALLS_ENOTSUP);
	EXPECT_ANSWER(test, ask_socket(test, 1), 0);
}

static const u64 strange_ids[] = {
	0, 1, 0xffffffff, 0x100000000, 1ULL << 63, U64_MAX - 1, U64_MAX,
};

static void any_id_is_good(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(strange_ids); i++)
		EXPECT_ANSWER(test, ask_socket(test, strange_ids[i]), 0);
	for (i = 0; i < ARRAY_SIZE(strange_ids); i++)
		EXPECT_ANSWER(test, ask_socket(test, strange_ids[i]), -EEXIST);
	for (i = 0; i < ARRAY_SIZE(strange_ids); i++)
		EXPECT_ANSWER(test, ask_release(test, strange_ids[i]), 0);
	for (i = 0; i < ARRAY_SIZE(strange_ids); i++)
		EXPECT_ANSWER(test, ask_release(test, strange_ids[i]), -ENOENT);
}

/* As many at once as there are slots, several times around the ring. */
static void full_ring(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	unsigned int round, i, first;

	KUNIT_EXPECT_EQ(test, SLOTS, RING_SIZE(&fake->ring));
	for (round = 0; round < 5; round++) {
		first = fake->nr;
		for (i = 0; i < SLOTS; i++)
			ask_bare(test, PVCALLS_POLL, i);
		for (i = 0; i < SLOTS; i++)
			EXPECT_ANSWER(test, first + i, -ENOENT);
	}
	fake_settle();
	fake_collect(test);
	KUNIT_EXPECT_FALSE(test, fake_event_masked(fake->port));
}

static void too_many_sockets(struct kunit *test)
{
	u32 limit = pvback_limit_defaults.value[PVBACK_MAX_SOCKETS];
	unsigned int i;

	for (i = 0; i < limit; i++)
		ASSERT_ANSWER(test, ask_socket(test, i), 0);
	EXPECT_ANSWER(test, ask_socket(test, i), -EMFILE);
	EXPECT_ANSWER(test, ask_release(test, 0), 0);
	/* The last reference goes with the work that answered. */
	fake_settle();
	EXPECT_ANSWER(test, ask_socket(test, i), 0);
}

/* The guest writes an index that makes no sense. */
static void expect_disabled(struct kunit *test, RING_IDX prod)
{
	struct fake_back *fake = test->priv;
	struct xen_pvcalls_sring *sring = fake->ring.sring;
	RING_IDX answered = READ_ONCE(sring->rsp_prod);

	ASSERT_ANSWER(test, ask_socket(test, prod), 0);
	WRITE_ONCE(sring->req_prod, fake->ring.req_prod_pvt + prod);
	fake_event_fire(fake->port);
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(sring->rsp_prod), answered + 1);
	/* Left masked, so that it can not take our time any more. */
	KUNIT_EXPECT_TRUE(test, fake_event_masked(fake->port));
	KUNIT_EXPECT_EQ(test, points_sockets(), 0);
	/* Also when it comes to its senses. */
	WRITE_ONCE(sring->req_prod, fake->ring.req_prod_pvt + 1);
	fake_event_fire(fake->port);
	fake_settle();
	KUNIT_EXPECT_EQ(test, READ_ONCE(sring->rsp_prod), answered + 1);
}

static void index_jumps(struct kunit *test)
{
	expect_disabled(test, SLOTS + 1);
}

static void index_jumps_far(struct kunit *test)
{
	expect_disabled(test, 0x80000000);
}

static void index_goes_back(struct kunit *test)
{
	expect_disabled(test, (RING_IDX)-1);
}

static void index_goes_back_far(struct kunit *test)
{
	expect_disabled(test, (RING_IDX)-2 * SLOTS);
}

/* Not so far that it were impossible, but that request was taken. */
static void index_takes_a_request_back(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);

	step_listening(test, 1);
	KUNIT_ASSERT_EQ(test, fake_peek(test, ask_accept(test, 1, 2, ring->ref,
							 ring->port)),
			UNANSWERED);
	expect_disabled(test, (RING_IDX)-1);
}

/* A disabled guest that reconnects is served like any other. */
static void reconnects(struct kunit *test)
{
	expect_disabled(test, SLOTS + 1);
	fake_back_reconnect(test, 0);
	EXPECT_ANSWER(test, ask_socket(test, SLOTS + 1), 0);
}

static void used_ring_is_refused(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	EXPECT_ANSWER(test, ask_socket(test, 1), 0);
	pvback_guest_disconnect(fake->guest);
	KUNIT_EXPECT_EQ(test, fake_back_serve(test), -EPROTO);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 0);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 0);
}

static void bad_ring_or_port(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	const u32 none = 0;

	pvback_guest_disconnect(fake->guest);
	fake_back_connect(test);
	KUNIT_EXPECT_EQ(test, pvback_guest_connect(fake->guest, &none, 0,
						   fake->port), -EFAULT);
	KUNIT_EXPECT_EQ(test, pvback_guest_connect(fake->guest, fake->refs, 0,
						   0), -EINVAL);
	KUNIT_EXPECT_EQ(test, pvback_guest_connect(fake->guest, fake->refs, 0,
						   fake->port + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 0);
	KUNIT_EXPECT_EQ(test, fake_back_serve(test), 0);
}

/* Requests that were there before we connected are found without an event. */
static void early_requests(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	u32 req_id;

	pvback_guest_disconnect(fake->guest);
	fake_back_connect(test);
	req_id = ask_socket(test, 5);
	KUNIT_ASSERT_EQ(test, fake_back_serve(test), 0);
	EXPECT_ANSWER(test, req_id, 0);
}

/* An event for nothing is acknowledged as such, one for a request is not. */
static void spurious_events(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	fake_settle();
	KUNIT_EXPECT_EQ(test, fake_event_spurious(fake->port), 0);
	fake_event_fire(fake->port);
	fake_settle();
	KUNIT_EXPECT_EQ(test, fake_event_spurious(fake->port), 1);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	fake_settle();
	KUNIT_EXPECT_EQ(test, fake_event_spurious(fake->port), 1);
	KUNIT_EXPECT_FALSE(test, fake_event_masked(fake->port));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(unknown_commands),
	KUNIT_CASE(any_id_is_good),
	KUNIT_CASE(full_ring),
	KUNIT_CASE(too_many_sockets),
	KUNIT_CASE(index_jumps),
	KUNIT_CASE(index_jumps_far),
	KUNIT_CASE(index_goes_back),
	KUNIT_CASE(index_goes_back_far),
	KUNIT_CASE(index_takes_a_request_back),
	KUNIT_CASE(reconnects),
	KUNIT_CASE(used_ring_is_refused),
	KUNIT_CASE(bad_ring_or_port),
	KUNIT_CASE(early_requests),
	KUNIT_CASE(spurious_events),
	{}
};

struct kunit_suite back_command_suite = {
	.name = "pvcalls_back_command",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
