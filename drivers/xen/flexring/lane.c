// SPDX-License-Identifier: GPL-2.0-only
/*
 * One direction of a byte ring.  See lane.h.
 *
 * A shared word is read once, checked by index.c, and only the checked copy
 * is used.  Our own words are written and never read back.  The bytes of the
 * ring may change under us whenever the peer likes; nothing here depends on
 * their value.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/bvec.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/uio.h>
#include <asm/barrier.h>

#include "lane.h"

/*
 * Addresses, not pages: an iov_iter that is given a page may keep it, and the
 * pages of a ring are not ours to give.
 */
static void *flexring_at(struct page **pages, u32 offset)
{
	return page_address(pages[offset >> PAGE_SHIFT]) + offset_in_page(offset);
}

/* How many of the next bytes lie in the same page. */
static u32 flexring_in_page(u32 offset, u32 bytes)
{
	return min_t(u32, bytes, PAGE_SIZE - offset_in_page(offset));
}

/**
 * flexring_tx_init - start to fill a ring
 * @tx: the direction
 * @pages: of the ring, in order
 * @size: bytes in them, a power of two
 * @prod_word: shared, written by us
 * @cons_word: shared, written by the peer
 */
void flexring_tx_init(struct flexring_tx *tx, struct page **pages, u32 size,
		      u32 *prod_word, u32 *cons_word)
{
	tx->pages = pages;
	tx->prod_word = prod_word;
	tx->cons_word = cons_word;
	flexring_producer_init(&tx->idx, size);
}
EXPORT_SYMBOL_GPL(flexring_tx_init);

/**
 * flexring_tx_free - look how much room the peer has left us
 * @tx: the direction
 *
 * Context: any.
 * Return: bytes, or -EPROTO if the peer's index makes no sense.
 */
int flexring_tx_free(struct flexring_tx *tx)
{
	int ret = flexring_producer_see(&tx->idx, READ_ONCE(*tx->cons_word));

	if (ret)
		return ret;
	/* The peer has read what we are about to overwrite. */
	virt_mb();
	return flexring_producer_free(&tx->idx);
}
EXPORT_SYMBOL_GPL(flexring_tx_free);

/**
 * flexring_tx_writable - is there any room, as far as one can tell from outside?
 * @tx: the direction
 *
 * For poll and sleepers, which do not exclude the thread that uses the
 * direction.  An index that makes no sense counts as room: whoever comes to
 * use it takes a real look, and finds out.
 *
 * Context: any.
 */
bool flexring_tx_writable(const struct flexring_tx *tx)
{
	u32 used = READ_ONCE(tx->idx.prod) - READ_ONCE(*tx->cons_word);

	return used != tx->idx.size;
}
EXPORT_SYMBOL_GPL(flexring_tx_writable);

/**
 * flexring_tx_moved - has the peer taken bytes since we last looked?
 * @tx: the direction
 *
 * Tells an honest notification from a spurious one; believes nothing.
 *
 * Context: any.
 */
bool flexring_tx_moved(const struct flexring_tx *tx)
{
	return READ_ONCE(*tx->cons_word) != READ_ONCE(tx->idx.cons);
}
EXPORT_SYMBOL_GPL(flexring_tx_moved);

/**
 * flexring_tx_fill - copy bytes into the free part of the ring
 * @tx: the direction; flexring_tx_free() was called before
 * @from: where they come from; advanced
 *
 * The peer sees nothing of it until flexring_tx_publish().
 *
 * Context: may fault, hence sleep, if @from is user memory.
 * Return: bytes copied: less than what fits only if @from ran out or faulted.
 */
size_t flexring_tx_fill(struct flexring_tx *tx, struct iov_iter *from)
{
	struct flexring_span spans[2];
	unsigned int nr, i;
	size_t done = 0;
	u32 room = flexring_producer_free(&tx->idx);

	room = min_t(size_t, room, iov_iter_count(from));
	nr = flexring_spans(tx->idx.size, tx->idx.prod, room, spans);
	for (i = 0; i < nr; i++) {
		u32 offset = spans[i].offset;
		u32 left = spans[i].length;

		while (left) {
			u32 bytes = flexring_in_page(offset, left);
			size_t copied;

			copied = copy_from_iter(flexring_at(tx->pages, offset),
						bytes, from);
			done += copied;
			if (copied < bytes)
				return done;
			offset += bytes;
			left -= bytes;
		}
	}
	return done;
}
EXPORT_SYMBOL_GPL(flexring_tx_fill);

