// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets and their data rings.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../programs/socktest.h"
#include "front.h"

struct data_ring *data_new(u32 order)
{
	struct data_ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		peer_fail("no memory");
	ring->order = order;
	ring->size = (FRONT_PAGE << order) / 2;
	ring->intf = device_page(front.back_id, 1, &ring->ref, true);
	ring->data = device_page(front.back_id, 1 << order, ring->intf->ref,
				 true);
	ring->intf->ring_order = order;
	ring->port = device_port(front.back_id);
	return ring;
}

/* Pages that the backend still has mapped stay allocated until it lets go. */
void data_free(struct data_ring *ring)
{
	xengntshr_unshare(front.shr, ring->data, 1 << ring->order);
	xengntshr_unshare(front.shr, ring->intf, 1);
	xenevtchn_unbind(front.ev, ring->port);
	free(ring);
}

void data_notify(struct data_ring *ring)
{
	xenevtchn_notify(front.ev, ring->port);
}

static u32 data_some(u32 index, u32 len, u32 room, u32 size)
{
	u32 part = size - index % size;

	if (part > len)
		part = len;
	return part > room ? room : part;
}

void data_write(struct data_ring *ring, const void *from, u32 len)
{
	u64 deadline = peer_deadline(2 * FRONT_PATIENCE);
	u32 room, part;

	while (len) {
		room = ring->size -
		       (ring->out_prod - peer_get(&ring->intf->out_cons));
		part = data_some(ring->out_prod, len, room, ring->size);
		memcpy(ring->data + ring->size + ring->out_prod % ring->size,
		       from, part);
		ring->out_prod += part;
		from = (const u8 *)from + part;
		len -= part;
		if (part) {
			peer_set(&ring->intf->out_prod, ring->out_prod);
			data_notify(ring);
		} else if (peer_passed(deadline)) {
			peer_fail("the backend takes no bytes (out_error %d)",
				  ring->intf->out_error);
		} else {
			peer_nap();
		}
	}
}

void data_read(struct data_ring *ring, void *to, u32 len)
{
	u64 deadline = peer_deadline(2 * FRONT_PATIENCE);
	u32 queued, part;

	while (len) {
		queued = peer_get(&ring->intf->in_prod) - ring->in_cons;
		if (queued > ring->size)
			peer_fail("%u bytes in a ring of %u", queued,
				  ring->size);
		part = data_some(ring->in_cons, len, queued, ring->size);
		memcpy(to, ring->data + ring->in_cons % ring->size, part);
		ring->in_cons += part;
		to = (u8 *)to + part;
		len -= part;
		if (part) {
			peer_set(&ring->intf->in_cons, ring->in_cons);
			data_notify(ring);
		} else if (peer_passed(deadline)) {
			peer_fail("the backend brings no bytes (in_error %d)",
				  ring->intf->in_error);
		} else {
			peer_nap();
		}
	}
}

/* Wait for an error of one direction. */
bool data_error(const s32 *word, unsigned int ms, s32 *error)
{
	u64 deadline = peer_deadline(ms);

	while (!peer_get((const u32 *)word)) {
		if (peer_passed(deadline))
			return false;
		peer_nap();
	}
	*error = peer_get((const u32 *)word);
	return true;
}

struct conn conn_connect(u16 port, u32 order)
{
	struct conn conn = { .id = new_id(), .ring = data_new(order) };

	expect(0, req_socket(conn.id), "SOCKET");
	expect(0, req_connect(conn.id, FRONT_SERVER, port, conn.ring),
	       "CONNECT");
	return conn;
}

/* What socktest's server shall do with this connection. */
void conn_order(struct conn conn, u32 verb, u32 amount)
{
	struct order order = {
		.verb = htonl(verb),
		.amount = htonl(amount),
	};

	data_write(conn.ring, &order, sizeof(order));
}

struct conn conn_echo(u32 order)
{
	struct conn conn = conn_connect(FRONT_PORT, order);

	conn_order(conn, ORDER_ECHO, 0);
	return conn;
}

/* Bytes through the server and back. */
void conn_check(struct conn conn, u32 bytes)
{
	u8 out[1024], in[1024];
	u32 part, i;

	for (; bytes; bytes -= part) {
		part = bytes < sizeof(out) ? bytes : sizeof(out);
		for (i = 0; i < part; i++)
			out[i] = peer_random();
		data_write(conn.ring, out, part);
		data_read(conn.ring, in, part);
		if (memcmp(out, in, part))
			peer_fail("the bytes are not those that we sent");
	}
}

void conn_close(struct conn conn)
{
	expect(0, req_release(conn.id), "RELEASE");
	data_free(conn.ring);
}

u64 listener_open(u16 port)
{
	u64 id = new_id();

	expect(0, req_socket(id), "SOCKET of a listener");
	expect(0, req_bind(id, port), "BIND");
	expect(0, req_listen(id, 16), "LISTEN");
	return id;
}
