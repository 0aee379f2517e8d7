// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ring with a backend that keeps to the protocol: what is sent,
 * in which order, and that each request is answered exactly once.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>

#include "fake.h"
#include "pvcalls-front/ring.h"

/* Of ACCEPT and CONNECT together, and of ACCEPT alone. */
#define PARK_LIMIT	(FAKE_SLOTS - PVFRONT_RESERVED_SLOTS)
#define ACCEPT_LIMIT	(PARK_LIMIT / 2)
#define ASKS		80

/**
 * struct ask - a request of ours
 * @call: it
 * @done: how often it was answered
 * @ret: the last answer
 */
struct ask {
	struct pvfront_call call;
	unsigned int done;
	int ret;
};

static struct ask asks[ASKS];

static void ask_done(struct pvfront_call *call, int ret)
{
	struct ask *ask = container_of(call, struct ask, call);

	ask->done++;
	ask->ret = ret;
}

static int ask(struct kunit *test, unsigned int i, u32 cmd, u64 id)
{
	struct fake_front *fake = test->priv;

	memset(&asks[i], 0, sizeof(asks[i]));
	asks[i].call.req.cmd = cmd;
	asks[i].call.req.u.poll.id = id;
	asks[i].call.done = ask_done;
	return pvfront_submit(fake->dev, &asks[i].call);
}

static void expect_done(struct kunit *test, unsigned int i, int ret)
{
	KUNIT_EXPECT_EQ_MSG(test, asks[i].done, 1U, "request %u", i);
	KUNIT_EXPECT_EQ_MSG(test, asks[i].ret, ret, "request %u", i);
}

/* Nothing but the test answers. */
static int command_init(struct kunit *test)
{
	int ret = fake_front_init(test);

	if (!ret)
		fake_all(test, SILENT);
	return ret;
}

static void every_command(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	u64 id = 0xfedcba9876543210;
	u32 cmd;

	for (cmd = 0; cmd < PVCALLS_NR_V1_CMDS; cmd++) {
		KUNIT_EXPECT_EQ(test, ask(test, cmd, cmd, id), 0);
		fake_collect(test);
		KUNIT_ASSERT_EQ(test, fake->nr, cmd + 1);
		KUNIT_EXPECT_EQ(test, memcmp(&fake->requests[cmd].req,
					     &asks[cmd].call.req,
					     sizeof(asks[cmd].call.req)), 0);
		KUNIT_EXPECT_EQ(test, fake->requests[cmd].req.u.poll.id, id);
		KUNIT_EXPECT_EQ(test, asks[cmd].done, 0U);
		fake_answer(test, cmd, -ENOENT);
		expect_done(test, cmd, -ENOENT);
	}
	KUNIT_EXPECT_EQ(test, fake_event_spurious(fake->dev->event.port), 0U);
	KUNIT_EXPECT_EQ(test, fake->broken, 0U);
}

/* The ids of all that wait differ, and no answer goes to another. */
static void any_order(struct kunit *test)
{
	static const u8 steps[] = { 1, 31, 7, 13 };
	struct fake_front *fake = test->priv;
	unsigned int round, i, nr;

	for (round = 0; round < ARRAY_SIZE(steps); round++) {
		for (i = 0; i < FAKE_SLOTS; i++)
			KUNIT_EXPECT_EQ(test, ask(test, i, PVCALLS_POLL, i), 0);
		fake_collect(test);
		KUNIT_ASSERT_EQ(test, fake->nr, (round + 1) * FAKE_SLOTS);
		for (i = 0; i < FAKE_SLOTS; i++) {
			nr = i * steps[round] % FAKE_SLOTS;
			fake_answer(test, round * FAKE_SLOTS + nr, -100 - nr);
			/* Some are none that a caller may see. */
			expect_done(test, nr, pvfront_errno(-100 - (int)nr));
			KUNIT_EXPECT_EQ(test, (unsigned int)
					fake->dev->tab.pending,
					FAKE_SLOTS - 1 - i);
		}
	}
}

