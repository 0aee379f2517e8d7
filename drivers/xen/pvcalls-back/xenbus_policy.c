// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policies of a guest, as the admin writes them into the backend's
 * directory in xenstore, at any time.
 *
 * Rules that are not understood are refused loudly and those before stay; at
 * the beginning there are none, and the guest may go nowhere.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "guest.h"
#include "main.h"

static const char * const pvback_policy_keys[PVBACK_USES] = {
	[PVBACK_USE_CONNECT]	= PVCALLS_KEY_CONNECT_POLICY,
	[PVBACK_USE_BIND]	= PVCALLS_KEY_BIND_POLICY,
};

static void pvback_policy_load(struct pvback_guest *guest, enum pvback_use use)
{
	const char *key = pvback_policy_keys[use];
	struct xenbus_device *dev = guest->dev;
	unsigned int good = 0;
	char *text;
	int ret;

	text = xenbus_read(XBT_NIL, dev->nodename, key, NULL);
	ret = PTR_ERR_OR_ZERO(text);
	if (ret == -ENOENT) {
		/* No key: the module's default. */
		text = NULL;
		ret = 0;
	}
	if (!ret)
		ret = pvback_admit_set(&guest->admission, use, text, &good);
	if (ret)
		xenbus_dev_error(dev, ret,
				 "%s of domain %u: no rules from \"%.32s\" on, nothing is changed",
				 key, guest->domid,
				 IS_ERR_OR_NULL(text) ? "" : text + good);
	if (!IS_ERR(text))
		kfree(text);
}

static void pvback_policy_changed(struct xenbus_watch *watch, const char *path,
				  const char *token)
{
	struct pvback_policy_watch *mine =
		container_of(watch, struct pvback_policy_watch, watch);

	pvback_policy_load(mine->guest, mine->use);
}

/**
 * pvback_xenbus_watch_policy - put the policies in force, and follow them
 * @guest: not connected yet
 *
 * Context: probe; may sleep.
 * Return: 0, or an error, which has been reported; in both cases call
 * pvback_xenbus_unwatch_policy() in the end.
 */
int pvback_xenbus_watch_policy(struct pvback_guest *guest)
{
	enum pvback_use use;
	int ret = 0;

	for (use = 0; use < PVBACK_USES && !ret; use++) {
		struct pvback_policy_watch *mine = &guest->watches[use];

		mine->guest = guest;
		mine->use = use;
		/* The watch fires at once, but in a thread, and perhaps late. */
		pvback_policy_load(guest, use);
		ret = xenbus_watch_pathfmt(guest->dev, &mine->watch, NULL,
					   pvback_policy_changed, "%s/%s",
					   guest->dev->nodename,
					   pvback_policy_keys[use]);
	}
	return ret;
}

/**
 * pvback_xenbus_unwatch_policy - follow the policies no more
 * @guest: its watches need not all be there
 *
 * Context: probe and remove; waits for a change that is being made.
 */
void pvback_xenbus_unwatch_policy(struct pvback_guest *guest)
{
	enum pvback_use use;

	for (use = 0; use < PVBACK_USES; use++) {
		struct xenbus_watch *watch = &guest->watches[use].watch;

		if (!watch->node)
			continue;
		unregister_xenbus_watch(watch);
		kfree(watch->node);
		watch->node = NULL;
	}
}
