// SPDX-License-Identifier: GPL-2.0-only
/*
 * States for others to be measured beside: as much of dom0's time as we can
 * get, for ever.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../programs/socktest.h"
#include "front.h"

/* Rings of three pages: as many as gntalloc's grants do for, with some left. */
#define FLOOD_CONNS 300

static struct conn conns[FLOOD_CONNS];

static void flood_open(u32 nr, u32 order)
{
	u32 i;

	device_open_order(PVCALLS_MAX_RING_PAGE_ORDER);
	for (i = 0; i < nr; i++) {
		conns[i] = conn_connect(FRONT_PORT, order);
		/* Counted, to an end that never comes. */
		conn_order(conns[i], ORDER_SINK, 0);
	}
}

/* Requests in every slot, all of them for nothing. */
static void flood_commands(void)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_RELEASE, -1);

	front.rsp_cons = peer_get(&front.sring->rsp_prod);
	while (front.req_prod - front.rsp_cons < front.slots)
		ring_put(&req);
	ring_publish();
}

static void flood_bytes(struct conn conn)
{
	static u8 bytes[8192];
	u32 used = conn.ring->out_prod - peer_get(&conn.ring->intf->out_cons);
	u32 room = conn.ring->size - used;

	data_write(conn.ring, bytes, room < sizeof(bytes) ? room :
							    sizeof(bytes));
	data_notify(conn.ring);
}

static void flood(const char *name, u32 nr, u32 order)
{
	u32 i;

	flood_open(nr, order);
	peer_write("data", "rogue", name);
	for (;;) {
		flood_commands();
		for (i = 0; i < nr; i++)
			flood_bytes(conns[i]);
	}
}

/**
 * flood_deep - a few connections with much on each
 *
 * For front_hold(); says by itself when it is there.
 */
void flood_deep(void)
{
	flood("flood", 8, 4);
}

/**
 * flood_wide - hundreds of connections
 *
 * For front_hold(); says by itself when it is there.
 */
void flood_wide(void)
{
	flood("flood-wide", FLOOD_CONNS, 1);
}
