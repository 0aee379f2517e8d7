// SPDX-License-Identifier: GPL-2.0-only
/*
 * No memory, no grant, no event channel, at every point of every operation:
 * the program hears of it, nothing is left of the attempt, and the next one
 * succeeds.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.h"
#include "fake.h"
#include "pvcalls-front/sock.h"

/* More than any operation has. */
#define MOST_POINTS 50

/**
 * struct operation - something that a program does
 * @prepare: the way to where it can be done
 * @attempt: do it
 * @points: how many points it has at least
 */
struct operation {
	void (*prepare)(struct kunit *test);
	int (*attempt)(struct kunit *test);
	unsigned int points;
};

static struct socket *sock, *child;

/* Returns false if @op has fewer than @point points. */
static bool fail_at(struct kunit *test, const struct operation *op,
		    unsigned int point)
{
	int granted, bound, ret;
	bool fired;

	op->prepare(test);
	fake_settle();
	granted = fake_granted();
	bound = fake_event_bound();
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
	fake_settle();
	KUNIT_EXPECT_EQ_MSG(test, fake_granted(), granted, "point %u", point);
	KUNIT_EXPECT_EQ_MSG(test, fake_event_bound(), bound, "point %u", point);
	KUNIT_EXPECT_EQ_MSG(test, op->attempt(test), 0, "point %u", point);
	return true;
}

/* What is left when all is closed is fake_front_end()'s to find. */
static void fail_everywhere(struct kunit *test, const struct operation *op)
{
	unsigned int point = 1;

	while (point < MOST_POINTS && fail_at(test, op, point)) {
		point++;
		fake_front_exit(test);
		KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	}
	KUNIT_EXPECT_GT(test, point, op->points);
	KUNIT_EXPECT_LT(test, point, (unsigned int)MOST_POINTS);
}

static void prepare_socket(struct kunit *test)
{
	sock = prog_socket(test);
}

static int attempt_bind(struct kunit *test)
{
	return prog_bind(sock, FAKE_ADDR, 8080);
}

/* Remote half, request. */
static const struct operation op_bind = { prepare_socket, attempt_bind, 2 };

static int attempt_connect(struct kunit *test)
{
	return prog_connect(sock, FAKE_ADDR, 80, 0);
}

/* Remote half, ring, two tables, three pages, grants, port. */
static const struct operation op_connect = {
	prepare_socket, attempt_connect, 9,
};

static void prepare_listen(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	prepare_socket(test);
	KUNIT_ASSERT_EQ(test, attempt_bind(test), 0);
	fake->script[PVCALLS_ACCEPT] = SILENT;
}

static bool asked(void *arg)
{
	return fake_count(arg, PVCALLS_ACCEPT);
}

/* An ACCEPT that lacked memory is sent later, and listen says nothing. */
static void listen_without_memory(struct kunit *test)
{
	unsigned int point;
	bool fired = true;
	int ret;

	for (point = 1; fired && point < MOST_POINTS; point++) {
		prepare_listen(test);
		points_arm(point);
		ret = kernel_listen(sock, 1);
		fired = points_fired();
		points_arm(0);
		KUNIT_EXPECT_EQ(test, ret, point == 1 ? -ENOMEM : 0);
		if (ret)
			ret = kernel_listen(sock, 1);
		KUNIT_EXPECT_EQ(test, ret, 0);
		KUNIT_EXPECT_TRUE_MSG(test, fake_await(asked, test),
				      "point %u", point);
		step_accept(test, 0);
		KUNIT_EXPECT_EQ(test, prog_accept(test, sock, &child,
						  O_NONBLOCK), 0);
		fake_front_exit(test);
		KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	}
	KUNIT_EXPECT_GT(test, point, 11U);
	KUNIT_EXPECT_LT(test, point, (unsigned int)MOST_POINTS);
}

static bool asked_again(void *arg)
{
	return fake_count(arg, PVCALLS_ACCEPT) >= 2;
}

/* The connection is not lost: it is the next one to be accepted. */
static void accept_without_memory(struct kunit *test)
{
	struct fake_stream *stream;
	unsigned int point;
	bool fired = true;
	u8 byte = 0;
	int ret;

	for (point = 1; fired && point < MOST_POINTS; point++) {
		prepare_listen(test);
		KUNIT_ASSERT_EQ(test, kernel_listen(sock, 1), 0);
		stream = step_accept(test, 0);
		points_arm(point);
		ret = prog_accept(test, sock, &child, O_NONBLOCK);
		fired = points_fired();
		points_arm(0);
		KUNIT_EXPECT_TRUE_MSG(test, !ret || (fired && ret == -ENFILE),
				      "point %u: %d", point, ret);
		if (ret)
			ret = prog_accept(test, sock, &child, O_NONBLOCK);
		KUNIT_ASSERT_EQ(test, ret, 0);
		fake_stream_put(stream, &byte, 1);
		KUNIT_EXPECT_EQ(test, prog_recv(child, &byte, 1, MSG_DONTWAIT),
				1);
		KUNIT_EXPECT_TRUE_MSG(test, fake_await(asked_again, test),
				      "point %u", point);
		fake_front_exit(test);
		KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	}
	KUNIT_EXPECT_GT(test, point, 11U);
	KUNIT_EXPECT_LT(test, point, (unsigned int)MOST_POINTS);
}

static void bind_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_bind);
}

static void connect_without_memory(struct kunit *test)
{
	fail_everywhere(test, &op_connect);
}

/* Two tables, a page, a grant, a port. */
static const struct operation op_device = {
	fake_front_close, fake_front_connect, 5,
};

static void device_without_memory(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	points_arm(1);
	KUNIT_EXPECT_NULL(test, pvfront_dev_alloc(&fake->xbdev,
						  &fake_front_ops));
	points_arm(0);
	fail_everywhere(test, &op_device);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bind_without_memory),
	KUNIT_CASE(connect_without_memory),
	KUNIT_CASE(listen_without_memory),
	KUNIT_CASE(accept_without_memory),
	KUNIT_CASE(device_without_memory),
	{}
};

struct kunit_suite front_memory_suite = {
	.name = "pvcalls_front_memory",
	.init = fake_front_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
