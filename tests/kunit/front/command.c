// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend's end of the command ring.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "command_ring.h"
#include "fake.h"

/* The identifier stands first in the arguments of every command. */
static u64 fake_id(const struct xen_pvcalls_request *req)
{
	return req->u.poll.id;
}

/**
 * fake_response - the right answer
 * @req: to this
 * @ret: with this result
 */
struct xen_pvcalls_response fake_response(const struct xen_pvcalls_request *req,
					  int ret)
{
	return (struct xen_pvcalls_response) {
		.req_id = req->req_id,
		.cmd = req->cmd,
		.ret = ret,
		.id = fake_id(req),
	};
}

static void fake_push(struct fake_front *fake,
		      const struct xen_pvcalls_response *rsp)
{
	struct xen_pvcalls_sring *sring = fake->ring.sring;

	lockdep_assert_held(&fake->lock);
	*RING_GET_RESPONSE(&fake->ring, fake->ring.rsp_prod_pvt) = *rsp;
	fake->ring.rsp_prod_pvt++;
	if (command_ring_publish(&sring->rsp_prod, &sring->rsp_event,
				 fake->ring.rsp_prod_pvt - 1,
				 fake->ring.rsp_prod_pvt))
		fake_event_fire(fake->dev->event.port);
}

/**
 * fake_respond - say something, right or wrong
 * @test: the test
 * @rsp: what to say
 */
void fake_respond(struct kunit *test, const struct xen_pvcalls_response *rsp)
{
	struct fake_front *fake = test->priv;

	mutex_lock(&fake->lock);
	if (fake->open)
		fake_push(fake, rsp);
	mutex_unlock(&fake->lock);
}

/**
 * fake_answer - answer a request
 * @test: the test
 * @nr: its number
 * @ret: the answer
 */
void fake_answer(struct kunit *test, unsigned int nr, int ret)
{
	struct fake_front *fake = test->priv;
	struct xen_pvcalls_response rsp;

	KUNIT_ASSERT_LT(test, nr, fake->nr);
	KUNIT_EXPECT_FALSE(test, fake->requests[nr].answered);
	fake->requests[nr].answered = true;
	rsp = fake_response(&fake->requests[nr].req, ret);
	fake_respond(test, &rsp);
}

static void fake_take(struct fake_front *fake)
{
	struct fake_request *taken = &fake->requests[fake->nr];
	struct xen_pvcalls_response rsp;
	int ret;

	lockdep_assert_held(&fake->lock);
	taken->req = *RING_GET_REQUEST(&fake->ring, fake->ring.req_cons);
	fake->ring.req_cons++;
	fake->nr++;
	if (taken->req.cmd >= PVCALLS_NR_V1_CMDS)
		return;
	ret = fake->script[taken->req.cmd];
	if (ret == SILENT)
		return;
	taken->answered = true;
	rsp = fake_response(&taken->req, ret);
	fake_push(fake, &rsp);
}

static void fake_take_all(struct fake_front *fake)
{
	struct xen_pvcalls_sring *sring = fake->ring.sring;

	lockdep_assert_held(&fake->lock);
	do {
		RING_IDX prod = READ_ONCE(sring->req_prod);

		/* The requests are read after the index. */
		virt_rmb();
		while (fake->ring.req_cons != prod && fake->nr < FAKE_REQUESTS)
			fake_take(fake);
		if (WARN_ON_ONCE(fake->nr == FAKE_REQUESTS))
			return;
	} while (command_ring_rest(&sring->req_prod, &sring->req_event,
				   fake->ring.req_cons));
}

/**
 * fake_serve - take requests, and answer those that the script has answers for
 * @work: of the test
 */
void fake_serve(struct work_struct *work)
{
	struct fake_front *fake = container_of(work, struct fake_front, serve);

	mutex_lock(&fake->lock);
	if (fake->open)
		fake_take_all(fake);
	mutex_unlock(&fake->lock);
}

/**
 * fake_front_notified - the frontend notified the backend
 * @ev: of the command ring, or of any other
 */
void fake_front_notified(struct flexring_event *ev)
{
	struct pvfront_dev *dev;

	if (ev->fn != pvfront_command_event)
		return;
	dev = container_of(ev, struct pvfront_dev, event);
	schedule_work(&container_of(dev->xbdev, struct fake_front,
				    xbdev)->serve);
}

/**
 * fake_collect - have taken everything that the frontend has sent
 * @test: the test
 */
void fake_collect(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	fake_serve(&fake->serve);
}

/**
 * fake_all - what every command is answered from now on
 * @test: the test
 * @ret: the answer, or SILENT
 */
void fake_all(struct kunit *test, int ret)
{
	struct fake_front *fake = test->priv;
	unsigned int cmd;

	for (cmd = 0; cmd < PVCALLS_NR_V1_CMDS; cmd++)
		fake->script[cmd] = ret;
}

/**
 * fake_count - how many requests of a kind have come
 * @test: the test
 * @cmd: the kind
 */
unsigned int fake_count(struct kunit *test, u32 cmd)
{
	struct fake_front *fake = test->priv;
	unsigned int i, nr = 0;

	fake_collect(test);
	for (i = 0; i < fake->nr; i++)
		nr += fake->requests[i].req.cmd == cmd;
	return nr;
}

struct fake_want {
	struct kunit *test;
	u32 cmd;
	unsigned int nr;
};

static bool fake_has(void *arg)
{
	struct fake_want *want = arg;
	struct fake_front *fake = want->test->priv;

	fake_collect(want->test);
	for (want->nr = 0; want->nr < fake->nr; want->nr++) {
		if (fake->requests[want->nr].req.cmd == want->cmd &&
		    !fake->requests[want->nr].answered)
			return true;
	}
	return false;
}

/**
 * fake_wanted - wait for a request that waits for an answer
 * @test: the test
 * @cmd: its kind
 *
 * Return: the number of the first one.
 */
unsigned int fake_wanted(struct kunit *test, u32 cmd)
{
	struct fake_want want = { .test = test, .cmd = cmd };

	KUNIT_ASSERT_TRUE_MSG(test, fake_await(fake_has, &want),
			      "no command %u came", cmd);
	return want.nr;
}
