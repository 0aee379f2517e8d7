// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ring of a guest.  See command.h; for who runs what, guest.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "command.h"
#include "command_ring.h"
#include "guest.h"
#include "main.h"
#include "socket.h"
#include "trace.h"

/* Requests taken in one turn: other guests wait for the same workers. */
#define PVBACK_COMMAND_BUDGET 64

/**
 * pvback_command_alloc - make calls and put them on the free list
 * @guest: not connected
 * @slots: of the command ring
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pvback_command_alloc(struct pvback_guest *guest, unsigned int slots)
{
	unsigned int i;

	guest->calls = kvcalloc(slots, sizeof(*guest->calls), GFP_KERNEL);
	if (!guest->calls)
		return -ENOMEM;
	INIT_LIST_HEAD(&guest->free_calls);
	for (i = 0; i < slots; i++)
		list_add_tail(&guest->calls[i].node, &guest->free_calls);
	return 0;
}

/**
 * pvback_command_free - undo pvback_command_alloc()
 * @guest: no socket of it has a call
 *
 * Context: may sleep.
 */
void pvback_command_free(struct pvback_guest *guest)
{
	kvfree(guest->calls);
	guest->calls = NULL;
}

/* The ring's pages are not contiguous: only their indexes are macros' work. */
static union xen_pvcalls_sring_entry *
pvback_command_slot(const struct pvback_guest *guest, RING_IDX index)
{
	size_t slot = index & (RING_SIZE(&guest->ring) - 1);

	return flexring_page_at(guest->map.pages,
				offsetof(struct xen_pvcalls_sring, ring[slot]));
}

/**
 * pvback_command_start - begin to use the command ring
 * @guest: its ring is mapped and its event channel bound
 *
 * Context: process.
 * Return: 0, or -EPROTO if the ring has been used before: a frontend that has
 * not noticed yet that its backend is a new one.
 */
int pvback_command_start(struct pvback_guest *guest)
{
	struct xen_pvcalls_sring *sring = page_address(guest->map.pages[0]);

	/* Nobody but a backend moves this index away from 0. */
	if (READ_ONCE(sring->rsp_prod))
		return -EPROTO;
	spin_lock(&guest->ring_lock);
	BACK_RING_INIT(&guest->ring, sring, guest->map.nr * XEN_PAGE_SIZE);
	guest->eoi_cons = 0;
	guest->live = true;
	spin_unlock(&guest->ring_lock);
	/* A notification may have come before we were live. */
	queue_work(pvback_wq, &guest->work);
	return 0;
}

/**
 * pvback_command_stop - end the use of the command ring
 * @guest: connected or not
 *
 * After it nobody touches the ring, notifies, or ends an interrupt.
 *
 * Context: any but interrupts.
 * Return: true if the ring was in use.
 */
bool pvback_command_stop(struct pvback_guest *guest)
{
	bool was_live;

	spin_lock(&guest->ring_lock);
	was_live = guest->live;
	guest->live = false;
	spin_unlock(&guest->ring_lock);
	return was_live;
}

/**
 * pvback_command_event - the guest has sent a request
 * @event: of the command ring
 *
 * Context: hard interrupt.
 */
void pvback_command_event(struct flexring_event *event)
{
	struct pvback_guest *guest = container_of(event, struct pvback_guest,
						  event);

	queue_work(pvback_wq, &guest->work);
}

/*
 * Take one request off the ring.  There is a free call for it: those in use
 * are at most the requests without a response, and the first check says that
 * with this one they are no more than the slots.  For the same reason an end
 * of the unanswered ones needs no wake-up of this work: a guest that has
 * filled its slots publishes nothing before it has seen a response, and then
 * notifies.
 */
static int pvback_command_fetch(struct pvback_guest *guest,
				struct pvback_call **callp)
{
	struct xen_pvcalls_back_ring *ring = &guest->ring;
	struct pvback_call *call;
	RING_IDX prod;

	lockdep_assert_held(&guest->ring_lock);

	if (!guest->live)
		return 0;
	prod = READ_ONCE(ring->sring->req_prod);
	if (RING_REQUEST_PROD_OVERFLOW(ring, prod) ||
	    prod - ring->rsp_prod_pvt < ring->req_cons - ring->rsp_prod_pvt) {
		pvback_seen_refuse(guest, 0, PVBACK_REFUSE_FLOOD,
				   prod - ring->req_cons, -EPROTO);
		dev_err_ratelimited(&guest->dev->dev,
				    "domain %u: %u requests at once, device disabled\n",
				    guest->domid, prod - ring->req_cons);
		return -EPROTO;
	}
	if (prod == ring->req_cons)
		return 0;
	/* The request is read after the index that covers it. */
	virt_rmb();
	call = list_first_entry(&guest->free_calls, struct pvback_call, node);
	list_del(&call->node);
	call->wire = pvback_command_slot(guest, ring->req_cons)->req;
	/* The guest may change the slot: from here on there is only the copy. */
	barrier();
	memset(&call->extra, 0, sizeof(call->extra));
	ring->req_cons++;
	*callp = call;
	return 1;
}

static int pvback_command_next(struct pvback_guest *guest,
			       struct pvback_call **callp)
{
	int ret;

	spin_lock(&guest->ring_lock);
	ret = pvback_command_fetch(guest, callp);
	spin_unlock(&guest->ring_lock);
	return ret;
}

/* Hand a call to the socket that it is for. */
static int pvback_command_post(struct pvback_guest *guest,
			       struct pvback_call *call)
{
	struct pvback_socket *socket;
	int ret;

	socket = pvback_guest_find(guest, call->req.id);
	if (!socket)
		return -ENOENT;
	ret = pvback_socket_post(socket, call);
	pvback_socket_put(socket);
	return ret;
}

