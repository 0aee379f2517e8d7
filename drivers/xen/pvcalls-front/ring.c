// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data ring of a connected socket.  See ring.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <xen/page.h>

#include "device.h"
#include "ring.h"
#include "sock.h"

/*
 * A notification is useful if it tells of a change that none before it told
 * of.  One that is not makes the next one come later; that bounds what a
 * hostile backend can make us do.
 */
static void pvfront_ring_event(struct flexring_event *event)
{
	struct pvfront_ring *ring = container_of(event, struct pvfront_ring,
						 event);
	struct pvcalls_data_intf *intf = ring->intf;
	u32 in_prod = READ_ONCE(intf->in_prod);
	u32 out_cons = READ_ONCE(intf->out_cons);
	s32 in_error = READ_ONCE(intf->in_error);
	s32 out_error = READ_ONCE(intf->out_error);
	bool useful;

	useful = in_prod != ring->seen.in_prod ||
		 out_cons != ring->seen.out_cons ||
		 in_error != ring->seen.in_error ||
		 out_error != ring->seen.out_error;
	ring->seen.in_prod = in_prod;
	ring->seen.out_cons = out_cons;
	ring->seen.in_error = in_error;
	ring->seen.out_error = out_error;
	pvfront_sock_moved(ring->owner);
	ring->ops->eoi(event, useful);
}

/* "in" is the first half of the data pages, "out" the second. */
static void pvfront_ring_lay_out(struct pvfront_ring *ring, unsigned int order)
{
	unsigned int half = 1U << (order - 1), i;
	struct pvcalls_data_intf *intf = page_address(ring->share.pages[0]);

	ring->intf = intf;
	flexring_rx_init(&ring->rx, ring->share.pages + 1,
			 half * XEN_PAGE_SIZE, &intf->in_prod, &intf->in_cons);
	flexring_tx_init(&ring->tx, ring->share.pages + 1 + half,
			 half * XEN_PAGE_SIZE, &intf->out_prod, &intf->out_cons);

	intf->ring_order = order;
	for (i = 0; i < 2 * half; i++)
		intf->ref[i] = ring->share.refs[1 + i];
}

/**
 * pvfront_ring_alloc - a ring, granted to the backend, with an event channel
 * @owner: its socket, which hears of every move
 *
 * Context: may sleep.
 * Return: the ring or an ERR_PTR().
 */
struct pvfront_ring *pvfront_ring_alloc(struct pvfront_sock *owner)
{
	struct pvfront_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	struct pvfront_dev *dev = owner->dev;
	int ret;

	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->ops = dev->ops;
	ring->owner = owner;
	ret = dev->ops->share(&ring->share, dev->domid,
			      1 + (1U << dev->max_order));
	if (ret)
		goto err_ring;
	pvfront_ring_lay_out(ring, dev->max_order);
	ring->event.fn = pvfront_ring_event;
	ring->event.name = "pvcalls-data";
	ret = dev->ops->open(&ring->event, dev->xbdev);
	if (ret)
		goto err_share;
	pvfront_sock_get(owner);
	return ring;

err_share:
	dev->ops->unshare(&ring->share);
err_ring:
	kfree(ring);
	return ERR_PTR(ret);
}

/* Frees rings; a queue of its own, so that the module can wait for the last. */
static struct workqueue_struct *pvfront_free_wq;

static void pvfront_ring_free_work(struct work_struct *work)
{
	struct pvfront_ring *ring = container_of(to_rcu_work(work),
						 struct pvfront_ring,
						 free_work);

	ring->ops->unbind(&ring->event);
	ring->ops->unshare(&ring->share);
	pvfront_sock_put(ring->owner);
	kfree(ring);
}

/**
 * pvfront_ring_free - give a ring up
 * @ring: the ring, or NULL; nobody finds it any more, but a poll under RCU may
 *	still be looking at it
 *
 * The owner may hear of moves until the grace period is over.
 *
 * Context: any.
 */
void pvfront_ring_free(struct pvfront_ring *ring)
{
	if (!ring)
		return;
	INIT_RCU_WORK(&ring->free_work, pvfront_ring_free_work);
	queue_rcu_work(pvfront_free_wq, &ring->free_work);
}

/**
 * pvfront_ring_init - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int pvfront_ring_init(void)
{
	pvfront_free_wq = alloc_workqueue("pvcalls-front", WQ_UNBOUND, 0);
	return pvfront_free_wq ? 0 : -ENOMEM;
}

/**
 * pvfront_ring_exit - at module unload, wait until the last ring is freed
 */
void pvfront_ring_exit(void)
{
	rcu_barrier();
	destroy_workqueue(pvfront_free_wq);
}

/**
 * pvfront_ring_error - an error word of the indexes page, made presentable
 * @error: in_error or out_error, a private copy
 *
 * Return: 0 or a negative errno.
 */
int pvfront_ring_error(s32 error)
{
	if (error > 0 || error < -MAX_ERRNO)
		return -EIO;
	return error;
}