static unsigned int flexring_bvecs(struct page **pages, u32 size, u32 index,
				   u32 bytes, struct bio_vec *bvecs,
				   unsigned int max)
{
	struct flexring_span spans[2];
	unsigned int nr, i, used = 0;

	nr = flexring_spans(size, index, bytes, spans);
	for (i = 0; i < nr; i++) {
		u32 offset = spans[i].offset;
		u32 left = spans[i].length;

		while (left && used < max) {
			u32 part = flexring_in_page(offset, left);

			bvecs[used].bv_page = pages[offset >> PAGE_SHIFT];
			bvecs[used].bv_offset = offset_in_page(offset);
			bvecs[used].bv_len = part;
			used++;
			offset += part;
			left -= part;
		}
	}
	return used;
}

/**
 * flexring_tx_bvecs - describe the free part of the ring
 * @tx: the direction; flexring_tx_free() was called before
 * @bytes: how much of it, at most what is free
 * @bvecs: filled in, one for a page or less
 * @max: how many @bvecs there are; (bytes / PAGE_SIZE) + 2 always suffice
 *
 * Context: any.
 * Return: how many are filled in.
 */
unsigned int flexring_tx_bvecs(const struct flexring_tx *tx, u32 bytes,
			       struct bio_vec *bvecs, unsigned int max)
{
	return flexring_bvecs(tx->pages, tx->idx.size, tx->idx.prod, bytes,
			      bvecs, max);
}
EXPORT_SYMBOL_GPL(flexring_tx_bvecs);

/**
 * flexring_tx_publish - show the peer bytes that were put into the ring
 * @tx: the direction
 * @bytes: how many
 *
 * The caller notifies the peer.
 *
 * Context: any.
 */
void flexring_tx_publish(struct flexring_tx *tx, u32 bytes)
{
	flexring_producer_advance(&tx->idx, bytes);
	/* The bytes are there before the index says so. */
	virt_wmb();
	WRITE_ONCE(*tx->prod_word, tx->idx.prod);
	/*
	 * Our next look at the peer's index comes after that. Pairs with the
	 * barrier of flexring_rx_release() between the two words: either we
	 * see the room that the peer made, or the peer sees that we filled
	 * the ring, and notifies.
	 */
	virt_mb();
}
EXPORT_SYMBOL_GPL(flexring_tx_publish);

/**
 * flexring_rx_init - start to empty a ring
 * @rx: the direction
 * @pages: of the ring, in order
 * @size: bytes in them, a power of two
 * @prod_word: shared, written by the peer
 * @cons_word: shared, written by us
 */
void flexring_rx_init(struct flexring_rx *rx, struct page **pages, u32 size,
		      u32 *prod_word, u32 *cons_word)
{
	rx->pages = pages;
	rx->prod_word = prod_word;
	rx->cons_word = cons_word;
	flexring_consumer_init(&rx->idx, size);
}
EXPORT_SYMBOL_GPL(flexring_rx_init);

/**
 * flexring_rx_queued - look how many bytes the peer has put there
 * @rx: the direction
 *
 * Context: any.
 * Return: bytes, or -EPROTO if the peer's index makes no sense.
 */
int flexring_rx_queued(struct flexring_rx *rx)
{
	int ret = flexring_consumer_see(&rx->idx, READ_ONCE(*rx->prod_word));

	if (ret)
		return ret;
	/* The bytes are read after the index that covers them. */
	virt_rmb();
	return flexring_consumer_queued(&rx->idx);
}
EXPORT_SYMBOL_GPL(flexring_rx_queued);

