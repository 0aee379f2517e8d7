/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Index arithmetic of a byte ring between two domains that do not trust each
 * other.  Pure: no memory of the ring is touched here, no lock taken, nothing
 * allocated; the same file is linked into the module, the unit tests and the
 * fuzzer.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_INDEX_H
#define _FLEXRING_INDEX_H

#include <linux/types.h>

/**
 * struct flexring_producer - our view of a ring that we fill
 * @size: bytes in the ring, a power of two
 * @prod: our own index, the only copy that we believe
 * @cons: the peer's index, as of the last value that made sense
 */
struct flexring_producer {
	u32 size;
	u32 prod;
	u32 cons;
};

/**
 * struct flexring_consumer - our view of a ring that we empty
 * @size: bytes in the ring, a power of two
 * @cons: our own index, the only copy that we believe
 * @prod: the peer's index, as of the last value that made sense
 * @told: our own index when we last notified the peer
 */
struct flexring_consumer {
	u32 size;
	u32 cons;
	u32 prod;
	u32 told;
};

/**
 * struct flexring_span - bytes that lie next to each other in a ring
 * @offset: of the first one, from the start of the ring
 * @length: how many, in bytes
 */
struct flexring_span {
	u32 offset;
	u32 length;
};

void flexring_producer_init(struct flexring_producer *p, u32 size);
int flexring_producer_see(struct flexring_producer *p, u32 cons);
u32 flexring_producer_free(const struct flexring_producer *p);
void flexring_producer_advance(struct flexring_producer *p, u32 bytes);

void flexring_consumer_init(struct flexring_consumer *c, u32 size);
int flexring_consumer_see(struct flexring_consumer *c, u32 prod);
u32 flexring_consumer_queued(const struct flexring_consumer *c);
void flexring_consumer_advance(struct flexring_consumer *c, u32 bytes);
bool flexring_consumer_unblocks(struct flexring_consumer *c);

unsigned int flexring_spans(u32 size, u32 index, u32 length,
			    struct flexring_span spans[2]);

#endif /* _FLEXRING_INDEX_H */
