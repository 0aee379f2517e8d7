/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shared indexes of a ring of requests and responses, as both ends use
 * them: each shared word is loaded or stored once, as a whole, and what an end
 * has written it does not read back.  The macros of <xen/interface/io/ring.h>
 * leave the first to the compiler, and do read back.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _XEN_COMMAND_RING_H
#define _XEN_COMMAND_RING_H

#include <linux/compiler.h>
#include <asm/barrier.h>
#include <xen/interface/io/ring.h>

/**
 * command_ring_publish - let the peer see what was put into the ring
 * @prod: shared, ours: req_prod of a frontend, rsp_prod of a backend
 * @event: shared, the peer's: req_event or rsp_event
 * @old: what we published before
 * @new: what there is now
 *
 * Context: any; writers of @prod are serialized by the caller.
 * Return: whether the peer wants to be notified.  A peer that lies about that
 * gets too many notifications of ours or too few, which is its own affair.
 */
static inline bool command_ring_publish(RING_IDX *prod, const RING_IDX *event,
					RING_IDX old, RING_IDX new)
{
	/* The peer sees the entries before the index that covers them. */
	virt_wmb();
	WRITE_ONCE(*prod, new);
	/* It sees the index before we look whether it has gone to sleep. */
	virt_mb();
	return new - READ_ONCE(*event) < new - old;
}

/**
 * command_ring_rest - ask for a notification of what comes next
 * @prod: shared, the peer's: rsp_prod for a frontend, req_prod for a backend
 * @event: shared, ours: rsp_event or req_event
 * @cons: what we have taken
 *
 * Context: any; writers of @event are serialized by the caller.
 * Return: whether there is more already, of which no notification may tell.
 */
static inline bool command_ring_rest(const RING_IDX *prod, RING_IDX *event,
				     RING_IDX cons)
{
	if (READ_ONCE(*prod) != cons)
		return true;
	WRITE_ONCE(*event, cons + 1);
	/* The peer sees that we sleep before we look a last time. */
	virt_mb();
	return READ_ONCE(*prod) != cons;
}

#endif /* _XEN_COMMAND_RING_H */
