/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest: one PV Calls device of one domain.
 *
 * Who runs what
 *
 *   guest->work		takes requests off the command ring, creates
 *				sockets, hands every other request to the
 *				socket it names.  Touches no socket otherwise.
 *				One a guest on a queue that all share, with a
 *				bounded turn: all are served alike.
 *   socket->work		everything else that happens to a socket.  One
 *				work item each, so nothing of a socket ever
 *				runs twice at a time, and nothing in it needs
 *				a lock.  Never waits for a peer.  Each guest
 *				has a queue of its own for them, so those of
 *				one wait for the same guest's only.  Begins
 *				after what the network has to do (yield.c).
 *   xenwatch, rmmod		connect and disconnect a guest (xenbus.c), one
 *				at a time.  Only they wait for others.
 *   event functions		hard interrupt; queue one of the works.
 *   readers of the table	take a socket's lock for a copy of what its work
 *				has left there; nothing waits for them longer.
 *				Of the counters, each CPU has its own.
 *   socket callbacks		softirq or the socket's owner, under
 *				sk_callback_lock; set a bit, queue the work.
 *
 * A socket that waits in a parked ACCEPT has no work yet (socket->live is
 * false): it belongs to the work of its listener.  It is in the table to be
 * seen there, but no request finds it, and the end of its guest comes to it by
 * way of its listener.  It becomes live when it has a connection.
 *
 * Locks, outer before inner; all are spinlocks held for a few lines
 *
 *   sk_callback_lock		the socket's callbacks and sk_user_data
 *   guest->sockets.xa_lock	table: number to socket
 *     socket->lock		its queue of calls, whether it takes more, and
 *				what is seen of it (seen.h)
 *   guest->ring_lock		private indexes of the command ring, its free
 *				calls, guest->live
 *   pvback_linger_lock		list of all lingering sockets
 *
 * Only the two that are indented under one another nest.
 *
 * References
 *
 *   guest	one of the device's driver data (probe to remove), one of each
 *		socket.  With the last goes guest->end, on the shared queue,
 *		since its own goes with it.  It may outlive the device:
 *		whoever uses guest->dev is counted in guest->attached, or is
 *		xenbus.c.
 *   socket	one of the table, or of the ACCEPT that it is parked in (the
 *		table then has none of its own), or of the list of lingering
 *		sockets, in the course of its life; one of each work or
 *		delayed work that is queued; one of whoever has just looked it
 *		up.
 *   call	belongs to the guest's free list, to one socket's queue, or to
 *		what it waits for (socket->connecting, ->accepts, ->polls).
 *		pvback_command_answer() or pvback_command_drop() gives it back.
 *
 * The rules in guest->admission are replaced in the xenwatch thread and read
 * by the works of sockets, under RCU; they are freed with the guest.
 *
 * Callbacks and event functions hold no reference of their own: detaching a
 * callback (under the write side of its lock) and unbinding an event wait
 * until none is running, and both come before the last reference goes.
 *
 * Disconnecting (pvback_guest_disconnect(), the one owner) sets live to
 * false, which silences the command ring at once; closes every socket; waits
 * until attached is 0, that is until no socket has a ring, a call, or use
 * for the device; and then unmaps the command ring and frees the calls.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_GUEST_H
#define _PVBACK_GUEST_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <xen/xenbus.h>

#include "admit.h"
#include "flexring/flexring.h"
#include "limits.h"
#include "place.h"
#include "request.h"
#include "stats.h"

struct dentry;
struct pvback_socket;

/**
 * struct pvback_call - a request on its way to its answer
 * @node: in the free list, a socket's queue, or a list of parked calls
 * @wire: the request as it came, a private copy
 * @req: the same, checked
 * @extra: what a long response says beyond the error; 0 at first
 * @child: a parked ACCEPT's new socket, which it owns
 * @charged: what counts it while it waits, or NULL
 */
struct pvback_call {
	struct list_head node;
	struct xen_pvcalls_request wire;
	struct pvback_request req;
	union xen_pvcalls_extra extra;
	struct pvback_socket *child;
	atomic_t *charged;
};

/* Keys of the admin: two policies, netns, mark, and the limits. */
#define PVBACK_KEYS (PVBACK_USES + 2 + PVBACK_LIMITS)

/**
 * struct pvback_keys - follows what the admin writes; xenbus_keys.c only
 * @watch: of the backend's directory; without a node if it is not there
 * @refused: by key, a hash of the value that was refused last, or 0
 */
struct pvback_keys {
	struct xenbus_watch watch;
	u32 refused[PVBACK_KEYS];
};