static void pvback_command_dispatch(struct pvback_guest *guest,
				    struct pvback_call *call)
{
	int ret;

	trace_pvback_request(guest, &call->wire);
	pvback_stats_add(&guest->stats, PVBACK_COUNT_REQUESTS, 1);
	ret = pvback_request_decode(&call->wire, guest->features, &call->req);
	if (ret) {
		pvback_seen_refuse(guest, call->wire.u.poll.id,
				   PVBACK_REFUSE_REQUEST, call->wire.cmd, ret);
		pvback_command_answer(guest, call, ret);
	} else if (call->req.cmd == PVCALLS_SOCKET) {
		ret = pvback_socket_create(guest, call->req.id,
					   call->req.family);
		pvback_command_answer(guest, call, ret);
	} else {
		/* Once posted, the call belongs to the socket. */
		ret = pvback_command_post(guest, call);
		if (ret)
			pvback_command_answer(guest, call, ret);
	}
}

/*
 * End of a turn.  A notification is honest if there was a request since the
 * last one that we acknowledged, even if an earlier turn has taken it.
 */
static bool pvback_command_rest(struct pvback_guest *guest)
{
	struct xen_pvcalls_back_ring *ring = &guest->ring;
	bool more = false;

	spin_lock(&guest->ring_lock);
	if (guest->live) {
		more = command_ring_rest(&ring->sring->req_prod,
					 &ring->sring->req_event,
					 ring->req_cons);
		if (!more && test_bit(0, &guest->event.owed)) {
			guest->ops->eoi(&guest->event,
					guest->eoi_cons != ring->req_cons);
			guest->eoi_cons = ring->req_cons;
		}
	}
	spin_unlock(&guest->ring_lock);
	return more;
}

/**
 * pvback_command_work - one turn: take requests off the ring
 * @work: of a guest
 *
 * Context: process.
 */
void pvback_command_work(struct work_struct *work)
{
	struct pvback_guest *guest = container_of(work, struct pvback_guest,
						  work);
	struct pvback_call *call;
	unsigned int taken = 0;
	int ret = 0;

	while (taken < PVBACK_COMMAND_BUDGET) {
		ret = pvback_command_next(guest, &call);
		if (ret <= 0)
			break;
		pvback_command_dispatch(guest, call);
		taken++;
	}
	if (ret < 0) {
		/* The interrupt is never acknowledged, so no more come. */
		pvback_guest_disable(guest);
		return;
	}
	if (pvback_command_rest(guest))
		queue_work(pvback_wq, &guest->work);
}

static void pvback_command_give_back(struct pvback_guest *guest,
				     struct pvback_call *call)
{
	lockdep_assert_held(&guest->ring_lock);
	call->child = NULL;
	pvback_guest_uncharge_call(call);
	list_add(&call->node, &guest->free_calls);
}

/* The only writer of responses. */
static void pvback_command_respond(struct pvback_guest *guest,
				   const struct pvback_call *call, int ret)
{
	const struct xen_pvcalls_request *wire = &call->wire;
	struct xen_pvcalls_back_ring *ring = &guest->ring;
	struct xen_pvcalls_response *rsp;
	bool notify;

	lockdep_assert_held(&guest->ring_lock);

	rsp = &pvback_command_slot(guest, ring->rsp_prod_pvt)->rsp;
	/* Padding must not tell the guest what we kept there before. */
	memset(rsp, 0, sizeof(*rsp));
	rsp->req_id = wire->req_id;
	rsp->cmd = wire->cmd;
	rsp->ret = ret;
	/* The identifier is the first argument of every command. */
	rsp->id = wire->u.poll.id;
	/* A slot has the size of a request, which is that of a long response. */
	if (guest->features & PVBACK_FEATURES_LONG)
		container_of(rsp, struct xen_pvcalls_long_response, head)->u =
			call->extra;
	ring->rsp_prod_pvt++;
	notify = command_ring_publish(&ring->sring->rsp_prod,
				      &ring->sring->rsp_event,
				      ring->rsp_prod_pvt - 1,
				      ring->rsp_prod_pvt);
	trace_pvback_answer(guest, wire, ret);
	pvback_stats_add(&guest->stats, PVBACK_COUNT_ANSWERS, 1);
	pvback_stats_add(&guest->stats, notify ? PVBACK_COUNT_NOTIFIED :
			 PVBACK_COUNT_SPARED, 1);
	if (notify)
		guest->ops->notify(&guest->event);
}

/**
 * pvback_command_answer - send the one response to a request
 * @guest: whose request it was
 * @call: the request; not the caller's any more
 * @ret: 0 or a negative error
 *
 * Nothing is sent if the guest is being disconnected.
 *
 * Context: any but interrupts.
 */
void pvback_command_answer(struct pvback_guest *guest,
			   struct pvback_call *call, int ret)
{
	spin_lock(&guest->ring_lock);
	if (guest->live)
		pvback_command_respond(guest, call, ret);
	pvback_command_give_back(guest, call);
	spin_unlock(&guest->ring_lock);
}

/**
 * pvback_command_drop - give a request up without a response
 * @guest: whose request it was
 * @call: the request; not the caller's any more
 *
 * Only for an ACCEPT that is pending when its listener is released: frontends
 * in the Linux tree never take the response to it off their table, and lose a
 * slot for ever if one comes.  The slot's credit is lost until the guest
 * reconnects.
 *
 * Context: any but interrupts.
 */
void pvback_command_drop(struct pvback_guest *guest, struct pvback_call *call)
{
	spin_lock(&guest->ring_lock);
	pvback_command_give_back(guest, call);
	spin_unlock(&guest->ring_lock);
}
