// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the admin writes into the backend's directory in xenstore, at any
 * time: policies, limits, and where the guest's sockets live.
 *
 * A value that is not understood is refused loudly, once, and the last good
 * one stays; before the first good one, the rules of a guest let it go
 * nowhere, and everything else is the module's default.  So it is with a key
 * that is removed.
 *
 * One watch on the directory serves all keys: a driver domain may have no more
 * than 128 of them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/jhash.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "guest.h"
#include "main.h"
#include "trace.h"

/**
 * struct pvback_key - a key
 * @name: in the backend's directory
 * @set: puts a value, or for NULL the default, in force; @good is set to how
 *	much of it was understood, 0 at first
 * @arg: for @set
 */
struct pvback_key {
	const char *name;
	int (*set)(struct pvback_guest *guest, unsigned int arg,
		   const char *text, unsigned int *good);
	unsigned int arg;
};

static int pvback_keys_policy(struct pvback_guest *guest, unsigned int arg,
			      const char *text, unsigned int *good)
{
	return pvback_admit_set(&guest->admission, arg, text, good);
}

static int pvback_keys_netns(struct pvback_guest *guest, unsigned int arg,
			     const char *text, unsigned int *good)
{
	return pvback_place_set_netns(&guest->place, text);
}

static int pvback_keys_mark(struct pvback_guest *guest, unsigned int arg,
			    const char *text, unsigned int *good)
{
	return pvback_place_set_mark(&guest->place, text);
}

static int pvback_keys_limit(struct pvback_guest *guest, unsigned int arg,
			     const char *text, unsigned int *good)
{
	u32 value = PVBACK_LIMIT_UNSET;
	int ret = 0;

	if (text)
		ret = pvback_limits_parse(arg, text, &value);
	if (!ret)
		WRITE_ONCE(guest->limits.value[arg], value);
	return ret;
}

/* The limits come behind these. */
static const struct pvback_key pvback_keys[] = {
	{ PVCALLS_KEY_CONNECT_POLICY, pvback_keys_policy, PVBACK_USE_CONNECT },
	{ PVCALLS_KEY_BIND_POLICY, pvback_keys_policy, PVBACK_USE_BIND },
	{ PVCALLS_KEY_NETNS, pvback_keys_netns },
	{ PVCALLS_KEY_MARK, pvback_keys_mark },
};

static_assert(ARRAY_SIZE(pvback_keys) + PVBACK_LIMITS == PVBACK_KEYS);

static struct pvback_key pvback_keys_nth(unsigned int nth)
{
	unsigned int limit = nth - ARRAY_SIZE(pvback_keys);

	if (nth < ARRAY_SIZE(pvback_keys))
		return pvback_keys[nth];
	return (struct pvback_key) {
		.name = pvback_limits_key(limit),
		.set = pvback_keys_limit,
		.arg = limit,
	};
}

/*
 * Every event about the directory makes us look at all its keys again: what
 * was said of a value that has not changed since is not said once more.
 */
static void pvback_keys_refuse(struct pvback_guest *guest, unsigned int nth,
			       const char *text, unsigned int good, int ret)
{
	u32 hash = text ? jhash(text, strlen(text), 0) | 1 : 1;

	if (guest->keys.refused[nth] == hash)
		return;
	guest->keys.refused[nth] = hash;
	trace_pvback_refuse_key(guest, pvback_keys_nth(nth).name, ret);
	xenbus_dev_error(guest->dev, ret,
			 "%s of domain %u: not understood from \"%.32s\" on, nothing is changed",
			 pvback_keys_nth(nth).name, guest->domid,
			 text ? text + good : "");
}

static void pvback_keys_load(struct pvback_guest *guest, unsigned int nth)
{
	const struct pvback_key key = pvback_keys_nth(nth);
	unsigned int good = 0;
	char *text;
	int ret;

	text = xenbus_read(XBT_NIL, guest->dev->nodename, key.name, NULL);
	ret = PTR_ERR_OR_ZERO(text);
	if (ret)
		text = NULL;
	/* No key: the module's default. */
	if (!ret || ret == -ENOENT)
		ret = key.set(guest, key.arg, text, &good);
	if (ret)
		pvback_keys_refuse(guest, nth, text, good, ret);
	else
		guest->keys.refused[nth] = 0;
	kfree(text);
}

/* When the directory goes, so does the device, with the keys that it had. */
static void pvback_keys_load_all(struct pvback_guest *guest)
{
	unsigned int nth;

	if (!xenbus_exists(XBT_NIL, guest->dev->nodename, "frontend"))
		return;
	for (nth = 0; nth < PVBACK_KEYS; nth++)
		pvback_keys_load(guest, nth);
}

static void pvback_keys_changed(struct xenbus_watch *watch, const char *path,
				const char *token)
{
	struct pvback_guest *guest = container_of(watch, struct pvback_guest,
						  keys.watch);
	size_t len = strlen(guest->dev->nodename);
	unsigned int nth;

	/* The directory itself: the watch is new, or it goes. */
	if (strlen(path) <= len) {
		pvback_keys_load_all(guest);
		return;
	}
	for (nth = 0; nth < PVBACK_KEYS; nth++)
		if (!strcmp(path + len + 1, pvback_keys_nth(nth).name))
			pvback_keys_load(guest, nth);
}

/**
 * pvback_xenbus_watch_keys - put the keys in force, and follow them
 * @guest: not connected yet
 *
 * Context: probe; may sleep.
 * Return: 0, or an error, which has been reported; in both cases call
 * pvback_xenbus_unwatch_keys() in the end.
 */
int pvback_xenbus_watch_keys(struct pvback_guest *guest)
{
	/* The watch fires at once, but in a thread, and perhaps late. */
	pvback_keys_load_all(guest);
	return xenbus_watch_pathfmt(guest->dev, &guest->keys.watch, NULL,
				    pvback_keys_changed, "%s",
				    guest->dev->nodename);
}

/**
 * pvback_xenbus_unwatch_keys - follow the keys no more
 * @guest: its watch need not be there
 *
 * Context: probe and remove; waits for a change that is being made.
 */
void pvback_xenbus_unwatch_keys(struct pvback_guest *guest)
{
	struct xenbus_watch *watch = &guest->keys.watch;

	if (!watch->node)
		return;
	unregister_xenbus_watch(watch);
	kfree(watch->node);
	watch->node = NULL;
}
