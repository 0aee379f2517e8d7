// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frontend's end of the command ring, and the life of a guest.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "../points.h"
#include "command_ring.h"
#include "fake.h"
#include "pvcalls-back/main.h"
#include "pvcalls-back/socket.h"

/* Of the case that runs. */
static struct pvback_guest *fake_guest;

static int fake_lo_up(void)
{
	int ret;

	rtnl_lock();
	ret = dev_open(init_net.loopback_dev, NULL);
	rtnl_unlock();
	return ret;
}

/**
 * fake_settle - let the backend do what it can without news from outside
 */
void fake_settle(void)
{
	unsigned int i;

	/* The guest's work queues that of sockets, which may queue theirs. */
	for (i = 0; i < 4; i++) {
		net_settle();
		flush_workqueue(pvback_wq);
		flush_workqueue(fake_guest->wq);
	}
}

/**
 * fake_back_connect - a new command ring for the guest, of its order
 * @test: the test
 */
void fake_back_connect(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct xen_pvcalls_sring *sring;
	unsigned int i;

	for (i = 0; i < 1U << fake->order; i++)
		fake->refs[i] = fake_grant(test, &fake->pages[i]);
	fake->port = fake_event_new();
	KUNIT_ASSERT_NE(test, fake->port, 0);
	sring = page_address(fake->pages[0]);
	SHARED_RING_INIT(sring);
	FRONT_RING_INIT(&fake->ring, sring, XEN_PAGE_SIZE << fake->order);
}

/**
 * fake_back_serve - let the backend connect to the guest's command ring
 * @test: the test
 *
 * Return: 0 or an error.
 */
int fake_back_serve(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	return pvback_guest_connect(fake->guest, fake->refs, fake->order,
				    fake->port);
}

/**
 * fake_back_reconnect - come back with another command ring
 * @test: the test
 * @order: of the ring
 */
void fake_back_reconnect(struct kunit *test, unsigned int order)
{
	struct fake_back *fake = test->priv;

	pvback_guest_disconnect(fake->guest);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 0);
	fake->order = order;
	fake_back_connect(test);
	KUNIT_ASSERT_EQ(test, fake_back_serve(test), 0);
	fake->nr = 0;
	memset(fake->requests, 0, sizeof(fake->requests));
}

/* By bytes, not by the structure: the backend's arithmetic is on trial. */
static void *fake_slot(struct fake_back *fake, RING_IDX index)
{
	size_t offset = 64 + 64 * (index % RING_SIZE(&fake->ring));

	return page_address(fake->pages[offset / 4096]) + offset % 4096;
}

/**
 * fake_back_init - a connected guest
 * @test: the test
 *
 * Return: 0 or an error.
 */
int fake_back_init(struct kunit *test)
{
	struct fake_back *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	enum pvback_use use;
	unsigned int good;
	int ret;

	if (!fake)
		return -ENOMEM;
	test->priv = fake;
	points_arm(0);
	fake_event_init();
	fake_grants_init();
	pvback_wq = alloc_workqueue("pvcalls-back-test", WQ_UNBOUND, 0);
	if (!pvback_wq)
		return -ENOMEM;
	ret = fake_lo_up();
	if (ret)
		return ret;
	fake->xbdev.dev.init_name = "pvcalls-test";
	fake->xbdev.otherend_id = 7;
	fake->guest = pvback_guest_create(&fake->xbdev, &fake_back_ops);
	if (!fake->guest)
		return -ENOMEM;
	fake_guest = fake->guest;
	for (use = 0; use < PVBACK_USES; use++) {
		ret = pvback_admit_set(&fake->guest->admission, use, NULL,
				       &good);
		if (ret)
			return ret;
	}
	if (pvback_place_set_netns(&fake->guest->place, NULL) ||
	    pvback_place_set_mark(&fake->guest->place, NULL))
		return -EINVAL;
	fake_back_connect(test);
	return fake_back_serve(test);
}

/**
 * fake_back_end - the guest goes, and nothing of it is left
 * @test: the test
 *
 * May be called more than once.
 */
void fake_back_end(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	points_arm(0);
	if (!fake || !fake->guest)
		return;
	pvback_guest_disconnect(fake->guest);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 0);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_pages), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_listeners), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_parked), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_connecting), 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&fake->guest->sockets));
	pvback_linger_abort_all();
	pvback_socket_wait_all();
	flush_workqueue(fake->guest->wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_sockets), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->linger_bytes), 0);
	KUNIT_EXPECT_EQ(test, points_sockets(), 0);
	pvback_guest_put(fake->guest);
	flush_workqueue(pvback_wq);
	fake->guest = NULL;
	KUNIT_EXPECT_EQ(test, points_memory(), 0);
}

