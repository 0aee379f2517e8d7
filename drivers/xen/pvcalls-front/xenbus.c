// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device on the xenbus: keys and states.  Specification: "Xenstore" and
 * "State Machine".
 *
 *	backend			this end
 *
 *	InitWait    ----------> Initialising: reads versions, max-page-order,
 *				function-calls, features; sets up the ring and
 *				writes version, port, ring-ref, features
 *				(with feature-multi-page-ring ring-page-order
 *				and ring-ref0... in place of ring-ref)
 *	            <---------- Initialised
 *	Connected   ----------> Connected: sockets may use it
 *
 *	Closing     ----------> everybody who waits hears that it is over;
 *	            <---------- Closed, the ring is freed
 *	InitWait    ----------> from Closed all over again
 *
 * Any state before Connected, or none, of a backend that was Connected is
 * taken for Closing: it died, and perhaps runs again.
 *
 * The other way round, when the module is unloaded or the backend breaks the
 * protocol: Closing, wait for the backend's Closing or Closed, Closed.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <xen/xenbus.h>

#include "device.h"

/* How long we wait for a backend that should close, and how often we look. */
#define PVFRONT_CLOSE_TIMEOUT	(5 * HZ)
#define PVFRONT_CLOSE_INTERVAL	10 /* ms */

/* 1 << 4 pages: 32 KiB for each direction. */
static unsigned int ring_order = 4;
module_param(ring_order, uint, 0644);
MODULE_PARM_DESC(ring_order, "pages of a data ring, as a power of two, 1 to 9");

/* 1 << 2 pages: 128 slots, so that 60 listeners or 120 connects may wait. */
static unsigned int command_ring_order = 2;
module_param(command_ring_order, uint, 0644);
MODULE_PARM_DESC(command_ring_order,
		 "pages of the command ring, as a power of two, 0 to 4");

/* Only one device in a domain, says the specification. */
static atomic_t pvfront_devices = ATOMIC_INIT(0);

static bool pvfront_knows_version(struct xenbus_device *xbdev)
{
	char *versions, *rest, *one;
	unsigned int len;
	bool known = false;

	versions = xenbus_read(XBT_NIL, xbdev->otherend, PVCALLS_KEY_VERSIONS,
			       &len);
	if (IS_ERR(versions))
		return false;
	rest = versions;
	while ((one = strsep(&rest, ",")))
		known |= !strcmp(strim(one), PVCALLS_VERSION);
	if (!known)
		dev_err(&xbdev->dev, "domain %u offers versions \"%.32s\", not %s\n",
			xbdev->otherend_id, versions, PVCALLS_VERSION);
	kfree(versions);
	return known;
}

static bool pvfront_offered(struct xenbus_device *xbdev, const char *feature)
{
	return xenbus_read_unsigned(xbdev->otherend, feature, 0) == 1;
}

/* 0 for a backend that knows only rings of one page. */
static unsigned int pvfront_read_command_order(struct xenbus_device *xbdev)
{
	unsigned int order;

	if (!pvfront_offered(xbdev, PVCALLS_FEATURE_MULTI_PAGE_RING))
		return 0;
	order = xenbus_read_unsigned(xbdev->otherend,
				     PVCALLS_KEY_MAX_RING_PAGE_ORDER, 0);
	return min3(order, READ_ONCE(command_ring_order),
		    PVCALLS_MAX_RING_PAGE_ORDER + 0U);
}

/* What the backend can do.  Nothing of it is believed without a check. */
static int pvfront_read_backend(struct pvfront_dev *dev)
{
	struct xenbus_device *xbdev = dev->xbdev;
	unsigned int order, calls;

	if (!pvfront_knows_version(xbdev))
		return -EPROTONOSUPPORT;
	calls = xenbus_read_unsigned(xbdev->otherend,
				     PVCALLS_KEY_FUNCTION_CALLS, 0);
	if (calls != PVCALLS_FUNCTION_CALLS) {
		dev_err(&xbdev->dev, "domain %u offers function-calls %u, not %u\n",
			dev->domid, calls, PVCALLS_FUNCTION_CALLS);
		return -EPROTONOSUPPORT;
	}
	order = xenbus_read_unsigned(xbdev->otherend,
				     PVCALLS_KEY_MAX_PAGE_ORDER, 0);
	if (!order) {
		dev_err(&xbdev->dev, "domain %u offers max-page-order 0\n",
			dev->domid);
		return -EPROTONOSUPPORT;
	}
	dev->max_order = clamp(READ_ONCE(ring_order), 1U,
			       min_t(unsigned int, order,
				     PVCALLS_MAX_RING_ORDER));
	dev->command_order = pvfront_read_command_order(xbdev);
	dev->release_answers = pvfront_offered(xbdev,
					       PVCALLS_FEATURE_RELEASE_ANSWERS);
	return 0;
}

