// SPDX-License-Identifier: GPL-2.0-only
/*
 * No memory, at every point of every operation: an error is answered, nothing
 * is left of the attempt, and the next one succeeds.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"

/* More than any operation has. */
#define MOST_POINTS 50

/* What a failed attempt must leave as it was. */
struct held {
	int memory;
	int sockets;
	int mapped;
	int bound;
	int nr_sockets;
	int nr_pages;
	int nr_waiting;
	int nr_listeners;
	int attached;
};

static struct held held_now(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	fake_settle();
	return (struct held) {
		.memory = points_memory(),
		.sockets = points_sockets(),
		.mapped = fake_mapped(),
		.bound = fake_event_bound(),
		.nr_sockets = atomic_read(&fake->guest->nr_sockets),
		.nr_pages = atomic_read(&fake->guest->nr_pages),
		.nr_waiting = atomic_read(&fake->guest->nr_parked) +
			      atomic_read(&fake->guest->nr_connecting),
		.nr_listeners = atomic_read(&fake->guest->nr_listeners),
		.attached = atomic_read(&fake->guest->attached),
	};
}

static void expect_held(struct kunit *test, const struct held *want,
			unsigned int point)
{
	struct held now = held_now(test);

	KUNIT_EXPECT_EQ_MSG(test, memcmp(&now, want, sizeof(now)), 0,
			    "point %u: memory %d/%d, sockets %d/%d, mapped %d/%d, bound %d/%d, counted %d/%d, pages %d/%d, waiting %d/%d, listeners %d/%d, attached %d/%d",
			    point, now.memory, want->memory, now.sockets,
			    want->sockets, now.mapped, want->mapped, now.bound,
			    want->bound, now.nr_sockets, want->nr_sockets,
			    now.nr_pages, want->nr_pages, now.nr_waiting,
			    want->nr_waiting, now.nr_listeners,
			    want->nr_listeners, now.attached, want->attached);
}

/**
 * struct operation - something that a guest asks for
 * @prepare: the way to where it can be asked
 * @attempt: ask, and return the answer
 * @points: how many points it has at least
 */
struct operation {
	void (*prepare)(struct kunit *test);
	int (*attempt)(struct kunit *test);
	unsigned int points;
};

/* Returns false if @op has fewer than @point points. */
static bool fail_at(struct kunit *test, const struct operation *op,
		    unsigned int point)
{
	struct held before;
	bool fired;
	int ret;

	op->prepare(test);
	before = held_now(test);
	points_arm(point);
	ret = op->attempt(test);
	fired = points_fired();
	points_arm(0);
	if (!fired) {
		KUNIT_EXPECT_EQ(test, ret, 0);
		return false;
	}
	KUNIT_EXPECT_TRUE_MSG(test, ret == -ENOMEM || ret == -ENOBUFS ||
			      ret == -ENFILE, "point %u: %d", point, ret);
	expect_held(test, &before, point);
	KUNIT_EXPECT_EQ_MSG(test, op->attempt(test), 0, "point %u", point);
	return true;
}

static void fail_everywhere(struct kunit *test, const struct operation *op)
{
	unsigned int point = 1;

	while (point < MOST_POINTS && fail_at(test, op, point)) {
		point++;
		fake_back_exit(test);
		KUNIT_ASSERT_EQ(test, fake_back_init(test), 0);
	}
	KUNIT_EXPECT_GT(test, point, op->points);
	KUNIT_EXPECT_LT(test, point, (unsigned int)MOST_POINTS);
}

static struct fake_ring *ring;
static u16 port;

static void nothing(struct kunit *test)
{
}

static int attempt_socket(struct kunit *test)
{
	return fake_answer(test, ask_socket(test, 1));
}

/* Number, socket, kernel socket. */
static const struct operation op_socket = { nothing, attempt_socket, 3 };

static void prepare_connect(struct kunit *test)
{
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	net_listen(test, 4, &port);
	ring = fake_ring(test, 2);
}

static int attempt_connect(struct kunit *test)
{
	return fake_answer(test, ask_connect(test, 1, port, ring->ref,
					     ring->port));
}

/* Index, references, data, port, connection (asked for twice). */
static const struct operation op_connect = {
	prepare_connect, attempt_connect, 6,
};

static void prepare_bind(struct kunit *test)
{
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
}

static int attempt_bind(struct kunit *test)
{
	return fake_answer(test, ask_bind(test, 1, 0));
}

static const struct operation op_bind = { prepare_bind, attempt_bind, 1 };

static void prepare_listen(struct kunit *test)
{
	prepare_bind(test);
	ASSERT_ANSWER(test, ask_bind(test, 1, 0), 0);
}

static int attempt_listen(struct kunit *test)
{
	return fake_answer(test, ask_listen(test, 1, 4));
}

static const struct operation op_listen = { prepare_listen, attempt_listen, 1 };

/* A connection waits already, so that an ACCEPT is answered at once. */
static void prepare_accept(struct kunit *test)
{
	port = step_listening(test, 1);
	ring = fake_ring(test, 2);
	net_connect(test, port);
	ASSERT_ANSWER(test, ask_poll(test, 1), 0);
}

static int attempt_accept(struct kunit *test)
{
	return fake_answer(test, ask_accept(test, 1, 2, ring->ref, ring->port));
}

/* Number, socket, index, references, data, port, connection. */
static const struct operation op_accept = {
	prepare_accept, attempt_accept, 7,
};

/* The guest itself: the calls, the command ring's pages and port. */
static void prepare_guest(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	pvback_guest_disconnect(fake->guest);
	fake_back_connect(test);
}

static int attempt_guest(struct kunit *test)
{
	return fake_back_serve(test);
}

static const struct operation op_guest = { prepare_guest, attempt_guest, 3 };

static void socket_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_socket);
}

static void connect_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_connect);
}

static void bind_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_bind);
}

static void listen_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_listen);
}

static void accept_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_accept);
}

static void guest_without_memory(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	int before = points_memory();
	unsigned int nth;

	for (nth = 1; nth <= FAKE_GUEST_MEMORY; nth++) {
		points_arm(nth);
		KUNIT_EXPECT_NULL(test, pvback_guest_create(&fake->xbdev,
							    &fake_back_ops));
		points_arm(0);
		KUNIT_EXPECT_EQ(test, points_memory(), before);
	}
	fail_everywhere(test, &op_guest);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(socket_without_memory),
	KUNIT_CASE(connect_without_memory),
	KUNIT_CASE(bind_without_memory),
	KUNIT_CASE(listen_without_memory),
	KUNIT_CASE(accept_without_memory),
	KUNIT_CASE(guest_without_memory),
	{}
};

struct kunit_suite back_memory_suite = {
	.name = "pvcalls_back_memory",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
