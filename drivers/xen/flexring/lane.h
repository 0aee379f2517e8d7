/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of a byte ring: its pages, its two shared index words, and
 * our private idea of both.
 *
 * The barriers of the specification's "Data Ring" section live in lane.c and
 * nowhere else.  Neither structure locks anything: one thread at a time may
 * use a direction.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_LANE_H
#define _FLEXRING_LANE_H

#include <linux/types.h>

#include "index.h"

struct bio_vec;
struct iov_iter;
struct page;

/**
 * struct flexring_tx - a direction that we fill
 * @pages: of the ring, in order
 * @prod_word: shared, written by us
 * @cons_word: shared, written by the peer
 * @idx: the private view
 */
struct flexring_tx {
	struct page **pages;
	u32 *prod_word;
	u32 *cons_word;
	struct flexring_producer idx;
};

/**
 * struct flexring_rx - a direction that we empty
 * @pages: of the ring, in order
 * @prod_word: shared, written by the peer
 * @cons_word: shared, written by us
 * @idx: the private view
 */
struct flexring_rx {
	struct page **pages;
	u32 *prod_word;
	u32 *cons_word;
	struct flexring_consumer idx;
};

void flexring_tx_init(struct flexring_tx *tx, struct page **pages, u32 size,
		      u32 *prod_word, u32 *cons_word);
int flexring_tx_free(struct flexring_tx *tx);
size_t flexring_tx_fill(struct flexring_tx *tx, struct iov_iter *from);
unsigned int flexring_tx_bvecs(const struct flexring_tx *tx, u32 bytes,
			       struct bio_vec *bvecs, unsigned int max);
void flexring_tx_publish(struct flexring_tx *tx, u32 bytes);
bool flexring_tx_writable(const struct flexring_tx *tx);
bool flexring_tx_moved(const struct flexring_tx *tx);

void flexring_rx_init(struct flexring_rx *rx, struct page **pages, u32 size,
		      u32 *prod_word, u32 *cons_word);
int flexring_rx_queued(struct flexring_rx *rx);
size_t flexring_rx_copy(const struct flexring_rx *rx, u32 skip,
			struct iov_iter *to, size_t bytes);
unsigned int flexring_rx_bvecs(const struct flexring_rx *rx, u32 bytes,
			       struct bio_vec *bvecs, unsigned int max);
int flexring_rx_release(struct flexring_rx *rx, u32 bytes);
u32 flexring_rx_readable(const struct flexring_rx *rx);
bool flexring_rx_moved(const struct flexring_rx *rx);

#endif /* _FLEXRING_LANE_H */