/**
 * struct pvback_guest - one device
 * @ref: see the comment at the top
 * @dev: valid while @attached, or in xenbus.c
 * @domid: of the guest
 * @state: ours, as xenstore has it; xenbus.c only
 * @keys: what the admin says of the guest
 * @admission: where the guest may go
 * @place: where its sockets live
 * @limits: its own ones, see pvback_guest_limit()
 * @connects: when it tried to connect, see pvback_guest_pace()
 * @bad_rings: the same of rings that could not be opened
 * @ops: the way to the hypervisor
 * @connected: there is a command ring; xenbus.c only
 * @features: PVBACK_FEATURE_* that are on; set while not connected
 * @map: the pages of the command ring
 * @event: the event channel of the command ring
 * @work: takes requests off the command ring; on pvback_wq
 * @wq: for the works of its sockets
 * @end: frees all of this; on pvback_wq
 * @ring_lock: protects the four fields that follow
 * @live: the command ring may be used
 * @ring: the command ring
 * @eoi_cons: @ring.req_cons at the last end of interrupt
 * @free_calls: of @calls
 * @calls: one for each slot; while @connected
 * @sockets: by number; the live ones, and those parked in an ACCEPT
 * @attached: sockets that need @dev
 * @idle: woken when @attached becomes 0
 * @nr_sockets: all of them, lingering ones included
 * @nr_listeners: those that listen
 * @backlog: connections that the queues of its listeners may hold
 * @nr_parked: requests ACCEPT and POLL that wait
 * @nr_connecting: requests CONNECT that wait
 * @nr_pages: mapped for rings
 * @linger_bytes: kept by lingering sockets
 * @resets: connections reset because unsent bytes exceeded limit or time
 * @stats: what it has done
 * @debugfs: its directory there; xenbus.c only
 */
struct pvback_guest {
	struct kref ref;
	struct xenbus_device *dev;
	domid_t domid;
	enum xenbus_state state;
	struct pvback_keys keys;
	struct pvback_admission admission;
	struct pvback_place place;
	struct pvback_limits limits;
	atomic64_t connects;
	atomic64_t bad_rings;
	const struct flexring_back_ops *ops;

	bool connected;
	unsigned int features;
	struct flexring_map map;
	struct flexring_event event;
	struct work_struct work;
	struct workqueue_struct *wq;
	struct work_struct end;

	spinlock_t ring_lock;	/* the command ring, see above */
	bool live;
	struct xen_pvcalls_back_ring ring;
	RING_IDX eoi_cons;
	struct list_head free_calls;
	struct pvback_call *calls;

	struct xarray sockets;
	atomic_t attached;
	wait_queue_head_t idle;

	atomic_t nr_sockets;
	atomic_t nr_listeners;
	atomic_t backlog;
	atomic_t nr_parked;
	atomic_t nr_connecting;
	atomic_t nr_pages;
	atomic_t linger_bytes;
	atomic_t resets;
	struct pvback_stats stats;
	struct dentry *debugfs;
};

struct pvback_guest *pvback_guest_create(struct xenbus_device *dev,
					 const struct flexring_back_ops *ops);
void pvback_guest_get(struct pvback_guest *guest);
void pvback_guest_put(struct pvback_guest *guest);
int pvback_guest_connect(struct pvback_guest *guest, const grant_ref_t *refs,
			 unsigned int order, evtchn_port_t port);
void pvback_guest_disconnect(struct pvback_guest *guest);
void pvback_guest_disable(struct pvback_guest *guest);

int pvback_guest_reserve(struct pvback_guest *guest, u64 id);
void pvback_guest_unreserve(struct pvback_guest *guest, u64 id);
void pvback_guest_show(struct pvback_guest *guest,
		       struct pvback_socket *socket);
void pvback_guest_publish(struct pvback_guest *guest,
			  struct pvback_socket *socket);
struct pvback_socket *pvback_guest_find(struct pvback_guest *guest, u64 id);
void pvback_guest_forget(struct pvback_guest *guest,
			 struct pvback_socket *socket);

/* account.c */
u32 pvback_guest_limit(const struct pvback_guest *guest,
		       enum pvback_limit which);
bool pvback_guest_pace(atomic64_t *paced, u32 rate);
bool pvback_guest_in_pace(const atomic64_t *paced, u32 rate);
bool pvback_guest_charge(atomic_t *used, unsigned int amount,
			 unsigned int limit);
bool pvback_guest_charge_call(struct pvback_call *call, atomic_t *used,
			      unsigned int limit);
void pvback_guest_uncharge_call(struct pvback_call *call);
void pvback_guest_uncharge(atomic_t *used, unsigned int amount);

#endif /* _PVBACK_GUEST_H */