/* The grants of the command ring. */
static int pvfront_write_refs(struct pvfront_dev *dev,
			      struct xenbus_transaction xbt)
{
	const char *node = dev->xbdev->nodename;
	char key[sizeof(PVCALLS_KEY_RING_REF) + 10];
	unsigned int i;
	int ret;

	ret = xenbus_printf(xbt, node, PVCALLS_FEATURE_MULTI_PAGE_RING, "%u",
			    dev->command_order > 0);
	if (ret)
		return ret;
	if (!dev->command_order)
		return xenbus_printf(xbt, node, PVCALLS_KEY_RING_REF, "%u",
				     dev->share.refs[0]);
	ret = xenbus_printf(xbt, node, PVCALLS_KEY_RING_PAGE_ORDER, "%u",
			    dev->command_order);
	for (i = 0; !ret && i < dev->share.nr; i++) {
		snprintf(key, sizeof(key), PVCALLS_KEY_RING_REF_NR, i);
		ret = xenbus_printf(xbt, node, key, "%u", dev->share.refs[i]);
	}
	return ret;
}

static int pvfront_write_keys(struct pvfront_dev *dev,
			      struct xenbus_transaction xbt)
{
	const char *node = dev->xbdev->nodename;
	int ret;

	ret = xenbus_printf(xbt, node, PVCALLS_KEY_VERSION, "%s",
			    PVCALLS_VERSION);
	ret = ret ?: xenbus_printf(xbt, node, PVCALLS_KEY_PORT, "%u",
				   dev->event.port);
	ret = ret ?: pvfront_write_refs(dev, xbt);
	ret = ret ?: xenbus_printf(xbt, node, PVCALLS_FEATURE_RELEASE_ANSWERS,
				   "%u", dev->release_answers);
	return ret;
}

static int pvfront_publish_keys(struct pvfront_dev *dev)
{
	struct xenbus_transaction xbt;
	int ret;

	do {
		ret = xenbus_transaction_start(&xbt);
		if (ret)
			return ret;
		ret = pvfront_write_keys(dev, xbt);
		if (ret) {
			xenbus_transaction_end(xbt, 1);
			return ret;
		}
		ret = xenbus_transaction_end(xbt, 0);
	} while (ret == -EAGAIN);
	return ret;
}

/* Tell the bus, and the administrator, that this can not work. */
static void pvfront_fatal(struct pvfront_dev *dev, int error, const char *what)
{
	xenbus_dev_fatal(dev->xbdev, error, "%s", what);
}

static void pvfront_negotiate(struct pvfront_dev *dev)
{
	int ret = pvfront_read_backend(dev);

	if (ret) {
		pvfront_fatal(dev, ret, "backend does not suit");
		return;
	}
	ret = pvfront_dev_open_ring(dev);
	if (ret) {
		pvfront_fatal(dev, ret, "setting up the command ring");
		return;
	}
	ret = pvfront_publish_keys(dev);
	if (ret) {
		pvfront_dev_close_ring(dev);
		pvfront_fatal(dev, ret, "writing keys");
		return;
	}
	xenbus_switch_state(dev->xbdev, XenbusStateInitialised);
}

static void pvfront_connect_dev(struct pvfront_dev *dev)
{
	pvfront_dev_start(dev);
	pvfront_dev_publish(dev);
	xenbus_switch_state(dev->xbdev, XenbusStateConnected);
	dev_info(&dev->xbdev->dev, "connected to domain %u, data rings of %u pages\n",
		 dev->domid, 1U << dev->max_order);
}

/* No more requests, and everybody who waits for one hears of it. */
static void pvfront_disconnect_dev(struct pvfront_dev *dev)
{
	pvfront_dev_unpublish(dev);
	pvfront_dev_stop(dev);
}

static void pvfront_closed_dev(struct pvfront_dev *dev)
{
	pvfront_disconnect_dev(dev);
	pvfront_dev_close_ring(dev);
	xenbus_frontend_closed(dev->xbdev);
}

static void pvfront_changed(struct xenbus_device *xbdev,
			    enum xenbus_state state)
{
	struct pvfront_dev *dev = dev_get_drvdata(&xbdev->dev);

	/* A backend that vanished, or began anew, and did not say so. */
	if (xbdev->state == XenbusStateConnected &&
	    state < XenbusStateConnected)
		pvfront_closed_dev(dev);
	switch (state) {
	case XenbusStateInitWait:
		if (xbdev->state == XenbusStateClosed)
			xenbus_switch_state(xbdev, XenbusStateInitialising);
		if (xbdev->state == XenbusStateInitialising)
			pvfront_negotiate(dev);
		break;
	case XenbusStateConnected:
		if (xbdev->state == XenbusStateInitialised)
			pvfront_connect_dev(dev);
		break;
	case XenbusStateClosing:
	case XenbusStateClosed:
		if (xbdev->state != XenbusStateClosed &&
		    xbdev->state != XenbusStateInitialising)
			pvfront_closed_dev(dev);
		break;
	default:
		break;
	}
}

