/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data ring of a connected socket, as the frontend sees it.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVFRONT_RING_H
#define _PVFRONT_RING_H

#include <linux/workqueue.h>
#include <xen/interface/io/pvcalls.h>

#include "flexring/flexring.h"

struct pvfront_dev;
struct pvfront_sock;

/**
 * struct pvfront_ring - a data ring
 * @ops: how the hypervisor is reached
 * @share: its pages; the first one is the indexes page
 * @event: its event channel
 * @intf: the indexes page
 * @rx: "in", used under the socket's lock
 * @tx: "out", used under the socket's lock
 * @seen: what the last notification found; only the event handler uses it
 * @owner: the socket, which hears of every move; the ring holds a reference
 * @free_work: frees it when no poll can be looking at it any more
 */
struct pvfront_ring {
	const struct flexring_front_ops *ops;
	struct flexring_share share;
	struct flexring_event event;
	struct pvcalls_data_intf *intf;
	struct flexring_rx rx;
	struct flexring_tx tx;
	struct {
		u32 in_prod;
		u32 out_cons;
		s32 in_error;
		s32 out_error;
	} seen;
	struct pvfront_sock *owner;
	struct rcu_work free_work;
};

extern struct workqueue_struct *pvfront_wq;

int pvfront_ring_init(void);
void pvfront_ring_exit(void);
struct pvfront_ring *pvfront_ring_alloc(struct pvfront_sock *owner);
void pvfront_ring_free(struct pvfront_ring *ring);
s32 pvfront_ring_in_error(struct pvfront_sock *ps);
void pvfront_ring_catch_up(struct pvfront_sock *ps);
int pvfront_errno(s32 error);

static inline void pvfront_ring_notify(struct pvfront_ring *ring)
{
	ring->ops->notify(&ring->event);
}

#endif /* _PVFRONT_RING_H */
