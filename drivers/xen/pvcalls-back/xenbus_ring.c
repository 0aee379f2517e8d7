// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xenstore: the command ring, of one page or, with feature-multi-page-ring,
 * of several.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/minmax.h>
#include <xen/xenbus.h>

#include "guest.h"
#include "main.h"

/**
 * struct pvback_xenbus_ring - what the guest says of its command ring
 * @order: it has 1 << @order pages
 * @refs: their grants
 * @port: its event channel
 */
struct pvback_xenbus_ring {
	unsigned int order;
	grant_ref_t refs[1 << PVCALLS_MAX_RING_PAGE_ORDER];
	evtchn_port_t port;
};

/* The parameter can not change while the module is loaded. */
static unsigned int pvback_xenbus_max_order(void)
{
	return min_t(unsigned int, pvback_max_ring_page_order,
		     PVCALLS_MAX_RING_PAGE_ORDER);
}

/**
 * pvback_xenbus_offer_ring - write how large a command ring may be
 * @dev: the device
 * @xbt: of the keys that the backend offers
 *
 * Context: may sleep; xenbus.c only.
 * Return: 0 or an error.
 */
int pvback_xenbus_offer_ring(struct xenbus_device *dev,
			     struct xenbus_transaction xbt)
{
	unsigned int order = pvback_xenbus_max_order();
	int ret;

	ret = xenbus_printf(xbt, dev->nodename,
			    PVCALLS_KEY_MAX_RING_PAGE_ORDER, "%u", order);
	return ret ?: xenbus_printf(xbt, dev->nodename,
				    PVCALLS_FEATURE_MULTI_PAGE_RING, "%u",
				    order > 0);
}

/* A number of the guest's, which has to be there. */
static int pvback_xenbus_read(struct xenbus_device *dev, const char *key,
			      unsigned int *value)
{
	int ret;

	ret = xenbus_scanf(XBT_NIL, dev->otherend, key, "%u", value);
	if (ret == 1)
		return 0;
	ret = ret < 0 ? ret : -EINVAL;
	xenbus_dev_fatal(dev, ret, "reading %s/%s", dev->otherend, key);
	return ret;
}

/* A key that an earlier frontend left behind means nothing by itself. */
static bool pvback_xenbus_has_order(struct xenbus_device *dev)
{
	return pvback_xenbus_max_order() &&
	       xenbus_read_unsigned(dev->otherend,
				    PVCALLS_FEATURE_MULTI_PAGE_RING, 0) == 1 &&
	       xenbus_exists(XBT_NIL, dev->otherend,
			     PVCALLS_KEY_RING_PAGE_ORDER);
}

static int pvback_xenbus_read_order(struct xenbus_device *dev,
				    unsigned int *order)
{
	int ret;

	ret = pvback_xenbus_read(dev, PVCALLS_KEY_RING_PAGE_ORDER, order);
	if (ret || *order <= pvback_xenbus_max_order())
		return ret;
	xenbus_dev_fatal(dev, -EINVAL,
			 "command ring of domain %u: order %u, at most %u",
			 dev->otherend_id, *order, pvback_xenbus_max_order());
	return -EINVAL;
}

static int pvback_xenbus_read_refs(struct xenbus_device *dev,
				   struct pvback_xenbus_ring *ring)
{
	char key[sizeof(PVCALLS_KEY_RING_REF) + 10];
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < 1U << ring->order; i++) {
		snprintf(key, sizeof(key), PVCALLS_KEY_RING_REF_NR, i);
		ret = pvback_xenbus_read(dev, key, &ring->refs[i]);
	}
	return ret;
}

static int pvback_xenbus_read_ring(struct xenbus_device *dev,
				   struct pvback_xenbus_ring *ring)
{
	int ret;

	ret = pvback_xenbus_read(dev, PVCALLS_KEY_PORT, &ring->port);
	if (ret)
		return ret;
	ring->order = 0;
	if (!pvback_xenbus_has_order(dev))
		return pvback_xenbus_read(dev, PVCALLS_KEY_RING_REF,
					  &ring->refs[0]);
	ret = pvback_xenbus_read_order(dev, &ring->order);
	return ret ?: pvback_xenbus_read_refs(dev, ring);
}

/**
 * pvback_xenbus_connect_ring - read the keys of the command ring, and map it
 * @guest: not connected
 *
 * Context: may sleep; xenbus.c only.
 * Return: 0, or an error, which has been reported.
 */
int pvback_xenbus_connect_ring(struct pvback_guest *guest)
{
	struct xenbus_device *dev = guest->dev;
	struct pvback_xenbus_ring ring;
	int ret;

	ret = pvback_xenbus_read_ring(dev, &ring);
	if (ret)
		return ret;
	ret = pvback_guest_connect(guest, ring.refs, ring.order, ring.port);
	if (ret)
		xenbus_dev_fatal(dev, ret,
				 "command ring of domain %u: %u pages, grant %u, port %u",
				 dev->otherend_id, 1U << ring.order,
				 ring.refs[0], ring.port);
	return ret;
}