void fake_back_exit(struct kunit *test)
{
	fake_back_end(test);
	if (pvback_wq)
		destroy_workqueue(pvback_wq);
	pvback_wq = NULL;
	fake_grants_exit();
}

/**
 * fake_send - put a request on the ring and notify
 * @test: the test
 * @req: it, without an id
 *
 * Return: the id that it got.
 */
u32 fake_send(struct kunit *test, const struct xen_pvcalls_request *req)
{
	struct fake_back *fake = test->priv;
	struct xen_pvcalls_sring *sring = fake->ring.sring;
	struct xen_pvcalls_request *slot;

	KUNIT_ASSERT_LT(test, fake->nr, (unsigned int)FAKE_REQUESTS);
	fake_collect(test);
	KUNIT_ASSERT_FALSE(test, RING_FULL(&fake->ring));
	slot = fake_slot(fake, fake->ring.req_prod_pvt);
	*slot = *req;
	slot->req_id = fake->nr;
	fake->requests[fake->nr].cmd = req->cmd;
	fake->requests[fake->nr].id = req->u.poll.id;
	fake->ring.req_prod_pvt++;
	if (command_ring_publish(&sring->req_prod, &sring->req_event,
				 fake->ring.req_prod_pvt - 1,
				 fake->ring.req_prod_pvt))
		fake_event_fire(fake->port);
	return fake->nr++;
}

static void fake_take(struct kunit *test,
		      const struct xen_pvcalls_long_response *slot)
{
	const struct xen_pvcalls_response *rsp = &slot->head;
	struct fake_back *fake = test->priv;
	struct fake_request *req;

	KUNIT_ASSERT_LT(test, rsp->req_id, fake->nr);
	req = &fake->requests[rsp->req_id];
	KUNIT_EXPECT_EQ_MSG(test, ++req->answers, 1, "request %u, command %u",
			    rsp->req_id, req->cmd);
	KUNIT_EXPECT_EQ(test, rsp->cmd, req->cmd);
	KUNIT_EXPECT_EQ(test, rsp->id, req->id);
	KUNIT_EXPECT_EQ(test, rsp->pad, 0);
	KUNIT_EXPECT_LE(test, rsp->ret, 0);
	req->ret = rsp->ret;
	req->extra = slot->u;
}

/**
 * fake_collect - take all responses off the ring
 * @test: the test
 */
void fake_collect(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct xen_pvcalls_sring *sring = fake->ring.sring;
	struct xen_pvcalls_long_response rsp;

	do {
		RING_IDX prod = READ_ONCE(sring->rsp_prod);

		/* The responses are read after the index. */
		virt_rmb();
		KUNIT_ASSERT_FALSE(test, RING_RESPONSE_PROD_OVERFLOW(&fake->ring,
								     prod));
		while (fake->ring.rsp_cons != prod) {
			/* A slot has room for the long form of a response. */
			memcpy(&rsp, fake_slot(fake, fake->ring.rsp_cons),
			       sizeof(rsp));
			fake->ring.rsp_cons++;
			fake_take(test, &rsp);
		}
	} while (command_ring_rest(&sring->rsp_prod, &sring->rsp_event,
				   fake->ring.rsp_cons));
}

struct fake_wanted {
	struct kunit *test;
	u32 req_id;
};

static bool fake_answered(void *arg)
{
	struct fake_wanted *wanted = arg;
	struct fake_back *fake = wanted->test->priv;

	fake_collect(wanted->test);
	return fake->requests[wanted->req_id].answers;
}

/**
 * fake_answer - wait for the answer to a request
 * @test: the test
 * @req_id: the request
 *
 * Return: it, or UNANSWERED.
 */
int fake_answer(struct kunit *test, u32 req_id)
{
	struct fake_wanted wanted = { .test = test, .req_id = req_id };
	struct fake_back *fake = test->priv;

	if (!fake_await(fake_answered, &wanted))
		return UNANSWERED;
	return fake->requests[req_id].ret;
}

/**
 * fake_name - the name in the answer to a request
 * @test: the test
 * @req_id: the request, answered
 *
 * Return: it; whatever stands there if the answer has none.
 */
const struct xen_pvcalls_name *fake_name(struct kunit *test, u32 req_id)
{
	struct fake_back *fake = test->priv;

	return &fake->requests[req_id].extra.name;
}

/**
 * fake_peek - the answer to a request, if the backend gives it unasked
 * @test: the test
 * @req_id: the request
 *
 * Return: it, or UNANSWERED.
 */
int fake_peek(struct kunit *test, u32 req_id)
{
	struct fake_back *fake = test->priv;

	fake_settle();
	fake_collect(test);
	if (!fake->requests[req_id].answers)
		return UNANSWERED;
	return fake->requests[req_id].ret;
}