/* Several answers, one notification. */
static void batch(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < FAKE_SLOTS; i++)
		ask(test, i, PVCALLS_RELEASE, i);
	fake_collect(test);
	mutex_lock(&fake->lock);
	for (i = 0; i < FAKE_SLOTS; i++)
		*RING_GET_RESPONSE(&fake->ring, i) =
			fake_response(&fake->requests[i].req, 0);
	fake->ring.rsp_prod_pvt += FAKE_SLOTS;
	RING_PUSH_RESPONSES(&fake->ring);
	mutex_unlock(&fake->lock);
	fake_event_fire(fake->dev->event.port);
	for (i = 0; i < FAKE_SLOTS; i++)
		expect_done(test, i, 0);
}

/* An interrupted ACCEPT is the one answer that listen.c wants to see as is. */
static void errors(struct kunit *test)
{
	static const int table[][3] = {
		{ PVCALLS_BIND,		0,			0 },
		{ PVCALLS_BIND,		-EADDRINUSE,		-EADDRINUSE },
		{ PVCALLS_BIND,		-PVCALLS_ENOTSUP,	-EOPNOTSUPP },
		{ PVCALLS_BIND,		1,			-EIO },
		{ PVCALLS_BIND,		INT_MAX,		-EIO },
		{ PVCALLS_BIND,		INT_MIN,		-EIO },
		{ PVCALLS_BIND,		-EAGAIN,		-EIO },
		{ PVCALLS_BIND,		-EINTR,			-EIO },
		{ PVCALLS_BIND,		-EINPROGRESS,		-EIO },
		{ PVCALLS_BIND,		-ERESTARTSYS + 1,	-ERESTARTSYS + 1 },
		{ PVCALLS_BIND,		-ERESTARTSYS,		-EIO },
		{ PVCALLS_BIND,		-MAX_ERRNO - 1,		-EIO },
		{ PVCALLS_ACCEPT,	-EINTR,			-EINTR },
		{ PVCALLS_ACCEPT,	-EAGAIN,		-EIO },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_EXPECT_EQ(test, ask(test, i, table[i][0], i), 0);
		fake_answer(test, fake_wanted(test, table[i][0]), table[i][1]);
		expect_done(test, i, table[i][2]);
	}
}

/* More than there are slots: the rest waits, first in, first out. */
static void slots(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < ASKS; i++)
		KUNIT_EXPECT_EQ(test, ask(test, i, PVCALLS_BIND, i), 0);
	fake_collect(test);
	KUNIT_EXPECT_EQ(test, fake->nr, (unsigned int)FAKE_SLOTS);
	for (i = 0; i < ASKS; i++) {
		KUNIT_ASSERT_LT(test, i, fake->nr);
		KUNIT_EXPECT_EQ(test, fake->requests[i].req.u.bind.id, (u64)i);
		fake_answer(test, i, 0);
		expect_done(test, i, 0);
		fake_collect(test);
		KUNIT_EXPECT_EQ(test, fake->nr,
				min_t(unsigned int, FAKE_SLOTS + i + 1, ASKS));
	}
}

/* A request that comes when a slot is free does not pass those that wait. */
static void no_overtaking(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < FAKE_SLOTS + 2; i++)
		ask(test, i, PVCALLS_BIND, i);
	fake_collect(test);
	fake_answer(test, 5, 0);
	ask(test, i, PVCALLS_RELEASE, i);
	for (i = 0; i < FAKE_SLOTS; i++) {
		if (i != 5)
			fake_answer(test, i, 0);
	}
	fake_collect(test);
	KUNIT_ASSERT_EQ(test, fake->nr, FAKE_SLOTS + 3U);
	for (i = FAKE_SLOTS; i < FAKE_SLOTS + 3; i++)
		KUNIT_EXPECT_EQ(test, fake->requests[i].req.u.poll.id, (u64)i);
}

/* What may wait for ever leaves slots to the others. */
static void parking(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i, connects = PARK_LIMIT + 4;

	for (i = 0; i < connects; i++)
		KUNIT_EXPECT_EQ(test, ask(test, i, PVCALLS_CONNECT, i), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT),
			(unsigned int)PARK_LIMIT);
	for (i = 0; i < PVFRONT_RESERVED_SLOTS; i++)
		KUNIT_EXPECT_EQ(test, ask(test, connects + i, PVCALLS_RELEASE,
					  i), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE),
			(unsigned int)PVFRONT_RESERVED_SLOTS);
	/* The place of a RELEASE is not for a CONNECT; that of one is. */
	fake_answer(test, fake_wanted(test, PVCALLS_RELEASE), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT),
			(unsigned int)PARK_LIMIT);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT),
			PARK_LIMIT + 1U);
	KUNIT_EXPECT_EQ(test, fake->requests[fake->nr - 1].req.u.connect.id,
			(u64)PARK_LIMIT);
	for (i = 1; i < connects; i++)
		fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	for (i = 0; i < connects; i++)
		expect_done(test, i, 0);
	KUNIT_EXPECT_EQ(test, fake->dev->parked, 0U);
}

