/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data ring of a connected socket: mapped pages and an event channel.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_RING_H
#define _PVBACK_RING_H

#include "flexring/flexring.h"

struct pvback_socket;
struct pvcalls_data_intf;

/**
 * struct pvback_ring - a data ring
 * @open: everything below is valid
 * @in_done: no more bytes go to the guest; in_error is written
 * @out_done: no more bytes are taken from the guest; out_error is written
 * @out_shut: the guest ends "out" itself, at @out_limit
 * @notify: the guest has to be notified at the end of the turn
 * @out_limit: index of the first byte that is not sent any more
 * @moved: bytes that the guest moved, in both directions, by its indexes
 * @seen: @moved at the last two ends of interrupt, the newer one first
 * @nr_pages: charged to the guest
 * @intf: the indexes page, shared; read through @in and @out only
 * @in: bytes to the guest
 * @out: bytes from the guest
 * @event: the guest's notifications
 * @index: mapping of the indexes page
 * @data: mapping of the data pages
 */
struct pvback_ring {
	bool open;
	bool in_done;
	bool out_done;
	bool out_shut;
	bool notify;
	u32 out_limit;
	u32 moved;
	u32 seen[2];
	unsigned int nr_pages;
	struct pvcalls_data_intf *intf;
	struct flexring_tx in;
	struct flexring_rx out;
	struct flexring_event event;
	struct flexring_map index;
	struct flexring_map data;
};

int pvback_ring_open(struct pvback_socket *socket, u32 ref, u32 evtchn);
void pvback_ring_close(struct pvback_socket *socket);
void pvback_ring_end_in(struct pvback_socket *socket, int error);
void pvback_ring_end_out(struct pvback_socket *socket, int error);
int pvback_ring_rest(struct pvback_socket *socket);

#endif /* _PVBACK_RING_H */
