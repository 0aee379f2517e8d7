// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xenstore: what we offer, what the guest asks for, and the states of both.
 *
 *                  probe
 *                    |                    +-- guest Initialising --+
 *                    v                    v                        |
 *    Initialising -> InitWait ---------> Closing ----> Closed -----+
 *                    |    ^ (guest gone)  ^    (guest Closed)      |
 *   guest Initialised|                    |                        |
 *       or Connected |    +---------------+                        |
 *                    v    | guest Closing, Closed, gone,           |
 *                  Connected  or Initialising                      |
 *                                                                  |
 *                    InitWait <------------------------------------+
 *
 * The guest decides where to go, we take the steps in between: Connected is
 * left through Closing, Closing only through Closed, Closed only to InitWait.
 * A guest in Closed that we find in InitWait is one that has not noticed that
 * there is a backend again: we wait for it there.
 *
 * Everything runs in the xenwatch thread, or in probe and remove, which the
 * bus keeps apart from it.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "guest.h"
#include "main.h"
#include "trace.h"

/* The extensions that we offer. */
static const struct pvback_xenbus_feature {
	const char *key;
	unsigned int bit;
} pvback_xenbus_features[] = {
	{ PVCALLS_FEATURE_RELEASE_ANSWERS, PVBACK_FEATURE_RELEASE_ANSWERS },
	{ PVCALLS_FEATURE_INET6, PVBACK_FEATURE_INET6 },
	{ PVCALLS_FEATURE_NAMES, PVBACK_FEATURE_NAMES },
	{ PVCALLS_FEATURE_SOCKOPT, PVBACK_FEATURE_SOCKOPT },
	{ PVCALLS_FEATURE_SHUTDOWN, PVBACK_FEATURE_SHUTDOWN },
};

static int pvback_xenbus_write_keys(struct xenbus_device *dev,
				    struct xenbus_transaction xbt)
{
	unsigned int i;
	int ret;

	ret = xenbus_printf(xbt, dev->nodename, PVCALLS_KEY_VERSIONS, "%s",
			    PVCALLS_VERSION);
	if (!ret)
		ret = xenbus_printf(xbt, dev->nodename,
				    PVCALLS_KEY_MAX_PAGE_ORDER, "%u",
				    PVCALLS_MAX_RING_ORDER);
	if (!ret)
		ret = xenbus_printf(xbt, dev->nodename,
				    PVCALLS_KEY_FUNCTION_CALLS, "%u",
				    PVCALLS_FUNCTION_CALLS);
	for (i = 0; !ret && i < ARRAY_SIZE(pvback_xenbus_features); i++)
		ret = xenbus_printf(xbt, dev->nodename,
				    pvback_xenbus_features[i].key, "1");
	return ret ?: pvback_xenbus_offer_ring(dev, xbt);
}

static int pvback_xenbus_publish(struct xenbus_device *dev)
{
	struct xenbus_transaction xbt;
	int ret;

	do {
		ret = xenbus_transaction_start(&xbt);
		if (ret)
			break;
		ret = pvback_xenbus_write_keys(dev, xbt);
		if (ret) {
			xenbus_transaction_end(xbt, 1);
			break;
		}
		ret = xenbus_transaction_end(xbt, 0);
	} while (ret == -EAGAIN);
	if (ret)
		xenbus_dev_fatal(dev, ret, "writing what we offer");
	return ret;
}

/* A guest that names no version gets the only one there is. */
static int pvback_xenbus_check_version(struct xenbus_device *dev)
{
	char *version;
	int ret = 0;

	version = xenbus_read(XBT_NIL, dev->otherend, PVCALLS_KEY_VERSION,
			      NULL);
	if (PTR_ERR_OR_ZERO(version) == -ENOENT)
		return 0;
	if (IS_ERR(version)) {
		ret = PTR_ERR(version);
		xenbus_dev_fatal(dev, ret, "reading %s/%s", dev->otherend,
				 PVCALLS_KEY_VERSION);
		return ret;
	}
	if (strcmp(version, PVCALLS_VERSION)) {
		ret = -EINVAL;
		xenbus_dev_fatal(dev, ret, "domain %u wants version %*pE",
				 dev->otherend_id,
				 (int)strnlen(version, 16), version);
	}
	kfree(version);
	return ret;
}

/* What we offer and the guest takes. */
static unsigned int pvback_xenbus_taken(struct xenbus_device *dev)
{
	const struct pvback_xenbus_feature *feature = pvback_xenbus_features;
	unsigned int i, taken = 0;

	for (i = 0; i < ARRAY_SIZE(pvback_xenbus_features); i++, feature++)
		if (xenbus_read_unsigned(dev->otherend, feature->key, 0) == 1)
			taken |= feature->bit;
	return taken;
}

static int pvback_xenbus_connect(struct pvback_guest *guest)
{
	struct xenbus_device *dev = guest->dev;
	int ret;

	ret = pvback_xenbus_check_version(dev);
	if (ret)
		return ret;
	guest->features = pvback_xenbus_taken(dev);
	return pvback_xenbus_connect_ring(guest);
}

static void pvback_xenbus_enter(struct pvback_guest *guest,
				enum xenbus_state state)
{
	trace_pvback_device(guest, state);
	guest->state = state;
}

static void pvback_xenbus_switch(struct pvback_guest *guest,
				 enum xenbus_state state)
{
	pvback_xenbus_enter(guest, state);
	xenbus_switch_state(guest->dev, state);
}

/* Whatever went wrong has been reported and has moved us to Closing. */
static void pvback_xenbus_enter_init_wait(struct pvback_guest *guest)
{
	if (pvback_xenbus_publish(guest->dev))
		pvback_xenbus_enter(guest, XenbusStateClosing);
	else
		pvback_xenbus_switch(guest, XenbusStateInitWait);
}