static int pvfront_probe(struct xenbus_device *xbdev,
			 const struct xenbus_device_id *id)
{
	struct pvfront_dev *dev;

	if (atomic_cmpxchg(&pvfront_devices, 0, 1)) {
		dev_err(&xbdev->dev, "a domain can have only one PV Calls device\n");
		return -EEXIST;
	}
	dev = pvfront_dev_alloc(xbdev, &flexring_front_xen);
	if (!dev) {
		atomic_set(&pvfront_devices, 0);
		return -ENOMEM;
	}
	dev_set_drvdata(&xbdev->dev, dev);
	xenbus_switch_state(xbdev, XenbusStateInitialising);
	return 0;
}

/*
 * Wait until the backend has reached @state or gone past it.  The bus has
 * taken its watch off the backend before remove, so this has to ask.  A
 * backend that does not follow is not waited for: what it has mapped stays
 * reserved until it lets go.
 */
static void pvfront_await_backend(struct xenbus_device *xbdev,
				  enum xenbus_state state)
{
	unsigned long deadline = jiffies + PVFRONT_CLOSE_TIMEOUT;
	enum xenbus_state now;

	do {
		now = pvcalls_read_state(xbdev, xbdev->otherend);
		if (now >= state || now == XenbusStateUnknown ||
		    now == XenbusStateInitWait)
			return;
		msleep(PVFRONT_CLOSE_INTERVAL);
	} while (time_before(jiffies, deadline));
}

/* The driver that comes next need not know of them: it would not write them. */
static void pvfront_remove_features(struct xenbus_device *xbdev)
{
	xenbus_rm(XBT_NIL, xbdev->nodename, PVCALLS_FEATURE_MULTI_PAGE_RING);
	xenbus_rm(XBT_NIL, xbdev->nodename, PVCALLS_FEATURE_RELEASE_ANSWERS);
}

static void pvfront_remove(struct xenbus_device *xbdev)
{
	struct pvfront_dev *dev = dev_get_drvdata(&xbdev->dev);

	pvfront_disconnect_dev(dev);
	xenbus_switch_state(xbdev, XenbusStateClosing);
	pvfront_await_backend(xbdev, XenbusStateClosing);
	pvfront_dev_close_ring(dev);
	if (cancel_work_sync(&dev->broken_work))
		pvfront_dev_put(dev);
	pvfront_remove_features(xbdev);
	xenbus_switch_state(xbdev, XenbusStateClosed);
	pvfront_await_backend(xbdev, XenbusStateClosed);
	dev_set_drvdata(&xbdev->dev, NULL);
	pvfront_dev_put(dev);
	atomic_set(&pvfront_devices, 0);
}

/*
 * The guest was saved and runs again, perhaps on another host.  Grants and
 * event channels are gone with the old backend: streams are reset, and the
 * device begins anew when the new backend is there.
 */
static int pvfront_resume(struct xenbus_device *xbdev)
{
	struct pvfront_dev *dev = dev_get_drvdata(&xbdev->dev);

	pvfront_disconnect_dev(dev);
	pvfront_dev_close_ring(dev);
	return 0;
}

/**
 * pvfront_xenbus_broken - the backend broke the protocol: close the device
 * @dev: the device
 *
 * Context: work item.
 */
void pvfront_xenbus_broken(struct pvfront_dev *dev)
{
	pvfront_disconnect_dev(dev);
	xenbus_switch_state(dev->xbdev, XenbusStateClosing);
}

static const struct xenbus_device_id pvfront_ids[] = {
	{ "pvcalls" },
	{ "" }
};

static struct xenbus_driver pvfront_driver = {
	.ids = pvfront_ids,
	.probe = pvfront_probe,
	.remove = pvfront_remove,
	.resume = pvfront_resume,
	.otherend_changed = pvfront_changed,
	.not_essential = true,
	/* flexring_driver_unregister() would wait for such a write for ever. */
	.driver = { .suppress_bind_attrs = true },
};

/**
 * pvfront_xenbus_init - look for the device
 */
int pvfront_xenbus_init(void)
{
	/* For the missing owner see flexring/driver.h. */
	return __xenbus_register_frontend(&pvfront_driver, NULL,
					  KBUILD_MODNAME);
}

/**
 * pvfront_xenbus_exit - let go of the device
 */
void pvfront_xenbus_exit(void)
{
	flexring_driver_unregister(&pvfront_driver);
}
