// SPDX-License-Identifier: GPL-2.0-only
/*
 * A backend that lies on the command ring: it is declared broken, once; all
 * who wait hear of it with the right error, and nothing of it is believed.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "fake.h"
#include "pvcalls-front/sock.h"

/* Of BINDs that wait while the backend lies. */
#define PENDING 5

static int answers[PENDING];
static unsigned int answered;

static void bind_done(struct pvfront_call *call, int ret)
{
	answers[answered++ % PENDING] = ret;
}

static struct pvfront_call calls[PENDING];

static void raw_index(struct kunit *test, RING_IDX prod)
{
	struct fake_front *fake = test->priv;

	WRITE_ONCE(fake->ring.sring->rsp_prod, prod);
	fake_event_fire(fake->dev->event.port);
}

/* The right answer to the first request, made wrong by the caller. */
static struct xen_pvcalls_response right(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	return fake_response(&fake->requests[0].req, 0);
}

static void wrong_slot(struct kunit *test)
{
	struct xen_pvcalls_response rsp = right(test);

	rsp.req_id += PENDING;
	fake_respond(test, &rsp);
}

static void wrong_generation(struct kunit *test)
{
	struct xen_pvcalls_response rsp = right(test);

	rsp.req_id += 1 << PVFRONT_REQTAB_BITS;
	fake_respond(test, &rsp);
}

static void wrong_size(struct kunit *test)
{
	struct xen_pvcalls_response rsp = right(test);

	rsp.req_id = PVFRONT_REQTAB_MAX - 1;
	fake_respond(test, &rsp);
}

static void wrong_cmd(struct kunit *test)
{
	struct xen_pvcalls_response rsp = right(test);

	rsp.cmd = PVCALLS_LISTEN;
	fake_respond(test, &rsp);
}

static void wrong_id(struct kunit *test)
{
	struct xen_pvcalls_response rsp = right(test);

	rsp.id ^= 1ULL << 63;
	fake_respond(test, &rsp);
}

static void overflow(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	raw_index(test, fake->dev->ring.rsp_cons + FAKE_SLOTS + 1);
}

static void backwards(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	raw_index(test, fake->dev->ring.rsp_cons - 1);
}

static void far_away(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	raw_index(test, fake->dev->ring.rsp_cons + 0x80000000);
}

/* More answers than questions: the slots past the ring's own requests. */
static void unasked(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	memset(RING_GET_RESPONSE(&fake->ring, fake->dev->ring.rsp_cons), 0xff,
	       sizeof(struct xen_pvcalls_response));
	raw_index(test, fake->dev->ring.rsp_cons + 1);
}

static void (* const lies[])(struct kunit *test) = {
	wrong_slot, wrong_generation, wrong_size, wrong_cmd, wrong_id, overflow,
	backwards, far_away, unasked,
};

static void submit_binds(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	answered = 0;
	fake_all(test, SILENT);
	for (i = 0; i < PENDING; i++) {
		memset(&calls[i], 0, sizeof(calls[i]));
		calls[i].req.cmd = PVCALLS_BIND;
		calls[i].req.u.bind.id = 1000 + i;
		calls[i].done = bind_done;
		KUNIT_ASSERT_EQ(test, pvfront_submit(fake->dev, &calls[i]), 0);
	}
	fake_collect(test);
	KUNIT_ASSERT_EQ(test, fake->nr, (unsigned int)PENDING);
}

/* Broken, every waiter told, and the channel masked for good. */
static void expect_broken(struct kunit *test, unsigned int lie,
			  unsigned int good)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	KUNIT_EXPECT_TRUE_MSG(test, fake->dev->broken, "lie %u", lie);
	KUNIT_EXPECT_TRUE(test, fake_event_masked(fake->dev->event.port));
	flush_work(&fake->dev->broken_work);
	KUNIT_EXPECT_EQ_MSG(test, answered, (unsigned int)PENDING, "lie %u",
			    lie);
	for (i = 0; i < PENDING; i++)
		KUNIT_EXPECT_EQ_MSG(test, answers[i], i < good ? 0 : -ENETDOWN,
				    "lie %u, request %u", lie, i);
	KUNIT_EXPECT_NULL(test, pvfront_dev_find());
}