static void pvback_xenbus_enter_connected(struct pvback_guest *guest)
{
	if (pvback_xenbus_connect(guest))
		pvback_xenbus_switch(guest, XenbusStateClosing);
	else
		pvback_xenbus_switch(guest, XenbusStateConnected);
}

/* One step of the drawing at the top; false if there is none to take. */
static bool pvback_xenbus_step(struct pvback_guest *guest,
			       enum xenbus_state want)
{
	switch (guest->state) {
	case XenbusStateInitWait:
		if (want == XenbusStateConnected)
			pvback_xenbus_enter_connected(guest);
		else
			pvback_xenbus_switch(guest, XenbusStateClosing);
		/* One attempt: a guest that fails it comes back by itself. */
		return want != XenbusStateConnected;
	case XenbusStateConnected:
		pvback_guest_disconnect(guest);
		pvback_xenbus_switch(guest, XenbusStateClosing);
		return true;
	case XenbusStateClosing:
		pvback_xenbus_switch(guest, XenbusStateClosed);
		return true;
	default:
		if (want == XenbusStateClosing)
			return false;
		pvback_xenbus_enter_init_wait(guest);
		return guest->state == XenbusStateInitWait;
	}
}

static void pvback_xenbus_go(struct pvback_guest *guest,
			     enum xenbus_state want)
{
	while (guest->state != want && pvback_xenbus_step(guest, want))
		;
}

static void pvback_xenbus_changed(struct xenbus_device *dev,
				  enum xenbus_state state)
{
	struct pvback_guest *guest = dev_get_drvdata(&dev->dev);

	switch (state) {
	case XenbusStateInitialising:
		pvback_xenbus_go(guest, XenbusStateInitWait);
		break;
	case XenbusStateInitialised:
	case XenbusStateConnected:
		pvback_xenbus_go(guest, XenbusStateConnected);
		break;
	case XenbusStateClosing:
		pvback_xenbus_go(guest, XenbusStateClosing);
		break;
	case XenbusStateClosed:
		if (xenbus_dev_is_online(dev)) {
			if (guest->state != XenbusStateInitWait)
				pvback_xenbus_go(guest, XenbusStateClosed);
			break;
		}
		fallthrough;
	case XenbusStateUnknown:
		pvback_xenbus_go(guest, XenbusStateClosed);
		/* The toolstack removes the device: on to our remove function. */
		device_unregister(&dev->dev);
		break;
	default:
		break;
	}
}

/* Its numbers and its sockets, for whoever looks. */
static int pvback_xenbus_show(struct pvback_guest *guest)
{
	int ret = pvback_sysfs_add(guest);

	if (ret)
		xenbus_dev_fatal(guest->dev, ret, "adding statistics");
	else
		pvback_debugfs_add(guest);
	return ret;
}

static void pvback_xenbus_hide(struct pvback_guest *guest)
{
	pvback_debugfs_remove(guest);
	pvback_sysfs_remove(guest);
}

static int pvback_xenbus_probe(struct xenbus_device *dev,
			       const struct xenbus_device_id *id)
{
	struct pvback_guest *guest;

	guest = pvback_guest_create(dev, &flexring_back_xen);
	if (!guest) {
		xenbus_dev_fatal(dev, -ENOMEM, "allocating the device");
		return -ENOMEM;
	}
	dev_set_drvdata(&dev->dev, guest);
	if (pvback_xenbus_show(guest))
		goto err_put;
	if (!pvback_xenbus_watch_keys(guest))
		pvback_xenbus_enter_init_wait(guest);
	if (guest->state == XenbusStateInitWait)
		return 0;
	pvback_xenbus_hide(guest);
	pvback_xenbus_unwatch_keys(guest);
err_put:
	dev_set_drvdata(&dev->dev, NULL);
	pvback_guest_put(guest);
	return -EIO;
}

/*
 * Also when the module is unloaded: the guest sees Closing, and Closed from
 * the bus.
 */
static void pvback_xenbus_remove(struct xenbus_device *dev)
{
	struct pvback_guest *guest = dev_get_drvdata(&dev->dev);

	pvback_xenbus_hide(guest);
	pvback_xenbus_unwatch_keys(guest);
	pvback_guest_disconnect(guest);
	if (guest->state != XenbusStateClosed)
		pvback_xenbus_switch(guest, XenbusStateClosing);
	dev_set_drvdata(&dev->dev, NULL);
	pvback_guest_put(guest);
}

static const struct xenbus_device_id pvback_xenbus_ids[] = {
	{ "pvcalls" },
	{ "" },
};

static struct xenbus_driver pvback_xenbus_driver = {
	.ids = pvback_xenbus_ids,
	.probe = pvback_xenbus_probe,
	.remove = pvback_xenbus_remove,
	.otherend_changed = pvback_xenbus_changed,
	/* flexring_driver_unregister() would wait for such a write for ever. */
	.driver = { .suppress_bind_attrs = true },
};

/**
 * pvback_xenbus_register - begin to serve devices
 *
 * Context: module init.
 * Return: 0 or an error.
 */
int pvback_xenbus_register(void)
{
	/* For the missing owner see flexring/driver.h. */
	return __xenbus_register_backend(&pvback_xenbus_driver, NULL,
					 KBUILD_MODNAME);
}

/**
 * pvback_xenbus_unregister - end the service of all devices
 *
 * Context: module exit; sleeps until every guest is disconnected.
 */
void pvback_xenbus_unregister(void)
{
	flexring_driver_unregister(&pvback_xenbus_driver);
}
