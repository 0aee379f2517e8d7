// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PV Calls device: its life, its command ring, and the sockets on it.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <xen/page.h>
#include <xen/xenbus.h>

#include "device.h"
#include "sock.h"

/* The device that new sockets go to.  Readers take a reference under RCU. */
static struct pvfront_dev __rcu *pvfront_current;

static void pvfront_broken_work(struct work_struct *work)
{
	struct pvfront_dev *dev = container_of(work, struct pvfront_dev,
					       broken_work);

	pvfront_xenbus_broken(dev);
	pvfront_dev_put(dev);
}

/**
 * pvfront_dev_alloc - a device that is not connected yet
 * @xbdev: the device on the bus
 * @ops: how the hypervisor is reached
 *
 * Context: may sleep.
 * Return: the device, with one reference, or NULL.
 */
struct pvfront_dev *pvfront_dev_alloc(struct xenbus_device *xbdev,
				      const struct flexring_front_ops *ops)
{
	struct pvfront_dev *dev = kvzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	kref_init(&dev->ref);
	dev->xbdev = xbdev;
	dev->ops = ops;
	dev->domid = xbdev->otherend_id;
	spin_lock_init(&dev->lock);
	INIT_LIST_HEAD(&dev->waiting);
	INIT_LIST_HEAD(&dev->parking);
	INIT_LIST_HEAD(&dev->socks);
	INIT_LIST_HEAD(&dev->unbinding);
	init_waitqueue_head(&dev->unbound);
	INIT_WORK(&dev->broken_work, pvfront_broken_work);
	dev->event.fn = pvfront_command_event;
	dev->event.name = "pvcalls-command";
	return dev;
}

/**
 * pvfront_dev_find - the device for a new socket
 *
 * Context: any.
 * Return: the device, with a reference for the caller, or NULL if this guest
 * has none that is connected.
 */
struct pvfront_dev *pvfront_dev_find(void)
{
	struct pvfront_dev *dev;

	rcu_read_lock();
	dev = rcu_dereference(pvfront_current);
	if (dev && !kref_get_unless_zero(&dev->ref))
		dev = NULL;
	rcu_read_unlock();
	return dev;
}

/**
 * pvfront_dev_publish - from now on new sockets go to this device
 * @dev: the device
 */
void pvfront_dev_publish(struct pvfront_dev *dev)
{
	rcu_assign_pointer(pvfront_current, dev);
}

/**
 * pvfront_dev_unpublish - no new sockets any more
 * @dev: the device, published or not
 *
 * Context: may sleep.
 */
void pvfront_dev_unpublish(struct pvfront_dev *dev)
{
	if (rcu_access_pointer(pvfront_current) != dev)
		return;
	RCU_INIT_POINTER(pvfront_current, NULL);
	synchronize_rcu();
}

static void pvfront_dev_free(struct kref *ref)
{
	struct pvfront_dev *dev = container_of(ref, struct pvfront_dev, ref);

	WARN_ON_ONCE(!list_empty(&dev->socks) || dev->tab.pending);
	kvfree_rcu(dev, rcu);
}

/**
 * pvfront_dev_get - take a reference
 * @dev: the device
 */
void pvfront_dev_get(struct pvfront_dev *dev)
{
	kref_get(&dev->ref);
}

/**
 * pvfront_dev_put - give a reference back
 * @dev: the device
 *
 * Context: any.
 */
void pvfront_dev_put(struct pvfront_dev *dev)
{
	kref_put(&dev->ref, pvfront_dev_free);
}

/**
 * pvfront_dev_open_ring - set up the command ring and its event channel
 * @dev: the device; @share and @event are filled in
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int pvfront_dev_open_ring(struct pvfront_dev *dev)
{
	struct xen_pvcalls_sring *sring;
	int ret;

	ret = dev->ops->share(&dev->share, dev->domid, 1U << dev->command_order);
	if (ret)
		return ret;
	sring = page_address(dev->share.pages[0]);
	SHARED_RING_INIT(sring);
	FRONT_RING_INIT(&dev->ring, sring, dev->share.nr * XEN_PAGE_SIZE);
	dev->published = 0;
	pvfront_reqtab_init(&dev->tab, RING_SIZE(&dev->ring));
	dev->parked = 0;
	dev->accepting = 0;
	dev->broken = false;
	ret = dev->ops->open(&dev->event, dev->domid);
	if (ret)
		dev->ops->unshare(&dev->share);
	return ret;
}

/**
 * pvfront_dev_close_ring - undo pvfront_dev_open_ring()
 * @dev: the device, stopped; the backend has let go of the ring, or never will
 *
 * Context: may sleep.
 */
void pvfront_dev_close_ring(struct pvfront_dev *dev)
{
	dev->ops->unbind(&dev->event);
	dev->ops->unshare(&dev->share);
}

/**
 * pvfront_dev_start - the backend is connected, requests may be sent
 * @dev: the device
 */
void pvfront_dev_start(struct pvfront_dev *dev)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	dev->connected = true;
	spin_unlock_irqrestore(&dev->lock, flags);
}

/*
 * Take the sockets off the device one by one, since telling them needs their
 * own lock and wakes their waiters.
 */
static void pvfront_dev_end_socks(struct pvfront_dev *dev)
{
	struct pvfront_sock *ps;
	unsigned long flags;
	bool alive;

	for (;;) {
		spin_lock_irqsave(&dev->lock, flags);
		ps = list_first_entry_or_null(&dev->socks, struct pvfront_sock,
					      dev_link);
		if (ps)
			list_del_init(&ps->dev_link);
		/* One that is being freed waits for our lock to leave. */
		alive = ps && pvfront_sock_get_alive(ps);
		spin_unlock_irqrestore(&dev->lock, flags);
		if (!ps)
			return;
		if (!alive)
			continue;
		pvfront_sock_lost(ps);
		pvfront_sock_put(ps);
	}
}

/**
 * pvfront_dev_stop - the backend is gone; everybody who waits for it hears it
 * @dev: the device, started or not
 *
 * Every request is answered with -ENETDOWN, every stream ends with a reset.
 *
 * Context: may sleep.
 */
void pvfront_dev_stop(struct pvfront_dev *dev)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	dev->connected = false;
	spin_unlock_irqrestore(&dev->lock, flags);
	pvfront_dev_end_socks(dev);
	pvfront_command_abort(dev, -ENETDOWN);
}

/**
 * pvfront_dev_add_sock - a socket wants to hear of the device's end
 * @dev: the device
 * @ps: the socket
 *
 * Context: any.
 * Return: false if the device has ended already.
 */
bool pvfront_dev_add_sock(struct pvfront_dev *dev, struct pvfront_sock *ps)
{
	unsigned long flags;
	bool connected;

	spin_lock_irqsave(&dev->lock, flags);
	connected = dev->connected;
	if (connected)
		list_add_tail(&ps->dev_link, &dev->socks);
	spin_unlock_irqrestore(&dev->lock, flags);
	return connected;
}

/**
 * pvfront_dev_del_sock - a socket needs to hear nothing any more
 * @dev: the device
 * @ps: the socket, added or not
 *
 * Context: any.
 */
void pvfront_dev_del_sock(struct pvfront_dev *dev, struct pvfront_sock *ps)
{
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	list_del_init(&ps->dev_link);
	spin_unlock_irqrestore(&dev->lock, flags);
}
