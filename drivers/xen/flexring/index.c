// SPDX-License-Identifier: GPL-2.0-only
/*
 * Index arithmetic of a byte ring.  See index.h.
 *
 * Indexes run freely through all 32 bits; only their differences count, and
 * those are exact as long as a ring is at most 1 GiB: a producer can be three
 * ring sizes ahead of what its consumer last told it.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "index.h"

/**
 * flexring_producer_init - start with an empty ring
 * @p: what to set up
 * @size: bytes in the ring, a power of two
 */
void flexring_producer_init(struct flexring_producer *p, u32 size)
{
	p->size = size;
	p->prod = 0;
	p->cons = 0;
}

/**
 * flexring_producer_see - take a value that the peer wrote to its index
 * @p: our view, unchanged when the value makes no sense
 * @cons: the value, read from shared memory once
 *
 * A consumer can only move forward, and not past what we produced.
 *
 * Return: 0, or -EPROTO if the peer is lying.
 */
int flexring_producer_see(struct flexring_producer *p, u32 cons)
{
	if (cons - p->cons > p->prod - p->cons)
		return -EPROTO;
	p->cons = cons;
	return 0;
}

/**
 * flexring_producer_free - how many bytes fit
 * @p: our view
 *
 * Return: bytes, at most the ring's size.
 */
u32 flexring_producer_free(const struct flexring_producer *p)
{
	return p->size - (p->prod - p->cons);
}

/**
 * flexring_producer_advance - account for bytes that were put into the ring
 * @p: our view
 * @bytes: how many, at most flexring_producer_free()
 */
void flexring_producer_advance(struct flexring_producer *p, u32 bytes)
{
	p->prod += bytes;
}

/**
 * flexring_consumer_init - start with an empty ring
 * @c: what to set up
 * @size: bytes in the ring, a power of two
 */
void flexring_consumer_init(struct flexring_consumer *c, u32 size)
{
	c->size = size;
	c->cons = 0;
	c->prod = 0;
	c->told = 0;
}

/**
 * flexring_consumer_see - take a value that the peer wrote to its index
 * @c: our view, unchanged when the value makes no sense
 * @prod: the value, read from shared memory once
 *
 * A producer can only move forward, and not past the room that we left.
 *
 * Return: 0, or -EPROTO if the peer is lying.
 */
int flexring_consumer_see(struct flexring_consumer *c, u32 prod)
{
	if (prod - c->prod > c->size - flexring_consumer_queued(c))
		return -EPROTO;
	c->prod = prod;
	return 0;
}

/**
 * flexring_consumer_queued - how many bytes wait to be taken
 * @c: our view
 *
 * Return: bytes, at most the ring's size.
 */
u32 flexring_consumer_queued(const struct flexring_consumer *c)
{
	return c->prod - c->cons;
}

/**
 * flexring_consumer_advance - account for bytes that were taken
 * @c: our view
 * @bytes: how many, at most flexring_consumer_queued()
 */
void flexring_consumer_advance(struct flexring_consumer *c, u32 bytes)
{
	c->cons += bytes;
}

/**
 * flexring_consumer_unblocks - may the producer be asleep on a full ring?
 * @c: our view; its producer index was read again after ours was published
 *
 * The producer decides by what it last knew of our index, which may be old,
 * but not older than the last notification. So it can not have taken the ring
 * for full if less than a ring of bytes came since then.
 *
 * Return: true if the caller has to notify the producer, which is then
 * considered done.
 */
bool flexring_consumer_unblocks(struct flexring_consumer *c)
{
	if (c->cons == c->told || c->prod - c->told < c->size)
		return false;
	c->told = c->cons;
	return true;
}

/**
 * flexring_spans - where a run of bytes lies in the ring
 * @size: bytes in the ring, a power of two
 * @index: of the first byte, free running
 * @length: how many bytes, at most @size
 * @spans: filled with one span, or two where the run passes the ring's end
 *
 * Return: the number of spans, 0 for a run of no bytes.
 */
unsigned int flexring_spans(u32 size, u32 index, u32 length,
			    struct flexring_span spans[2])
{
	u32 offset = index & (size - 1);
	u32 first = min(length, size - offset);

	if (!length)
		return 0;
	spans[0].offset = offset;
	spans[0].length = first;
	if (first == length)
		return 1;
	spans[1].offset = 0;
	spans[1].length = length - first;
	return 2;
}
