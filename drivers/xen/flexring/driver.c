// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unregistering a driver that still has devices.  See driver.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/completion.h>
#include <linux/export.h>
#include <xen/xenbus.h>

#include "driver.h"

struct flexring_leave {
	struct xenbus_watch watch;
	struct xenbus_driver *driver;
	struct completion left;
};

static void flexring_leave(struct xenbus_watch *watch, const char *path,
			   const char *token)
{
	struct flexring_leave *leave = container_of(watch,
						    struct flexring_leave,
						    watch);

	/* A watch may fire again. */
	if (completion_done(&leave->left))
		return;
	xenbus_unregister_driver(leave->driver);
	complete_all(&leave->left);
}

/**
 * flexring_driver_unregister - unregister a driver, at module exit
 * @driver: registered with no owner
 *
 * Unregistering waits for the xenwatch thread, with the lock of a device held;
 * and that thread waits for the same lock if the device is removed just then,
 * say because its domain dies.  So it is that thread which has to do it: every
 * watch fires once when it is registered.
 *
 * Context: sleeps until every remove function has returned.
 */
void flexring_driver_unregister(struct xenbus_driver *driver)
{
	struct flexring_leave leave = {
		.watch = {
			.node = "domid",
			.callback = flexring_leave,
		},
		.driver = driver,
	};

	init_completion(&leave.left);
	if (register_xenbus_watch(&leave.watch)) {
		xenbus_unregister_driver(driver);
		return;
	}
	wait_for_completion(&leave.left);
	/* Also waits until the callback has returned. */
	unregister_xenbus_watch(&leave.watch);
}
EXPORT_SYMBOL_GPL(flexring_driver_unregister);
