// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest: its table of sockets, its limits, its beginning and end.
 * See guest.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "command.h"
#include "guest.h"
#include "main.h"
#include "socket.h"

/*
 * How many sockets of a guest have their turn at a time.  Each that has is a
 * thread: enough of them to keep the CPUs busy while one sleeps, but hundreds
 * would leave the softirqs of the network so small a share of a CPU that TCP
 * takes packets for lost.
 */
static int pvback_guest_workers(void)
{
	return max(2U, num_possible_cpus());
}

static void pvback_guest_destroy(struct work_struct *work)
{
	struct pvback_guest *guest = container_of(work, struct pvback_guest,
						  end);

	/* The last work may not have returned yet that had a reference. */
	destroy_workqueue(guest->wq);
	pvback_admit_free(&guest->admission);
	xa_destroy(&guest->sockets);
	pvback_stats_free(&guest->stats);
	kvfree(guest);
}

/**
 * pvback_guest_create - the software side of a device
 * @dev: the device
 * @ops: the way to the hypervisor
 *
 * Context: may sleep.
 * Return: the guest with one reference, or NULL without memory.
 */
struct pvback_guest *pvback_guest_create(struct xenbus_device *dev,
					 const struct flexring_back_ops *ops)
{
	struct pvback_guest *guest = kvzalloc(sizeof(*guest), GFP_KERNEL);

	if (!guest)
		return NULL;
	if (pvback_stats_init(&guest->stats))
		goto err_free;
	/*
	 * Unbound, so that a guest's bytes are moved wherever there is a CPU.
	 * No rescuer (WQ_MEM_RECLAIM): dom0 frees no memory through a guest's
	 * sockets, and what runs here allocates with GFP_KERNEL anyway.
	 */
	guest->wq = alloc_workqueue("pvcalls-back/%u", WQ_UNBOUND,
				    pvback_guest_workers(), dev->otherend_id);
	if (!guest->wq)
		goto err_stats;
	kref_init(&guest->ref);
	guest->dev = dev;
	guest->domid = dev->otherend_id;
	guest->ops = ops;
	INIT_WORK(&guest->work, pvback_command_work);
	INIT_WORK(&guest->end, pvback_guest_destroy);
	spin_lock_init(&guest->ring_lock);
	xa_init(&guest->sockets);
	init_waitqueue_head(&guest->idle);
	pvback_admit_init(&guest->admission);
	pvback_place_init(&guest->place);
	pvback_limits_init(&guest->limits);
	return guest;

err_stats:
	pvback_stats_free(&guest->stats);
err_free:
	kvfree(guest);
	return NULL;
}

/* Whoever drops the last reference may be a work of the guest's own queue. */
static void pvback_guest_end(struct kref *ref)
{
	struct pvback_guest *guest = container_of(ref, struct pvback_guest, ref);

	queue_work(pvback_wq, &guest->end);
}

/**
 * pvback_guest_get - take a reference
 * @guest: of which the caller has, or borrows, a reference
 *
 * Context: any.
 */
void pvback_guest_get(struct pvback_guest *guest)
{
	kref_get(&guest->ref);
}

/**
 * pvback_guest_put - drop a reference
 * @guest: not to be used by the caller any more
 *
 * Context: any.
 */
void pvback_guest_put(struct pvback_guest *guest)
{
	kref_put(&guest->ref, pvback_guest_end);
}

/**
 * pvback_guest_connect - map the command ring and begin to serve
 * @guest: not connected
 * @refs: grants of the command ring's pages
 * @order: there are 1 << @order, at most PVCALLS_MAX_RING_PAGE_ORDER
 * @port: event channel of the command ring
 *
 * Context: may sleep; xenbus.c only.
 * Return: 0, or an error, after which the guest is not connected.
 */
int pvback_guest_connect(struct pvback_guest *guest, const grant_ref_t *refs,
			 unsigned int order, evtchn_port_t port)
{
	int ret;

	ret = pvback_command_alloc(guest, PVCALLS_RING_SLOTS(order));
	if (ret)
		return ret;
	ret = guest->ops->map(&guest->map, guest->domid, refs, 1U << order);
	if (ret)
		goto err_free;
	memset(&guest->event, 0, sizeof(guest->event));
	guest->event.fn = pvback_command_event;
	guest->event.name = "pvcalls-back-command";
	ret = guest->ops->bind(&guest->event, guest->dev, port);
	if (ret)
		goto err_unmap;
	guest->connected = true;
	ret = pvback_command_start(guest);
	if (ret)
		pvback_guest_disconnect(guest);
	return ret;

err_unmap:
	guest->ops->unmap(&guest->map);
err_free:
	pvback_command_free(guest);
	return ret;
}

