// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend's end of a data ring.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>

#include "fake.h"

/**
 * fake_stream - map a data ring
 * @test: the test
 * @ref: of the indexes page, as it stands in the request
 * @port: as it stands in the request
 *
 * Return: it.
 */
struct fake_stream *fake_stream(struct kunit *test, u32 ref, u32 port)
{
	struct fake_stream *stream;
	u32 order, i;

	stream = kunit_kzalloc(test, sizeof(*stream), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stream);
	KUNIT_ASSERT_NOT_NULL(test, fake_page(ref));
	stream->intf = page_address(fake_page(ref));
	stream->port = port;
	order = stream->intf->ring_order;
	KUNIT_ASSERT_GE(test, order, 1U);
	KUNIT_ASSERT_LE(test, order, (u32)PVCALLS_MAX_RING_ORDER);
	stream->size = PAGE_SIZE << (order - 1);
	for (i = 0; i < 1U << order; i++)
		KUNIT_ASSERT_NOT_NULL(test, fake_page(stream->intf->ref[i]));
	return stream;
}

static u8 *fake_stream_byte(struct fake_stream *stream, u32 base, u32 index)
{
	u32 offset = base + (index & (stream->size - 1));
	struct page *page = fake_page(stream->intf->ref[offset >> PAGE_SHIFT]);

	return page_address(page) + offset_in_page(offset);
}

/**
 * fake_stream_put - bytes for the program
 * @stream: the ring
 * @from: the bytes
 * @bytes: how many
 *
 * Return: how many fitted.
 */
u32 fake_stream_put(struct fake_stream *stream, const u8 *from, u32 bytes)
{
	u32 room, i;

	room = stream->size -
	       (stream->in_prod - READ_ONCE(stream->intf->in_cons));
	/* The program has read what is overwritten now. */
	virt_mb();
	bytes = min(bytes, room);
	for (i = 0; i < bytes; i++)
		*fake_stream_byte(stream, 0, stream->in_prod++) = from[i];
	/* The bytes are there before the index says so. */
	virt_wmb();
	WRITE_ONCE(stream->intf->in_prod, stream->in_prod);
	if (bytes)
		fake_event_fire(stream->port);
	return bytes;
}

/**
 * fake_stream_get - bytes of the program
 * @stream: the ring
 * @to: where to
 * @bytes: how many at most
 *
 * Return: how many there were.
 */
u32 fake_stream_get(struct fake_stream *stream, u8 *to, u32 bytes)
{
	u32 queued, i;

	queued = READ_ONCE(stream->intf->out_prod) - stream->out_cons;
	/* The bytes are read after the index that covers them. */
	virt_rmb();
	bytes = min(bytes, queued);
	for (i = 0; i < bytes; i++)
		to[i] = *fake_stream_byte(stream, stream->size,
					  stream->out_cons++);
	/* They are read before they may be overwritten. */
	virt_mb();
	WRITE_ONCE(stream->intf->out_cons, stream->out_cons);
	if (bytes)
		fake_event_fire(stream->port);
	return bytes;
}

/**
 * fake_stream_error - set both errors and say so
 * @stream: the ring
 * @in: for in_error
 * @out: for out_error
 */
void fake_stream_error(struct fake_stream *stream, s32 in, s32 out)
{
	/* The index of the last byte is there before the error. */
	virt_wmb();
	WRITE_ONCE(stream->intf->in_error, in);
	WRITE_ONCE(stream->intf->out_error, out);
	fake_event_fire(stream->port);
}
