// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a device: what xenbus.c and main.c do in the driver.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "../points.h"
#include "fake.h"
#include "flexring/late.h"
#include "pvcalls-front/sock.h"

/**
 * fake_settle - let the frontend do what it can without news from outside
 */
void fake_settle(void)
{
	unsigned int i;

	/* A ring that is freed may free its socket. */
	for (i = 0; i < 2; i++) {
		rcu_barrier();
		flush_workqueue(pvfront_wq);
	}
}

static void fake_act(struct work_struct *work)
{
	struct fake_front *fake = container_of(to_delayed_work(work),
					       struct fake_front, later);

	fake->act(fake->test);
}

/**
 * fake_later - do something while the test's thread sleeps
 * @test: the test
 * @act: what to do
 */
void fake_later(struct kunit *test, void (*act)(struct kunit *test))
{
	struct fake_front *fake = test->priv;

	flush_delayed_work(&fake->later);
	fake->act = act;
	schedule_delayed_work(&fake->later, msecs_to_jiffies(FAKE_NAP_MS));
}

static int fake_lo_up(void)
{
	int ret;

	rtnl_lock();
	ret = dev_open(init_net.loopback_dev, NULL);
	rtnl_unlock();
	return ret;
}

/* As pvfront_changed() does, when the backend is there. */
int fake_front_connect(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	int ret = pvfront_dev_open_ring(fake->dev);

	if (ret)
		return ret;
	fake->open = true;
	BACK_RING_INIT(&fake->ring,
		       (struct xen_pvcalls_sring *)
		       page_address(fake_page(fake->dev->share.refs[0])),
		       XEN_PAGE_SIZE);
	pvfront_dev_start(fake->dev);
	pvfront_dev_publish(fake->dev);
	return 0;
}

/**
 * fake_front_stop - the backend has gone; its ring is there still
 * @test: the test
 */
void fake_front_stop(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	pvfront_dev_unpublish(fake->dev);
	pvfront_dev_stop(fake->dev);
}

/**
 * fake_front_close - the backend has gone
 * @test: the test
 */
void fake_front_close(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	fake_front_stop(test);
	cancel_work_sync(&fake->serve);
	mutex_lock(&fake->lock);
	if (fake->open)
		pvfront_dev_close_ring(fake->dev);
	fake->open = false;
	mutex_unlock(&fake->lock);
}

/* In the place of xenbus.c. */
void pvfront_xenbus_broken(struct pvfront_dev *dev)
{
	struct fake_front *fake = container_of(dev->xbdev, struct fake_front,
					       xbdev);

	fake->broken++;
	fake_front_stop(fake->test);
}

static int fake_front_alloc(struct fake_front *fake)
{
	fake->xbdev.dev.init_name = "pvcalls-test";
	fake->xbdev.otherend_id = 7;
	fake->dev = pvfront_dev_alloc(&fake->xbdev, &fake_front_ops);
	if (!fake->dev)
		return -ENOMEM;
	fake->dev->max_order = 1;
	return fake_front_connect(fake->test);
}

/**
 * fake_front_init - a connected device, and the protocol's number in force
 * @test: the test
 *
 * Return: 0 or an error.
 */
int fake_front_init(struct kunit *test)
{
	struct fake_front *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	int ret;

	if (!fake)
		return -ENOMEM;
	fake->test = test;
	mutex_init(&fake->lock);
	INIT_WORK(&fake->serve, fake_serve);
	INIT_DELAYED_WORK(&fake->later, fake_act);
	points_arm(0);
	fake_event_init();
	fake_grants_init();
	ret = fake_lo_up();
	ret = ret ?: pvfront_ring_init();
	if (ret)
		return ret;
	ret = pvfront_proto_init();
	if (ret) {
		pvfront_ring_exit();
		return ret;
	}
	test->priv = fake;
	return fake_front_alloc(fake);
}

static bool fake_no_socks(void *arg)
{
	return !engine_socks();
}

/**
 * fake_front_end - the device goes, and nothing of it is left
 * @test: the test
 *
 * May be called more than once.
 */
void fake_front_end(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	points_arm(0);
	if (!fake || !fake->dev)
		return;
	flush_delayed_work(&fake->later);
	for (i = 0; i < FAKE_SOCKETS; i++) {
		if (fake->socks[i])
			prog_close(test, fake->socks[i]);
	}
	fake_front_close(test);
	flush_work(&fake->dev->broken_work);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_no_socks, NULL));
	fake_settle();
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->dev->socks));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->dev->unbinding));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->dev->waiting));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->dev->parking));
	KUNIT_EXPECT_EQ(test, (int)fake->dev->tab.pending, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&fake->dev->ref), 1U);
	KUNIT_EXPECT_EQ(test, fake_granted(), 0);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 0);
	KUNIT_EXPECT_EQ(test, points_sockets(), 0);
	pvfront_dev_put(fake->dev);
	fake->dev = NULL;
	/* The workqueue is the module's. */
	KUNIT_EXPECT_EQ(test, points_memory(), 1);
}

void fake_front_exit(struct kunit *test)
{
	fake_front_end(test);
	if (!test->priv)
		return;
	pvfront_proto_exit();
	pvfront_ring_exit();
	flexring_late_exit();
	fake_grants_exit();
	test->priv = NULL;
}