static void every_lie(struct kunit *test)
{
	unsigned int lie, again;

	for (lie = 0; lie < ARRAY_SIZE(lies); lie++) {
		struct fake_front *fake = test->priv;

		submit_binds(test);
		KUNIT_EXPECT_FALSE(test, fake->dev->broken);
		lies[lie](test);
		expect_broken(test, lie, 0);
		/* Whatever it says now, nobody listens. */
		for (again = 0; again < ARRAY_SIZE(lies); again++)
			lies[again](test);
		flush_work(&fake->dev->broken_work);
		KUNIT_EXPECT_EQ(test, fake->broken, 1U);
		KUNIT_EXPECT_EQ(test, answered, (unsigned int)PENDING);
		fake_front_exit(test);
		KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	}
}

/* The second answer to one question, with others pending. */
static void duplicate(struct kunit *test)
{
	struct xen_pvcalls_response rsp;
	struct fake_front *fake = test->priv;

	submit_binds(test);
	rsp = right(test);
	fake_respond(test, &rsp);
	KUNIT_EXPECT_EQ(test, answered, 1U);
	KUNIT_EXPECT_FALSE(test, fake->dev->broken);
	fake_respond(test, &rsp);
	expect_broken(test, 0, 1);
	KUNIT_EXPECT_EQ(test, fake->broken, 1U);
}

/* What came before the lie, in the same batch, is a good answer. */
static void good_then_bad(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	struct xen_pvcalls_response rsp;
	unsigned int i;

	submit_binds(test);
	mutex_lock(&fake->lock);
	for (i = 0; i < 4; i++) {
		rsp = fake_response(&fake->requests[i].req, 0);
		rsp.id += i == 2;
		*RING_GET_RESPONSE(&fake->ring, i) = rsp;
	}
	fake->ring.rsp_prod_pvt = 4;
	RING_PUSH_RESPONSES(&fake->ring);
	mutex_unlock(&fake->lock);
	fake_event_fire(fake->dev->event.port);
	KUNIT_EXPECT_EQ(test, answered, 2U);
	expect_broken(test, 0, 2);
}

static void lie(struct kunit *test)
{
	backwards(test);
}

/* Each call that sleeps, while the backend is caught at a lie. */
static void sleepers(struct kunit *test)
{
	struct socket *listener, *connecting, *stream, *child;
	u8 byte;

	step_connected(test, &stream);
	fake_later(test, lie);
	KUNIT_EXPECT_EQ(test, prog_recv(stream, &byte, 1, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, prog_recv(stream, &byte, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, prog_send(stream, &byte, 1, 0), -EPIPE);
	KUNIT_EXPECT_TRUE(test, prog_poll(stream) & POLLED(EPOLLHUP));
	fake_front_exit(test);

	KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	listener = step_listening(test, 99);
	fake_later(test, lie);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, 0),
			-ENETDOWN);
	KUNIT_EXPECT_EQ(test, prog_poll(listener),
			POLLED(EPOLLIN | EPOLLRDNORM | EPOLLERR | EPOLLHUP));
	fake_front_exit(test);

	KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	fake_all(test, SILENT);
	connecting = prog_socket(test);
	fake_later(test, lie);
	KUNIT_EXPECT_EQ(test, prog_connect(connecting, FAKE_ADDR, 80, 0),
			-ENETDOWN);
	fake_front_exit(test);

	KUNIT_ASSERT_EQ(test, fake_front_init(test), 0);
	fake_all(test, SILENT);
	connecting = prog_socket(test);
	fake_later(test, lie);
	KUNIT_EXPECT_EQ(test, prog_bind(connecting, FAKE_ADDR, 80), -ENETDOWN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_lie),
	KUNIT_CASE(duplicate),
	KUNIT_CASE(good_then_bad),
	KUNIT_CASE(sleepers),
	{}
};

struct kunit_suite front_liar_suite = {
	.name = "pvcalls_front_liar",
	.init = fake_front_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
