/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PV Calls device of this guest: its connection to the backend, and the
 * requests on their way there.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVFRONT_DEVICE_H
#define _PVFRONT_DEVICE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/interface/io/pvcalls.h>

#include "flexring/flexring.h"
#include "reqtab.h"

struct pvfront_sock;
struct xenbus_device;

/* Requests that wait long (ACCEPT, CONNECT) leave so many slots to others. */
#define PVFRONT_RESERVED_SLOTS 8

/**
 * struct pvfront_call - one request and who wants its answer
 * @req: as it is sent; req_id is filled in by pvfront_submit()
 * @done: called once with 0 or a negative errno, in any context, with no lock
 *	of the device held; the call may be gone when it returns
 * @link: in the device's waiting list, or in a list of finished ones
 * @ret: the answer, while it is in the list of finished ones
 */
struct pvfront_call {
	struct xen_pvcalls_request req;
	void (*done)(struct pvfront_call *call, int ret);
	struct list_head link;
	int ret;
};

/**
 * struct pvfront_dev - a device
 * @ref: one by xenbus.c until the device is removed, one by each socket
 * @rcu: frees it, since pvfront_dev_find() may still look at it
 * @xbdev: the device on the bus; only xenbus.c uses it after probing
 * @ops: how the hypervisor is reached
 * @domid: of the backend
 * @max_order: of data rings, as far as the backend and we agree
 * @command_order: of the command ring, likewise
 * @release_answers: feature-release-answers is on
 * @next_id: the id of the next socket; never used twice
 *
 * @lock: taken in hard interrupts; covers everything below
 * @connected: requests may be sent
 * @broken: the backend broke the protocol; nothing is believed any more
 * @ring: the command ring, private part
 * @published: how much of it the backend has been shown, @ring.sring->req_prod
 * @share: its pages
 * @event: its event channel
 * @tab: ids of the requests that were sent
 * @calls: the requests themselves, by slot
 * @parked: how many ACCEPT and CONNECT were sent or are next to be sent
 * @accepting: how many of them are ACCEPT
 * @waiting: calls for which there was no slot, first in, first out
 * @parking: ACCEPT and CONNECT calls that would have taken the slots of others
 * @socks: sockets that have to hear of the device's end
 * @unbinding: closed sockets whose port the backend has not given up yet
 * @unbound: woken when one of them has
 * @broken_work: takes a broken device down
 */
struct pvfront_dev {
	struct kref ref;
	struct rcu_head rcu;
	struct xenbus_device *xbdev;
	const struct flexring_front_ops *ops;
	domid_t domid;
	unsigned int max_order;
	unsigned int command_order;
	bool release_answers;
	atomic64_t next_id;

	spinlock_t lock; /* taken in hard interrupts, see above */
	bool connected;
	bool broken;
	struct xen_pvcalls_front_ring ring;
	RING_IDX published;
	struct flexring_share share;
	struct flexring_event event;
	struct pvfront_reqtab tab;
	struct pvfront_call *calls[PVFRONT_REQTAB_MAX];
	unsigned int parked;
	unsigned int accepting;
	struct list_head waiting;
	struct list_head parking;
	struct list_head socks;
	struct list_head unbinding;
	wait_queue_head_t unbound;
	struct work_struct broken_work;
};

/* device.c */
struct pvfront_dev *pvfront_dev_alloc(struct xenbus_device *xbdev,
				      const struct flexring_front_ops *ops);
struct pvfront_dev *pvfront_dev_find(void);
void pvfront_dev_publish(struct pvfront_dev *dev);
void pvfront_dev_unpublish(struct pvfront_dev *dev);
void pvfront_dev_get(struct pvfront_dev *dev);
void pvfront_dev_put(struct pvfront_dev *dev);
int pvfront_dev_open_ring(struct pvfront_dev *dev);
void pvfront_dev_start(struct pvfront_dev *dev);
void pvfront_dev_stop(struct pvfront_dev *dev);
void pvfront_dev_close_ring(struct pvfront_dev *dev);
bool pvfront_dev_add_sock(struct pvfront_dev *dev, struct pvfront_sock *ps);
void pvfront_dev_del_sock(struct pvfront_dev *dev, struct pvfront_sock *ps);

/* command.c */
int pvfront_submit(struct pvfront_dev *dev, struct pvfront_call *call);
int pvfront_call_wait(struct pvfront_dev *dev,
		      const struct xen_pvcalls_request *req);
bool pvfront_accepts_scarce(const struct pvfront_dev *dev);
void pvfront_withdraw(struct pvfront_dev *dev, u64 id);
void pvfront_command_event(struct flexring_event *event);
void pvfront_command_abort(struct pvfront_dev *dev, int error);

/* xenbus.c */
int pvfront_xenbus_init(void);
void pvfront_xenbus_exit(void);
void pvfront_xenbus_broken(struct pvfront_dev *dev);

#endif /* _PVFRONT_DEVICE_H */