/* Listeners get half of that, and a CONNECT passes an ACCEPT that waits. */
static void accepting(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, pvfront_accepts_scarce(fake->dev));
	for (i = 0; i < PARK_LIMIT; i++) {
		ask(test, i, PVCALLS_ACCEPT, i);
		KUNIT_EXPECT_EQ(test, pvfront_accepts_scarce(fake->dev),
				i + 1 >= PARK_LIMIT / 4);
	}
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT),
			(unsigned int)ACCEPT_LIMIT);
	for (; i < 2 * PARK_LIMIT; i++)
		ask(test, i, PVCALLS_CONNECT, i);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT),
			(unsigned int)PARK_LIMIT - ACCEPT_LIMIT);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT),
			(unsigned int)ACCEPT_LIMIT);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT),
			(unsigned int)PARK_LIMIT - ACCEPT_LIMIT + 1);
	fake_answer(test, fake_wanted(test, PVCALLS_ACCEPT), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT),
			ACCEPT_LIMIT + 1U);
}

/* What was not sent can be taken back; what was sent can not. */
static void withdraw(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < PARK_LIMIT + 3; i++)
		ask(test, i, PVCALLS_CONNECT, i == PARK_LIMIT + 1 ? 0 : i);
	pvfront_withdraw(fake->dev, 0);
	expect_done(test, PARK_LIMIT + 1, -ECANCELED);
	KUNIT_EXPECT_EQ(test, asks[0].done, 0U);
	fake_collect(test);
	for (i = 0; i < PARK_LIMIT; i++)
		fake_answer(test, i, 0);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	expect_done(test, 0, 0);
	expect_done(test, PARK_LIMIT, 0);
	expect_done(test, PARK_LIMIT + 1, -ECANCELED);
	expect_done(test, PARK_LIMIT + 2, 0);
}

/* Sent, waiting for a slot, and waiting for a place: all hear of the end. */
static void disconnect(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < ASKS; i++)
		ask(test, i, i < ASKS / 2 ? PVCALLS_CONNECT : PVCALLS_BIND, i);
	fake_collect(test);
	KUNIT_EXPECT_EQ(test, fake->nr, (unsigned int)FAKE_SLOTS);
	fake_front_stop(test);
	for (i = 0; i < ASKS; i++)
		expect_done(test, i, -ENETDOWN);
	/* An answer that comes now is nobody's, and no reason to complain. */
	fake_answer(test, 3, 0);
	expect_done(test, 3, -ENETDOWN);
	KUNIT_EXPECT_FALSE(test, fake->dev->broken);
	fake_front_close(test);
}

/* A device that begins anew has all its slots, and knows no old answer. */
static void reconnect(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i, nr;

	disconnect(test);
	nr = fake->nr;
	KUNIT_ASSERT_EQ(test, fake_front_connect(test), 0);
	for (i = 0; i < FAKE_SLOTS; i++)
		ask(test, i, i < PARK_LIMIT ? PVCALLS_CONNECT : PVCALLS_BIND,
		    i);
	fake_collect(test);
	KUNIT_ASSERT_EQ(test, fake->nr, nr + FAKE_SLOTS);
	for (i = 0; i < FAKE_SLOTS; i++)
		fake_answer(test, nr + i, 0);
	for (i = 0; i < FAKE_SLOTS; i++)
		expect_done(test, i, 0);
	ask(test, 0, PVCALLS_CONNECT, 0);
	fake_collect(test);
	fake_answer(test, 0, 0);
	KUNIT_EXPECT_TRUE(test, fake->dev->broken);
	flush_work(&fake->dev->broken_work);
	expect_done(test, 0, -ENETDOWN);
}

