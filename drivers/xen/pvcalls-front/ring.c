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

/* An index has moved forward since @seen, to where it may be. */
static bool pvfront_advanced(u32 *seen, u32 now, u32 limit, u32 size)
{
	if (!(now - *seen) || now - *seen > size || limit - now > size)
		return false;
	*seen = now;
	return true;
}

static bool pvfront_failed(s32 *seen, s32 now)
{
	if (*seen || !now)
		return false;
	*seen = now;
	return true;
}

/*
 * A notification is useful if it tells of a change that none before it told
 * of. One that is not makes the next one come later; that bounds what a
 * hostile backend can make us do: bytes, which it can send anyway, and two
 * errors.
 */
static bool pvfront_ring_useful(struct pvfront_ring *ring)
{
	struct pvcalls_data_intf *intf = ring->intf;
	u32 in_limit = READ_ONCE(ring->rx.idx.cons) + ring->rx.idx.size;
	u32 out_limit = READ_ONCE(ring->tx.idx.prod);
	bool useful;

	useful = pvfront_advanced(&ring->seen.in_prod, READ_ONCE(intf->in_prod),
				  in_limit, ring->rx.idx.size);
	useful |= pvfront_advanced(&ring->seen.out_cons,
				   READ_ONCE(intf->out_cons), out_limit,
				   ring->tx.idx.size);
	useful |= pvfront_failed(&ring->seen.in_error,
				 READ_ONCE(intf->in_error));
	useful |= pvfront_failed(&ring->seen.out_error,
				 READ_ONCE(intf->out_error));
	return useful;
}

/* Why a stream has ended early, or 0; its end is no error. */
static int pvfront_ring_broken(s32 in_error)
{
	int error = pvfront_errno(in_error);

	return error == -ENOTCONN ? 0 : error;
}

/**
 * pvfront_ring_in_error - what the backend says of the stream to us
 * @ps: the remote half, with a ring or without
 *
 * Context: any.
 * Return: in_error, as it stands there now, or 0.
 */
s32 pvfront_ring_in_error(struct pvfront_sock *ps)
{
	struct pvfront_ring *ring;
	s32 in_error = 0;

	rcu_read_lock();
	ring = rcu_dereference(ps->ring);
	if (ring)
		in_error = READ_ONCE(ring->intf->in_error);
	rcu_read_unlock();
	return in_error;
}

/**
 * pvfront_ring_catch_up - a socket has just become able to hear of a reset
 * @ps: the remote half
 *
 * A notification that came earlier told nobody, and no other may follow: the
 * answer to CONNECT has another event channel, and a connection can end before
 * the program accepts it.
 *
 * Context: any.
 */
void pvfront_ring_catch_up(struct pvfront_sock *ps)
{
	s32 in_error = pvfront_ring_in_error(ps);

	if (in_error)
		pvfront_sock_moved(ps, pvfront_ring_broken(in_error));
}

static void pvfront_ring_event(struct flexring_event *event)
{
	struct pvfront_ring *ring = container_of(event, struct pvfront_ring,
						 event);
	bool useful = pvfront_ring_useful(ring);

	pvfront_sock_moved(ring->owner,
			   pvfront_ring_broken(ring->seen.in_error));
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
	/* Once: a backend that comes back may offer another. */
	unsigned int order = READ_ONCE(dev->max_order);
	int ret;

	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->ops = dev->ops;
	ring->owner = owner;
	ret = dev->ops->share(&ring->share, dev->domid, 1 + (1U << order));
	if (ret)
		goto err_ring;
	pvfront_ring_lay_out(ring, order);
	ring->event.fn = pvfront_ring_event;
	ring->event.name = "pvcalls-data";
	ret = dev->ops->open(&ring->event, dev->domid);
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

/* A queue of our own, so that the module can wait for the last work on it. */
struct workqueue_struct *pvfront_wq;

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
	queue_rcu_work(pvfront_wq, &ring->free_work);
}

/**
 * pvfront_ring_init - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int pvfront_ring_init(void)
{
	pvfront_wq = alloc_workqueue("pvcalls-front", WQ_UNBOUND, 0);
	return pvfront_wq ? 0 : -ENOMEM;
}

/**
 * pvfront_ring_exit - at module unload, wait for the last work
 */
void pvfront_ring_exit(void)
{
	rcu_barrier();
	destroy_workqueue(pvfront_wq);
}

/**
 * pvfront_errno - an error that the backend wrote, made presentable
 * @error: a private copy
 *
 * Programs, and the kernel itself, attach a meaning to some numbers which only
 * this kernel may give them: "restart the call", "would block". 524 is what
 * PV Calls says for EOPNOTSUPP.
 *
 * Return: 0 or a negative errno that POSIX knows.
 */
int pvfront_errno(s32 error)
{
	switch (error) {
	case -PVCALLS_ENOTSUP:
		return -EOPNOTSUPP;
	case -EAGAIN:
	case -EINTR:
	case -EINPROGRESS:
		return -EIO;
	}
	if (error > 0 || error <= -ERESTARTSYS)
		return -EIO;
	return error;
}