/* May be found by its number; see pvback_guest_publish(). */
static bool pvback_guest_is_live(const struct pvback_socket *socket)
{
	/* Pairs with the release of whoever made it so. */
	return smp_load_acquire(&socket->live);
}

/*
 * Tell every socket in the table that its guest goes.  One that becomes live
 * later is told by pvback_guest_publish().
 */
static void pvback_guest_close_sockets(struct pvback_guest *guest)
{
	struct pvback_socket *socket;
	unsigned long id;

	xa_lock(&guest->sockets);
	xa_for_each(&guest->sockets, id, socket)
		if (pvback_guest_is_live(socket))
			pvback_socket_close(socket);
	xa_unlock(&guest->sockets);
}

/**
 * pvback_guest_disable - serve a guest no more that breaks the rules
 * @guest: connected
 *
 * It stays mapped and silent until it reconnects or goes away.
 *
 * Context: the guest's command work.
 */
void pvback_guest_disable(struct pvback_guest *guest)
{
	pvback_command_stop(guest);
	pvback_guest_close_sockets(guest);
}

/**
 * pvback_guest_disconnect - end everything that needs the guest
 * @guest: connected or not
 *
 * Bytes that the guest has sent may still be on their way afterwards, on
 * sockets that linger.
 *
 * Context: may sleep; xenbus.c only, hence never twice at a time.
 */
void pvback_guest_disconnect(struct pvback_guest *guest)
{
	if (!guest->connected)
		return;
	pvback_command_stop(guest);
	guest->ops->unbind(&guest->event);
	cancel_work_sync(&guest->work);
	pvback_guest_close_sockets(guest);
	wait_event(guest->idle, !atomic_read(&guest->attached));
	guest->ops->unmap(&guest->map);
	pvback_command_free(guest);
	guest->connected = false;
}

/**
 * pvback_guest_reserve - keep a number for a socket that is to come
 * @guest: the guest
 * @id: the number
 *
 * Context: may sleep.
 * Return: 0, -EEXIST if the number is taken, or -ENOMEM.
 */
int pvback_guest_reserve(struct pvback_guest *guest, u64 id)
{
	/* A NULL is kept as an entry that nobody finds. */
	int ret = xa_insert(&guest->sockets, id, NULL, GFP_KERNEL);

	return ret == -EBUSY ? -EEXIST : ret;
}

/**
 * pvback_guest_unreserve - give a number back that no socket has
 * @guest: the guest
 * @id: the number
 *
 * Context: any but interrupts.
 */
void pvback_guest_unreserve(struct pvback_guest *guest, u64 id)
{
	xa_release(&guest->sockets, id);
}

/**
 * pvback_guest_show - let a socket be seen in the table
 * @guest: the guest
 * @socket: its number is reserved, so there is memory for the entry; to be
 *	taken out with pvback_guest_forget() before the caller's reference goes
 *
 * Context: may sleep.
 */
void pvback_guest_show(struct pvback_guest *guest,
		       struct pvback_socket *socket)
{
	WARN_ON_ONCE(xa_err(xa_store(&guest->sockets, socket->id, socket,
				     GFP_KERNEL)));
}

/**
 * pvback_guest_publish - let requests find a socket
 * @guest: the guest
 * @socket: live, and in the table; the caller's reference becomes the table's
 *
 * Context: may sleep; not the guest's disconnection.
 */
void pvback_guest_publish(struct pvback_guest *guest,
			  struct pvback_socket *socket)
{
	bool live;

	pvback_socket_get(socket);
	/*
	 * If the guest is still live here, then whoever ends that has yet to
	 * walk through the table, and will find the socket there.
	 */
	spin_lock(&guest->ring_lock);
	live = guest->live;
	spin_unlock(&guest->ring_lock);
	if (!live)
		pvback_socket_close(socket);
	pvback_socket_put(socket);
}

/**
 * pvback_guest_find - the socket with a number
 * @guest: the guest
 * @id: the number, straight from the guest
 *
 * Context: any but interrupts.
 * Return: the socket with a reference for the caller, or NULL if there is none
 * or only one that is parked.
 */
struct pvback_socket *pvback_guest_find(struct pvback_guest *guest, u64 id)
{
	struct pvback_socket *socket;

	xa_lock(&guest->sockets);
	socket = xa_load(&guest->sockets, id);
	if (socket && !pvback_guest_is_live(socket))
		socket = NULL;
	if (socket)
		pvback_socket_get(socket);
	xa_unlock(&guest->sockets);
	return socket;
}

/**
 * pvback_guest_forget - take a socket out of the table
 * @guest: the guest
 * @socket: in the table, or its number is reserved; the table's reference
 *	becomes the caller's
 *
 * Context: any but interrupts.
 */
void pvback_guest_forget(struct pvback_guest *guest,
			 struct pvback_socket *socket)
{
	xa_erase(&guest->sockets, socket->id);
}
