// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data ring of a connected socket.  See ring.h.
 *
 * Everything here runs in the work of the socket, or of the listener that
 * the socket is parked at; and so nothing is locked.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "guest.h"
#include "main.h"
#include "ring.h"
#include "socket.h"
#include "trace.h"

/*
 * How many rings of a guest may be bad in a second.  One that can not be opened
 * has had hundreds of pages mapped and unmapped for nothing, and a frontend
 * that keeps to the protocol has none.
 */
#define PVBACK_RING_BAD_RATE 100

static void pvback_ring_event(struct flexring_event *event)
{
	struct pvback_socket *socket = container_of(event, struct pvback_socket,
						    ring.event);

	/*
	 * A parked socket has no work yet.  The interrupt stays unacknowledged
	 * until it has, so there is at most one to remember.
	 */
	if (smp_load_acquire(&socket->live))
		pvback_socket_kick(socket);
}

static int pvback_ring_charge(struct pvback_socket *socket, unsigned int nr)
{
	struct pvback_guest *guest = socket->guest;

	if (!pvback_guest_charge(&guest->nr_pages, nr,
				 pvback_guest_limit(guest, PVBACK_MAX_PAGES))) {
		pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_PAGES, nr,
				   -ENOBUFS);
		return -ENOBUFS;
	}
	socket->ring.nr_pages += nr;
	return 0;
}

/* What is short at our end, or in the hypervisor, is not the guest's fault. */
static bool pvback_ring_is_bad(int ret)
{
	return ret && ret != -ENOMEM && ret != -ENOBUFS;
}

/* A guest with too many bad ones has to wait before we look at another. */
static int pvback_ring_pace(struct pvback_socket *socket)
{
	struct pvback_guest *guest = socket->guest;

	if (pvback_guest_in_pace(&guest->bad_rings, PVBACK_RING_BAD_RATE))
		return 0;
	pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_RINGS,
			   PVBACK_RING_BAD_RATE, -ENOBUFS);
	return -ENOBUFS;
}

static int pvback_ring_refuse(struct pvback_socket *socket,
			      enum pvback_refusal why, const char *what,
			      u32 value, int ret)
{
	struct pvback_guest *guest = socket->guest;

	if (!pvback_ring_is_bad(ret))
		return ret;
	pvback_seen_refuse(guest, socket->id, why, value, ret);
	dev_warn_ratelimited(&guest->dev->dev,
			     "domain %u, socket %#llx: %s %u refused: %d\n",
			     guest->domid, socket->id, what, value, ret);
	return ret;
}

static int pvback_ring_map_index(struct pvback_socket *socket, u32 ref)
{
	struct pvback_ring *ring = &socket->ring;
	struct pvback_guest *guest = socket->guest;
	int ret;

	ret = pvback_ring_charge(socket, 1);
	if (ret)
		return ret;
	ret = guest->ops->map(&ring->index, guest->domid, &ref, 1);
	if (ret)
		return pvback_ring_refuse(socket, PVBACK_REFUSE_GRANT,
					  "grant", ref, ret);
	ring->intf = page_address(ring->index.pages[0]);
	return 0;
}

/* The order, read once: the only word of the page that sizes anything. */
static int pvback_ring_read_order(struct pvback_socket *socket)
{
	struct pvback_guest *guest = socket->guest;
	u32 order = READ_ONCE(socket->ring.intf->ring_order);

	if (order >= 1 && order <= PVCALLS_MAX_RING_ORDER)
		return order;
	pvback_seen_refuse(guest, socket->id, PVBACK_REFUSE_ORDER, order,
			   -EINVAL);
	dev_warn_ratelimited(&guest->dev->dev,
			     "domain %u, socket %#llx: ring order %u refused\n",
			     guest->domid, socket->id, order);
	return -EINVAL;
}

static int pvback_ring_map_data(struct pvback_socket *socket, unsigned int nr)
{
	struct pvback_ring *ring = &socket->ring;
	struct pvback_guest *guest = socket->guest;
	grant_ref_t *refs;
	int ret;

	ret = pvback_ring_charge(socket, nr);
	if (ret)
		return ret;
	/* A private copy: the guest may change the page while we map. */
	refs = kmemdup(ring->intf->ref, nr * sizeof(*refs), GFP_KERNEL);
	if (!refs)
		return -ENOMEM;
	ret = guest->ops->map(&ring->data, guest->domid, refs, nr);
	ret = pvback_ring_refuse(socket, PVBACK_REFUSE_GRANT,
				 "one of the grants from", refs[0], ret);
	kfree(refs);
	return ret;
}

static void pvback_ring_lanes(struct pvback_ring *ring)
{
	unsigned int half = ring->data.nr / 2;
	u32 size = half * XEN_PAGE_SIZE;

	flexring_tx_init(&ring->in, ring->data.pages, size,
			 &ring->intf->in_prod, &ring->intf->in_cons);
	flexring_rx_init(&ring->out, ring->data.pages + half, size,
			 &ring->intf->out_prod, &ring->intf->out_cons);
}

static int pvback_ring_bind(struct pvback_socket *socket, u32 evtchn)
{
	struct flexring_event *event = &socket->ring.event;
	struct pvback_guest *guest = socket->guest;
	int ret;

	event->fn = pvback_ring_event;
	event->name = "pvcalls-back-data";
	ret = guest->ops->bind(event, guest->dev, evtchn);
	return pvback_ring_refuse(socket, PVBACK_REFUSE_PORT, "event channel",
				  evtchn, ret);
}

