// SPDX-License-Identifier: GPL-2.0-only
/*
 * statistics/ of a device, one number in each file:
 *
 *	sockets			that are there, lingering ones included
 *	sockets_max		as many as there were at a time
 *	listeners		that are there
 *	ring_pages		that are mapped for data rings
 *	linger_bytes		that closed sockets still have to send
 *	linger_resets		connections reset since such bytes were too
 *				many, or took too long
 *	connect_refused		addresses that a policy closes to CONNECT
 *	bind_refused		and to BIND
 *	...			for the rest see enum pvback_count
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/device.h>
#include <linux/stddef.h>
#include <linux/sysfs.h>
#include <xen/xenbus.h>

#include "guest.h"
#include "main.h"

/**
 * struct pvback_sysfs_count - a file that shows a counter
 * @attr: the file
 * @which: the counter
 */
struct pvback_sysfs_count {
	struct device_attribute attr;
	enum pvback_count which;
};

/**
 * struct pvback_sysfs_field - a file that shows a number of the guest's
 * @attr: the file
 * @offset: where in &struct pvback_guest the atomic_t is
 */
struct pvback_sysfs_field {
	struct device_attribute attr;
	size_t offset;
};

/* The files go before the guest does, and their removal waits for readers. */
static ssize_t pvback_sysfs_count(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	const struct pvback_sysfs_count *mine =
		container_of(attr, struct pvback_sysfs_count, attr);
	const struct pvback_guest *guest = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%lu\n",
			  pvback_stats_sum(&guest->stats, mine->which));
}

static ssize_t pvback_sysfs_field(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	const struct pvback_sysfs_field *mine =
		container_of(attr, struct pvback_sysfs_field, attr);
	const void *guest = dev_get_drvdata(dev);
	const atomic_t *field = guest + mine->offset;

	return sysfs_emit(buf, "%d\n", atomic_read(field));
}

#define PVBACK_SYSFS_COUNT(_name, _which)				\
	static struct pvback_sysfs_count pvback_sysfs_##_name = {	\
		.attr = __ATTR(_name, 0444, pvback_sysfs_count, NULL),	\
		.which = _which,					\
	}

#define PVBACK_SYSFS_FIELD(_name, _field)				\
	static struct pvback_sysfs_field pvback_sysfs_##_name = {	\
		.attr = __ATTR(_name, 0444, pvback_sysfs_field, NULL),	\
		.offset = offsetof(struct pvback_guest, _field),	\
	}

PVBACK_SYSFS_FIELD(sockets, nr_sockets);
PVBACK_SYSFS_FIELD(sockets_max, stats.most_sockets);
PVBACK_SYSFS_FIELD(listeners, nr_listeners);
PVBACK_SYSFS_FIELD(parked, nr_parked);
PVBACK_SYSFS_FIELD(connecting, nr_connecting);
PVBACK_SYSFS_FIELD(ring_pages, nr_pages);
PVBACK_SYSFS_FIELD(linger_bytes, linger_bytes);
PVBACK_SYSFS_FIELD(linger_resets, resets);
PVBACK_SYSFS_FIELD(connect_refused, admission.refused[PVBACK_USE_CONNECT]);
PVBACK_SYSFS_FIELD(bind_refused, admission.refused[PVBACK_USE_BIND]);
PVBACK_SYSFS_COUNT(requests, PVBACK_COUNT_REQUESTS);
PVBACK_SYSFS_COUNT(answers, PVBACK_COUNT_ANSWERS);
PVBACK_SYSFS_COUNT(connects, PVBACK_COUNT_CONNECTS);
PVBACK_SYSFS_COUNT(accepts, PVBACK_COUNT_ACCEPTS);
PVBACK_SYSFS_COUNT(connects_failed, PVBACK_COUNT_FAILED);
PVBACK_SYSFS_COUNT(limit_refused, PVBACK_COUNT_LIMITED);
PVBACK_SYSFS_COUNT(protocol_errors, PVBACK_COUNT_PROTOCOL);
PVBACK_SYSFS_COUNT(resets, PVBACK_COUNT_RESETS);
PVBACK_SYSFS_COUNT(peer_resets, PVBACK_COUNT_PEER_RESETS);
PVBACK_SYSFS_COUNT(bytes_in, PVBACK_COUNT_BYTES_IN);
PVBACK_SYSFS_COUNT(bytes_out, PVBACK_COUNT_BYTES_OUT);
PVBACK_SYSFS_COUNT(notifications, PVBACK_COUNT_NOTIFIED);
PVBACK_SYSFS_COUNT(notifications_spared, PVBACK_COUNT_SPARED);

static struct attribute *pvback_sysfs_attrs[] = {
	&pvback_sysfs_sockets.attr.attr,
	&pvback_sysfs_sockets_max.attr.attr,
	&pvback_sysfs_listeners.attr.attr,
	&pvback_sysfs_parked.attr.attr,
	&pvback_sysfs_connecting.attr.attr,
	&pvback_sysfs_ring_pages.attr.attr,
	&pvback_sysfs_linger_bytes.attr.attr,
	&pvback_sysfs_linger_resets.attr.attr,
	&pvback_sysfs_connect_refused.attr.attr,
	&pvback_sysfs_bind_refused.attr.attr,
	&pvback_sysfs_requests.attr.attr,
	&pvback_sysfs_answers.attr.attr,
	&pvback_sysfs_connects.attr.attr,
	&pvback_sysfs_accepts.attr.attr,
	&pvback_sysfs_connects_failed.attr.attr,
	&pvback_sysfs_limit_refused.attr.attr,
	&pvback_sysfs_protocol_errors.attr.attr,
	&pvback_sysfs_resets.attr.attr,
	&pvback_sysfs_peer_resets.attr.attr,
	&pvback_sysfs_bytes_in.attr.attr,
	&pvback_sysfs_bytes_out.attr.attr,
	&pvback_sysfs_notifications.attr.attr,
	&pvback_sysfs_notifications_spared.attr.attr,
	NULL
};

static const struct attribute_group pvback_sysfs_group = {
	.name = "statistics",
	.attrs = pvback_sysfs_attrs,
};

/**
 * pvback_sysfs_add - show the numbers of a guest
 * @guest: the device's driver data
 *
 * Context: probe.
 * Return: 0 or an error.
 */
int pvback_sysfs_add(struct pvback_guest *guest)
{
	return sysfs_create_group(&guest->dev->dev.kobj, &pvback_sysfs_group);
}

/**
 * pvback_sysfs_remove - undo pvback_sysfs_add()
 * @guest: with its files; still the device's driver data
 *
 * Context: probe and remove; waits for readers.
 */
void pvback_sysfs_remove(struct pvback_guest *guest)
{
	sysfs_remove_group(&guest->dev->dev.kobj, &pvback_sysfs_group);
}