enum state { NOT_STARTED, STARTED, BROKEN, STOPPED, NR_STATES };

/* Every command in every state of the device. */
static void states(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	enum state state;
	u32 cmd;

	for (state = 0; state < NR_STATES; state++) {
		if (state != STARTED)
			fake_front_close(test);
		if (state == STARTED || state == BROKEN)
			KUNIT_ASSERT_EQ(test, fake_front_connect(test), 0);
		/* Broken, and nobody has taken it down yet. */
		WRITE_ONCE(fake->dev->broken, state == BROKEN);
		for (cmd = 0; cmd < PVCALLS_NR_V1_CMDS; cmd++) {
			unsigned int nr = fake->nr;

			KUNIT_EXPECT_EQ(test, ask(test, cmd, cmd, 1),
					state == STARTED ? 0 : -ENETDOWN);
			fake_collect(test);
			KUNIT_EXPECT_EQ(test, fake->nr,
					nr + (state == STARTED));
			if (state == STARTED)
				fake_answer(test, nr, 0);
			KUNIT_EXPECT_EQ(test, asks[cmd].done,
					(unsigned int)(state == STARTED));
		}
	}
}

/* Who notifies without need is slowed down. */
static void spurious(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	u32 port = fake->dev->event.port;
	unsigned int i;

	for (i = 0; i < 3; i++)
		fake_event_fire(port);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(port), 3U);
	KUNIT_EXPECT_FALSE(test, fake_event_masked(port));
	fake_front_stop(test);
	fake_event_fire(port);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(port), 4U);
}

static void call_wait(struct kunit *test)
{
	struct xen_pvcalls_request req = { .cmd = PVCALLS_LISTEN };
	struct fake_front *fake = test->priv;

	fake->script[PVCALLS_LISTEN] = -EADDRINUSE;
	KUNIT_EXPECT_EQ(test, pvfront_call_wait(fake->dev, &req), -EADDRINUSE);
	fake->script[PVCALLS_LISTEN] = 0;
	KUNIT_EXPECT_EQ(test, pvfront_call_wait(fake->dev, &req), 0);
	fake->script[PVCALLS_LISTEN] = SILENT;
	fake_later(test, fake_front_stop);
	KUNIT_EXPECT_EQ(test, pvfront_call_wait(fake->dev, &req), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, pvfront_call_wait(fake->dev, &req), -ENETDOWN);
}

struct victim {
	struct pvfront_dev *dev;
	struct completion over;
	int ret;
};

static int victim_run(void *arg)
{
	struct xen_pvcalls_request req = { .cmd = PVCALLS_LISTEN };
	struct victim *victim = arg;

	allow_signal(SIGKILL);
	victim->ret = pvfront_call_wait(victim->dev, &req);
	complete(&victim->over);
	return 0;
}

/* The answer to a thread that was killed finds nobody, and harms nobody. */
static void killed(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	struct victim victim = { .dev = fake->dev };
	struct task_struct *task;
	unsigned int nr;

	init_completion(&victim.over);
	task = kthread_create(victim_run, &victim, "pvfront-victim");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	nr = fake_wanted(test, PVCALLS_LISTEN);
	send_sig(SIGKILL, task, 1);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&victim.over,
							  FAKE_DEADLINE), 0UL);
	put_task_struct(task);
	KUNIT_EXPECT_EQ(test, victim.ret, -EINTR);
	KUNIT_EXPECT_EQ(test, (int)fake->dev->tab.pending, 1);
	fake_answer(test, nr, 0);
	KUNIT_EXPECT_EQ(test, (int)fake->dev->tab.pending, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_command),
	KUNIT_CASE(any_order),
	KUNIT_CASE(batch),
	KUNIT_CASE(errors),
	KUNIT_CASE(slots),
	KUNIT_CASE(no_overtaking),
	KUNIT_CASE(parking),
	KUNIT_CASE(accepting),
	KUNIT_CASE(withdraw),
	KUNIT_CASE(disconnect),
	KUNIT_CASE(reconnect),
	KUNIT_CASE(states),
	KUNIT_CASE(spurious),
	KUNIT_CASE(call_wait),
	KUNIT_CASE(killed),
	{}
};

struct kunit_suite front_command_suite = {
	.name = "pvcalls_front_command",
	.init = command_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