/**
 * flexring_rx_readable - how many bytes wait, as far as one can tell from outside?
 * @rx: the direction
 *
 * For poll and the like, which do not exclude the thread that uses the
 * direction.  A number that a lying peer made too large is cut.
 *
 * Context: any.
 * Return: bytes, at most the ring's size.
 */
u32 flexring_rx_readable(const struct flexring_rx *rx)
{
	u32 queued = READ_ONCE(*rx->prod_word) - READ_ONCE(rx->idx.cons);

	return min(queued, rx->idx.size);
}
EXPORT_SYMBOL_GPL(flexring_rx_readable);

/**
 * flexring_rx_moved - has the peer put bytes there since we last looked?
 * @rx: the direction
 *
 * Tells an honest notification from a spurious one; believes nothing.
 *
 * Context: any.
 */
bool flexring_rx_moved(const struct flexring_rx *rx)
{
	return READ_ONCE(*rx->prod_word) != READ_ONCE(rx->idx.prod);
}
EXPORT_SYMBOL_GPL(flexring_rx_moved);

/**
 * flexring_rx_copy - copy queued bytes out of the ring and leave them there
 * @rx: the direction; flexring_rx_queued() was called before
 * @skip: leave out so many at the front
 * @to: where they go; advanced
 * @bytes: how many, @skip and @bytes together at most what is queued
 *
 * Context: may fault, hence sleep, if @to is user memory.
 * Return: bytes copied: less than @bytes only if @to ran out or faulted.
 */
size_t flexring_rx_copy(const struct flexring_rx *rx, u32 skip,
			struct iov_iter *to, size_t bytes)
{
	struct flexring_span spans[2];
	unsigned int nr, i;
	size_t done = 0;

	nr = flexring_spans(rx->idx.size, rx->idx.cons + skip, bytes, spans);
	for (i = 0; i < nr; i++) {
		u32 offset = spans[i].offset;
		u32 left = spans[i].length;

		while (left) {
			u32 part = flexring_in_page(offset, left);
			size_t copied;

			copied = copy_to_iter(flexring_at(rx->pages, offset),
					      part, to);
			done += copied;
			if (copied < part)
				return done;
			offset += part;
			left -= part;
		}
	}
	return done;
}
EXPORT_SYMBOL_GPL(flexring_rx_copy);

/**
 * flexring_rx_bvecs - describe the queued bytes of the ring
 * @rx: the direction; flexring_rx_queued() was called before
 * @bytes: how many of them, at most what is queued
 * @bvecs: filled in, one for a page or less
 * @max: how many @bvecs there are; (bytes / PAGE_SIZE) + 2 always suffice
 *
 * Context: any.
 * Return: how many are filled in.
 */
unsigned int flexring_rx_bvecs(const struct flexring_rx *rx, u32 bytes,
			       struct bio_vec *bvecs, unsigned int max)
{
	return flexring_bvecs(rx->pages, rx->idx.size, rx->idx.cons, bytes,
			      bvecs, max);
}
EXPORT_SYMBOL_GPL(flexring_rx_bvecs);

/**
 * flexring_rx_release - give the room of bytes that were taken back to the peer
 * @rx: the direction
 * @bytes: how many
 *
 * Context: any.
 * Return: 1 if the peer may sleep on a full ring and has to be notified, 0 if
 * not, or -EPROTO if the peer's index makes no sense.
 */
int flexring_rx_release(struct flexring_rx *rx, u32 bytes)
{
	int ret;

	flexring_consumer_advance(&rx->idx, bytes);
	/* We have read the bytes before they may be overwritten. */
	virt_mb();
	WRITE_ONCE(*rx->cons_word, rx->idx.cons);
	/*
	 * Pairs with the producer's barrier between its last look at our
	 * index and its going to sleep: one of us sees the other's word.
	 */
	virt_mb();
	ret = flexring_consumer_see(&rx->idx, READ_ONCE(*rx->prod_word));
	if (ret)
		return ret;
	return flexring_consumer_unblocks(&rx->idx);
}
EXPORT_SYMBOL_GPL(flexring_rx_release);