/**
 * pvback_ring_open - map a data ring and bind its event channel
 * @socket: has none
 * @ref: grant of the indexes page
 * @evtchn: port of the guest
 *
 * Both numbers come straight from the guest.  Whatever is wrong with them
 * concerns this socket only.  Specification: "Data Ring".
 *
 * Context: the work of the socket, or of its listener while it is parked.
 * Return: 0; -EINVAL for a ring of an order that we do not take, -EFAULT for
 * a grant that can not be mapped, -ENOBUFS beyond a limit or after too many
 * that were bad, -ENOMEM, or what the hypervisor says of the port.
 */
int pvback_ring_open(struct pvback_socket *socket, u32 ref, u32 evtchn)
{
	struct pvback_guest *guest = socket->guest;
	struct pvback_ring *ring = &socket->ring;
	int ret;

	ret = pvback_ring_pace(socket);
	if (ret)
		return ret;
	memset(ring, 0, sizeof(*ring));
	ring->open = true;
	ret = pvback_ring_map_index(socket, ref);
	if (!ret)
		ret = pvback_ring_read_order(socket);
	if (ret > 0)
		ret = pvback_ring_map_data(socket, 1U << ret);
	if (ret)
		goto err_close;
	pvback_ring_lanes(ring);
	ret = pvback_ring_bind(socket, evtchn);
	if (ret)
		goto err_close;
	trace_pvback_ring_open(socket, ref, evtchn, 0);
	return 0;

err_close:
	if (pvback_ring_is_bad(ret))
		pvback_guest_pace(&guest->bad_rings, PVBACK_RING_BAD_RATE);
	trace_pvback_ring_open(socket, ref, evtchn, ret);
	pvback_ring_close(socket);
	return ret;
}

/**
 * pvback_ring_close - unbind the event channel and unmap everything
 * @socket: with or without a ring, also a half opened one
 *
 * Nothing of the ring is touched, and nobody notified, after it.
 *
 * Context: as pvback_ring_open().
 */
void pvback_ring_close(struct pvback_socket *socket)
{
	struct pvback_ring *ring = &socket->ring;
	struct pvback_guest *guest = socket->guest;

	if (!ring->open)
		return;
	trace_pvback_ring_close(socket);
	guest->ops->unbind(&ring->event);
	guest->ops->unmap(&ring->data);
	guest->ops->unmap(&ring->index);
	pvback_guest_uncharge(&guest->nr_pages, ring->nr_pages);
	memset(ring, 0, sizeof(*ring));
}

/**
 * pvback_ring_end_in - tell the guest that no more bytes come
 * @socket: has a ring
 * @error: why; -ENOTCONN is an orderly end
 *
 * Context: the socket's work.
 */
void pvback_ring_end_in(struct pvback_socket *socket, int error)
{
	struct pvback_ring *ring = &socket->ring;

	if (ring->in_done)
		return;
	ring->in_done = true;
	/* Who sees the error sees every byte that came before it. */
	virt_wmb();
	WRITE_ONCE(ring->intf->in_error, error);
	ring->notify = true;
}

/**
 * pvback_ring_end_out - tell the guest that no more bytes are taken
 * @socket: has a ring
 * @error: why
 *
 * Context: the socket's work.
 */
void pvback_ring_end_out(struct pvback_socket *socket, int error)
{
	struct pvback_ring *ring = &socket->ring;

	if (ring->out_done)
		return;
	ring->out_done = true;
	WRITE_ONCE(ring->intf->out_error, error);
	ring->notify = true;
}

/*
 * How far the guest's indexes have come, as far as they make sense: what it
 * writes there without moving bytes counts for nothing.
 */
static int pvback_ring_look(struct pvback_ring *ring)
{
	int ret;

	ret = flexring_rx_queued(&ring->out);
	if (ret >= 0)
		ret = flexring_tx_free(&ring->in);
	if (ret < 0)
		return ret;
	/* The sum of two indexes that only grow: it changes if one does. */
	ring->moved = ring->out.idx.prod + ring->in.idx.cons;
	return 0;
}

/**
 * pvback_ring_rest - end of a turn: notify if needed, let the next event in
 * @socket: has a ring
 *
 * A notification is honest if the guest has moved bytes since the last one
 * but one that we acknowledged: the event of a move that we have already seen
 * may come late, and once more with the next move.
 *
 * Context: the socket's work.
 * Return: 0, or -EPROTO if an index of the guest makes no sense.
 */
int pvback_ring_rest(struct pvback_socket *socket)
{
	struct pvback_ring *ring = &socket->ring;
	const struct flexring_back_ops *ops = socket->guest->ops;
	int ret;

	if (ring->notify) {
		ring->notify = false;
		ops->notify(&ring->event);
		pvback_seen_notified(socket);
	}
	/*
	 * Asked first: the guest moves its index, then notifies; so an index
	 * that is read later shows what the notification was about.
	 */
	if (!test_bit(0, &ring->event.owed))
		return 0;
	ret = pvback_ring_look(ring);
	if (ret)
		return ret;
	ops->eoi(&ring->event, ring->moved != ring->seen[1]);
	ring->seen[1] = ring->seen[0];
	ring->seen[0] = ring->moved;
	return 0;
}
