// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index arithmetic of a byte ring, beside counters that never wrap.
 *
 * The input is a list of operations on a producer and a consumer which have
 * nothing to do with each other: the other end of each is the input, which
 * lies at will.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>

#include "flexring/index.h"
#include "fuzz.h"

/* Counters start above this, so that nothing goes below zero. */
#define BASE		0x100000000ull
#define MIN_BITS	12
/* flexring_consumer_unblocks() counts through three rings, in 32 bits. */
#define MAX_BITS	30

/**
 * struct rings - the code under test and what it should do
 * @p: a producer
 * @p_put: how far it got
 * @p_taken: how far its peer got, as of the last value that made sense
 * @c: a consumer
 * @c_put: how far its peer got, as of the last value that made sense
 * @c_taken: how far it got
 * @c_told: @c_taken at the last notification
 */
struct rings {
	struct flexring_producer p;
	u64 p_put;
	u64 p_taken;
	struct flexring_consumer c;
	u64 c_put;
	u64 c_taken;
	u64 c_told;
};

enum operation {
	PRODUCER_SEES,
	PRODUCER_SEES_NEAR,
	PRODUCER_ADVANCES,
	CONSUMER_SEES,
	CONSUMER_SEES_NEAR,
	CONSUMER_ADVANCES,
	SPANS,
	OPERATIONS
};

static void check(const struct rings *r)
{
	u32 size = r->p.size;

	FUZZ_CHECK(r->c.size == size);
	FUZZ_CHECK(r->p.prod == (u32)r->p_put);
	FUZZ_CHECK(r->p.cons == (u32)r->p_taken);
	FUZZ_CHECK(r->c.prod == (u32)r->c_put);
	FUZZ_CHECK(r->c.cons == (u32)r->c_taken);
	FUZZ_CHECK(flexring_producer_free(&r->p) <= size);
	FUZZ_CHECK(flexring_producer_free(&r->p) ==
		   size - (r->p_put - r->p_taken));
	FUZZ_CHECK(flexring_consumer_queued(&r->c) <= size);
	FUZZ_CHECK(flexring_consumer_queued(&r->c) == r->c_put - r->c_taken);
}

/* The counter from @low to @high which the peer may mean by @word, or 0. */
static u64 meaning(u32 word, u64 low, u64 high)
{
	u64 value = (low & ~0xffffffffull) | word;

	if (value < low)
		value += BASE;
	return value <= high ? value : 0;
}

static void producer_sees(struct rings *r, u32 word)
{
	u64 value = meaning(word, r->p_taken, r->p_put);
	struct flexring_producer old = r->p;
	int ret = flexring_producer_see(&r->p, word);

	if (value) {
		FUZZ_CHECK(ret == 0);
		r->p_taken = value;
	} else {
		FUZZ_CHECK(ret == -EPROTO);
		FUZZ_CHECK(!memcmp(&old, &r->p, sizeof(old)));
	}
}

static void consumer_sees(struct rings *r, u32 word)
{
	u64 value = meaning(word, r->c_put, r->c_taken + r->c.size);
	struct flexring_consumer old = r->c;
	int ret = flexring_consumer_see(&r->c, word);

	if (value) {
		FUZZ_CHECK(ret == 0);
		r->c_put = value;
	} else {
		FUZZ_CHECK(ret == -EPROTO);
		FUZZ_CHECK(!memcmp(&old, &r->c, sizeof(old)));
	}
}

static void producer_advances(struct rings *r, u32 bytes)
{
	bytes %= flexring_producer_free(&r->p) + 1;
	flexring_producer_advance(&r->p, bytes);
	r->p_put += bytes;
}

/* As the drivers do: take, look at the peer again, ask. */
static void consumer_advances(struct rings *r, struct fuzz_input *in)
{
	u32 bytes = fuzz_u32(in) % (flexring_consumer_queued(&r->c) + 1);
	struct flexring_consumer old;
	bool unblocks;

	flexring_consumer_advance(&r->c, bytes);
	r->c_taken += bytes;
	check(r);
	consumer_sees(r, r->c.prod + (fuzz_u32(in) & (2 * r->c.size - 1)));
	check(r);
	old = r->c;
	unblocks = flexring_consumer_unblocks(&r->c);
	FUZZ_CHECK(unblocks == (r->c_taken != r->c_told &&
				r->c_put - r->c_told >= r->c.size));
	if (unblocks)
		r->c_told = r->c_taken;
	old.told = r->c_told;
	FUZZ_CHECK(!memcmp(&old, &r->c, sizeof(old)));
	/* Otherwise differences would not stay below the 32 bits. */
	FUZZ_CHECK(r->c_taken - r->c_told < r->c.size);
}

static void spans(u32 size, struct fuzz_input *in)
{
	u32 index = fuzz_u32(in);
	u32 length = fuzz_u32(in) % (size + 1);
	struct flexring_span *span = fuzz_alloc(2 * sizeof(*span));
	unsigned int nr = flexring_spans(size, index, length, span);
	unsigned int i;
	u64 sum = 0;

	FUZZ_CHECK(nr <= 2);
	for (i = 0; i < nr; i++) {
		FUZZ_CHECK(span[i].length != 0);
		FUZZ_CHECK(span[i].offset < size);
		FUZZ_CHECK((u64)span[i].offset + span[i].length <= size);
		FUZZ_CHECK(span[i].offset == (u32)(index + sum) % size);
		sum += span[i].length;
	}
	FUZZ_CHECK(sum == length);
	free(span);
}

static void step(struct rings *r, struct fuzz_input *in)
{
	switch (fuzz_u8(in) % OPERATIONS) {
	case PRODUCER_SEES:
		producer_sees(r, fuzz_u32(in));
		break;
	case PRODUCER_SEES_NEAR:
		producer_sees(r, r->p.cons + (s32)(fuzz_u16(in) - 0x8000));
		break;
	case PRODUCER_ADVANCES:
		producer_advances(r, fuzz_u32(in));
		break;
	case CONSUMER_SEES:
		consumer_sees(r, fuzz_u32(in));
		break;
	case CONSUMER_SEES_NEAR:
		consumer_sees(r, r->c.prod + (s32)(fuzz_u16(in) - 0x8000));
		break;
	case CONSUMER_ADVANCES:
		consumer_advances(r, in);
		break;
	case SPANS:
		spans(r->p.size, in);
		break;
	}
}

/* Empty rings look the same wherever they are, but near the wrap. */
static void move(struct rings *r, u32 start)
{
	r->p_put = BASE + start;
	r->p_taken = BASE + start;
	r->c_put = BASE + start;
	r->c_taken = BASE + start;
	r->c_told = BASE + start;
	r->p.prod = start;
	r->p.cons = start;
	r->c.prod = start;
	r->c.cons = start;
	r->c.told = start;
}

/* New rings are at 0, whatever was there before. */
static void init(struct rings *r, u32 size)
{
	struct rings new;

	memset(r, 0, sizeof(*r));
	move(r, 0);
	new = *r;
	new.p.size = size;
	new.c.size = size;
	memset(&r->p, 0xff, sizeof(r->p));
	memset(&r->c, 0xff, sizeof(r->c));
	flexring_producer_init(&r->p, size);
	flexring_consumer_init(&r->c, size);
	FUZZ_CHECK(!memcmp(r, &new, sizeof(new)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct rings r;

	init(&r, 1u << (MIN_BITS + fuzz_u8(&in) % (MAX_BITS - MIN_BITS + 1)));
	move(&r, fuzz_u32(&in));
	check(&r);
	while (in.left) {
		step(&r, &in);
		check(&r);
	}
	return 0;
}
