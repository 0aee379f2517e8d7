// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frontend's end of a data ring.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>

#include "fake.h"

/**
 * fake_ring - a data ring, granted, with a port
 * @test: the test
 * @order: of the ring, 1 to PVCALLS_MAX_RING_ORDER
 *
 * Return: it.
 */
struct fake_ring *fake_ring(struct kunit *test, u32 order)
{
	struct fake_ring *ring = kunit_kzalloc(test, sizeof(*ring), GFP_KERNEL);
	struct page *page;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, ring);
	ring->ref = fake_grant(test, &page);
	ring->intf = page_address(page);
	ring->port = fake_event_new();
	KUNIT_ASSERT_NE(test, ring->port, 0);
	ring->order = order;
	ring->size = PAGE_SIZE << (order - 1);
	ring->intf->ring_order = order;
	for (i = 0; i < 1U << order; i++)
		ring->intf->ref[i] = fake_grant(test, &ring->pages[i]);
	return ring;
}

static u8 *fake_ring_byte(struct fake_ring *ring, u32 base, u32 index)
{
	u32 offset = base + (index & (ring->size - 1));

	return page_address(ring->pages[offset >> PAGE_SHIFT]) +
	       offset_in_page(offset);
}

/**
 * fake_ring_put - send bytes
 * @ring: the ring
 * @from: the bytes
 * @bytes: how many
 *
 * Return: how many fitted.
 */
u32 fake_ring_put(struct fake_ring *ring, const u8 *from, u32 bytes)
{
	u32 room, i;

	room = ring->size - (ring->out_prod - READ_ONCE(ring->intf->out_cons));
	/* The backend has read what is overwritten now. */
	virt_mb();
	bytes = min(bytes, room);
	for (i = 0; i < bytes; i++)
		*fake_ring_byte(ring, ring->size, ring->out_prod++) = from[i];
	/* The bytes are there before the index says so. */
	virt_wmb();
	WRITE_ONCE(ring->intf->out_prod, ring->out_prod);
	if (bytes)
		fake_event_fire(ring->port);
	return bytes;
}

/**
 * fake_ring_get - receive bytes
 * @ring: the ring
 * @to: where to
 * @bytes: how many at most
 *
 * Return: how many there were.
 */
u32 fake_ring_get(struct fake_ring *ring, u8 *to, u32 bytes)
{
	u32 queued, i;

	queued = READ_ONCE(ring->intf->in_prod) - ring->in_cons;
	/* The bytes are read after the index that covers them. */
	virt_rmb();
	bytes = min(bytes, queued);
	for (i = 0; i < bytes; i++)
		to[i] = *fake_ring_byte(ring, 0, ring->in_cons++);
	/* They are read before they may be overwritten. */
	virt_mb();
	WRITE_ONCE(ring->intf->in_cons, ring->in_cons);
	if (bytes)
		fake_event_fire(ring->port);
	return bytes;
}

/**
 * fake_ring_in_ended - is there an error behind the bytes? For fake_await()
 * @arg: the ring
 */
bool fake_ring_in_ended(void *arg)
{
	struct fake_ring *ring = arg;

	return READ_ONCE(ring->intf->in_error);
}

/**
 * fake_ring_out_ended - does the backend take no more? For fake_await()
 * @arg: the ring
 */
bool fake_ring_out_ended(void *arg)
{
	struct fake_ring *ring = arg;

	return READ_ONCE(ring->intf->out_error);
}
