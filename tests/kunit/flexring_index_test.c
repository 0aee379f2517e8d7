// SPDX-License-Identifier: GPL-2.0-only
/*
 * Index arithmetic of a byte ring: its edges one by one, then random
 * operations beside a slow reference.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/types.h>

#include "flexring/index.h"
#include "random.h"

/* The smallest ring that the protocol allows: half of two pages. */
#define SIZE		4096u
#define LARGEST		0x80000000u

struct fixture {
	struct flexring_producer p;
	struct flexring_consumer c;
	struct flexring_span spans[2];
};

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	flexring_producer_init(&f->p, SIZE);
	flexring_consumer_init(&f->c, SIZE);
	test->priv = f;
	return 0;
}

/* Fill and empty a new ring until all four indexes are at @index. */
static void wind(struct kunit *test, struct flexring_producer *p,
		 struct flexring_consumer *c, u32 index)
{
	u32 at = 0;

	while (at != index) {
		u32 step = min(p->size, index - at);

		at += step;
		flexring_producer_advance(p, step);
		KUNIT_ASSERT_EQ(test, flexring_consumer_see(c, at), 0);
		flexring_consumer_advance(c, step);
		KUNIT_ASSERT_EQ(test, flexring_producer_see(p, at), 0);
	}
	KUNIT_ASSERT_EQ(test, p->prod, index);
	KUNIT_ASSERT_EQ(test, p->cons, index);
	KUNIT_ASSERT_EQ(test, c->prod, index);
	KUNIT_ASSERT_EQ(test, c->cons, index);
}

static void flexring_producer_init_is_empty(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->p.prod = 5;
	f->p.cons = 3;
	flexring_producer_init(&f->p, 2 * SIZE);
	KUNIT_EXPECT_EQ(test, f->p.prod, 0u);
	KUNIT_EXPECT_EQ(test, f->p.cons, 0u);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), 2 * SIZE);
}

static void flexring_consumer_init_is_empty(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->c.cons = 3;
	f->c.prod = 5;
	flexring_consumer_init(&f->c, 2 * SIZE);
	KUNIT_EXPECT_EQ(test, f->c.cons, 0u);
	KUNIT_EXPECT_EQ(test, f->c.prod, 0u);
	KUNIT_EXPECT_EQ(test, f->c.size, 2 * SIZE);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), 0u);
}

static void flexring_producer_free_when_full(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_advance(&f->p, SIZE - 1);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), 1u);
	flexring_producer_advance(&f->p, 1);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), 0u);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, 1), 0);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), 1u);
}

static void flexring_producer_free_across_wrap(struct kunit *test)
{
	struct fixture *f = test->priv;

	wind(test, &f->p, &f->c, U32_MAX - 9);
	flexring_producer_advance(&f->p, 100);
	KUNIT_EXPECT_EQ(test, f->p.prod, 90u);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), SIZE - 100);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), SIZE - 91);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, 90), 0);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), SIZE);
}

static void flexring_producer_free_in_largest_ring(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_init(&f->p, LARGEST);
	flexring_producer_advance(&f->p, LARGEST);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), 0u);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, LARGEST), 0);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), LARGEST);
}

static void flexring_producer_see_everything_taken(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_advance(&f->p, 10);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, 10), 0);
	KUNIT_EXPECT_EQ(test, f->p.cons, 10u);
}

static void flexring_producer_see_no_movement(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_advance(&f->p, 10);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, 0), 0);
	KUNIT_EXPECT_EQ(test, f->p.cons, 0u);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), SIZE - 10);
}

/* A lie is refused, and the view is as if it had not been told. */
static void expect_producer_refuses(struct kunit *test, u32 cons)
{
	struct fixture *f = test->priv;
	struct flexring_producer old = f->p;

	KUNIT_EXPECT_EQ_MSG(test, flexring_producer_see(&f->p, cons), -EPROTO,
			    "a consumer at %u", cons);
	KUNIT_EXPECT_EQ(test, f->p.size, old.size);
	KUNIT_EXPECT_EQ(test, f->p.prod, old.prod);
	KUNIT_EXPECT_EQ(test, f->p.cons, old.cons);
}

static void flexring_producer_see_ahead_of_prod(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_advance(&f->p, 10);
	expect_producer_refuses(test, 11);
	expect_producer_refuses(test, SIZE);
	expect_producer_refuses(test, SIZE + 10);
	expect_producer_refuses(test, LARGEST);
}

static void flexring_producer_see_backwards(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_advance(&f->p, 10);
	KUNIT_ASSERT_EQ(test, flexring_producer_see(&f->p, 5), 0);
	expect_producer_refuses(test, 4);
	expect_producer_refuses(test, 0);
	expect_producer_refuses(test, U32_MAX);
}

static void flexring_producer_see_backwards_across_wrap(struct kunit *test)
{
	struct fixture *f = test->priv;

	wind(test, &f->p, &f->c, U32_MAX);
	flexring_producer_advance(&f->p, 10);
	KUNIT_ASSERT_EQ(test, flexring_producer_see(&f->p, 2), 0);
	expect_producer_refuses(test, U32_MAX);
	expect_producer_refuses(test, 1);
	expect_producer_refuses(test, 10);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, 9), 0);
}

static void flexring_producer_see_truth_after_lie(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_producer_advance(&f->p, SIZE);
	expect_producer_refuses(test, SIZE + 1);
	KUNIT_EXPECT_EQ(test, flexring_producer_see(&f->p, SIZE), 0);
	KUNIT_EXPECT_EQ(test, flexring_producer_free(&f->p), SIZE);
}

static void flexring_consumer_queued_when_full(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, SIZE), 0);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), SIZE);
	flexring_consumer_advance(&f->c, SIZE);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), 0u);
}

static void flexring_consumer_queued_across_wrap(struct kunit *test)
{
	struct fixture *f = test->priv;

	wind(test, &f->p, &f->c, U32_MAX - 9);
	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, 90), 0);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), 100u);
	flexring_consumer_advance(&f->c, 10);
	KUNIT_EXPECT_EQ(test, f->c.cons, 0u);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), 90u);
}

static void flexring_consumer_queued_in_largest_ring(struct kunit *test)
{
	struct fixture *f = test->priv;

	flexring_consumer_init(&f->c, LARGEST);
	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, LARGEST), 0);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), LARGEST);
}

static void flexring_consumer_see_no_movement(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, SIZE), 0);
	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, SIZE), 0);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), SIZE);
}

static void expect_consumer_refuses(struct kunit *test, u32 prod)
{
	struct fixture *f = test->priv;
	struct flexring_consumer old = f->c;

	KUNIT_EXPECT_EQ_MSG(test, flexring_consumer_see(&f->c, prod), -EPROTO,
			    "a producer at %u", prod);
	KUNIT_EXPECT_EQ(test, f->c.size, old.size);
	KUNIT_EXPECT_EQ(test, f->c.cons, old.cons);
	KUNIT_EXPECT_EQ(test, f->c.prod, old.prod);
}

static void flexring_consumer_see_more_than_fits(struct kunit *test)
{
	struct fixture *f = test->priv;

	expect_consumer_refuses(test, SIZE + 1);
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, 10), 0);
	expect_consumer_refuses(test, SIZE + 1);
	flexring_consumer_advance(&f->c, 4);
	expect_consumer_refuses(test, SIZE + 5);
	expect_consumer_refuses(test, LARGEST);
	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, SIZE + 4), 0);
}

static void flexring_consumer_see_backwards(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, 10), 0);
	expect_consumer_refuses(test, 9);
	expect_consumer_refuses(test, 0);
	expect_consumer_refuses(test, U32_MAX);
}

static void flexring_consumer_see_behind_cons(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, 10), 0);
	flexring_consumer_advance(&f->c, 10);
	expect_consumer_refuses(test, 9);
	expect_consumer_refuses(test, 0);
}

static void flexring_consumer_see_backwards_across_wrap(struct kunit *test)
{
	struct fixture *f = test->priv;

	wind(test, &f->p, &f->c, U32_MAX);
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, 2), 0);
	expect_consumer_refuses(test, 1);
	expect_consumer_refuses(test, U32_MAX);
	expect_consumer_refuses(test, SIZE);
	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, SIZE - 1), 0);
}

static void flexring_consumer_see_truth_after_lie(struct kunit *test)
{
	struct fixture *f = test->priv;

	expect_consumer_refuses(test, SIZE + 1);
	KUNIT_EXPECT_EQ(test, flexring_consumer_see(&f->c, SIZE), 0);
	KUNIT_EXPECT_EQ(test, flexring_consumer_queued(&f->c), SIZE);
}

static void flexring_consumer_unblocks_truth_table(struct kunit *test)
{
	static const struct {
		u32 taken;
		u32 queued_after;
		bool unblocks;
	} rows[] = {
		/* nothing was taken: nobody gained room */
		{ 0,		0,		false },
		{ 0,		SIZE - 1,	false },
		{ 0,		SIZE,		false },
		/* one byte, out of a ring that was, or was not quite, full */
		{ 1,		SIZE - 1,	true },
		{ 1,		SIZE - 2,	false },
		{ 1,		0,		false },
		/* all of it */
		{ SIZE,		0,		true },
		{ SIZE - 1,	0,		false },
		/* the producer has filled it up again in the meantime */
		{ 1,		SIZE,		true },
		{ SIZE / 2,	SIZE,		true },
		{ SIZE,		SIZE,		true },
		/* the producer used up the old room only after our look */
		{ SIZE / 2,	SIZE / 2,	true },
		{ SIZE / 2,	SIZE / 2 - 1,	false },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		flexring_consumer_init(&f->c, SIZE);
		KUNIT_ASSERT_EQ(test,
				flexring_consumer_see(&f->c, rows[i].taken), 0);
		flexring_consumer_advance(&f->c, rows[i].taken);
		KUNIT_ASSERT_EQ(test,
				flexring_consumer_see(&f->c, rows[i].taken +
						      rows[i].queued_after), 0);
		KUNIT_EXPECT_EQ_MSG(test, rows[i].unblocks,
				    flexring_consumer_unblocks(&f->c),
				    "%u taken, %u queued", rows[i].taken,
				    rows[i].queued_after);
	}
}

/*
 * The producer fills the ring by what it knew before our second take; by our
 * own index the ring is not full then, and never again.
 */
static void flexring_consumer_unblocks_a_producer_that_knew_less(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, SIZE), 0);
	flexring_consumer_advance(&f->c, 100);
	KUNIT_EXPECT_TRUE(test, flexring_consumer_unblocks(&f->c));
	flexring_consumer_advance(&f->c, 50);
	KUNIT_EXPECT_FALSE(test, flexring_consumer_unblocks(&f->c));
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&f->c, SIZE + 100), 0);
	flexring_consumer_advance(&f->c, 1);
	KUNIT_EXPECT_TRUE(test, flexring_consumer_unblocks(&f->c));
	/* Once is enough. */
	KUNIT_EXPECT_FALSE(test, flexring_consumer_unblocks(&f->c));
}

/* The producer gets three sizes ahead of what it was told, and no further. */
static void flexring_consumer_unblocks_in_largest_ring(struct kunit *test)
{
	struct flexring_consumer c;
	const u32 size = 1u << 30;

	flexring_consumer_init(&c, size);
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&c, size - 1), 0);
	flexring_consumer_advance(&c, size - 1);
	KUNIT_EXPECT_FALSE(test, flexring_consumer_unblocks(&c));
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&c, 2 * size - 1), 0);
	flexring_consumer_advance(&c, size);
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&c, 3 * size - 1), 0);
	KUNIT_EXPECT_TRUE(test, flexring_consumer_unblocks(&c));
}

static void flexring_spans_of_no_bytes(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, flexring_spans(SIZE, 0, 0, f->spans), 0u);
	KUNIT_EXPECT_EQ(test, flexring_spans(SIZE, SIZE - 1, 0, f->spans), 0u);
}

static void flexring_spans_inside(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, 100, 200, f->spans), 1u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, 100u);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, 200u);
}

static void flexring_spans_up_to_the_end(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, SIZE - 7, 7, f->spans), 1u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, SIZE - 7);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, 7u);
}

static void flexring_spans_across_the_end(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, SIZE - 7, 8, f->spans), 2u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, SIZE - 7);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, 7u);
	KUNIT_EXPECT_EQ(test, f->spans[1].offset, 0u);
	KUNIT_EXPECT_EQ(test, f->spans[1].length, 1u);
}

static void flexring_spans_from_the_end(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, 3 * SIZE, 9, f->spans), 1u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, 0u);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, 9u);
}

static void flexring_spans_of_whole_ring(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, SIZE, SIZE, f->spans), 1u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, 0u);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, SIZE);

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, 1, SIZE, f->spans), 2u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, 1u);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, SIZE - 1);
	KUNIT_EXPECT_EQ(test, f->spans[1].offset, 0u);
	KUNIT_EXPECT_EQ(test, f->spans[1].length, 1u);
}

static void flexring_spans_across_wrap(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(SIZE, U32_MAX, 3, f->spans), 2u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, SIZE - 1);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, 1u);
	KUNIT_EXPECT_EQ(test, f->spans[1].offset, 0u);
	KUNIT_EXPECT_EQ(test, f->spans[1].length, 2u);
}

static void flexring_spans_in_largest_ring(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, flexring_spans(LARGEST, LARGEST - 1, LARGEST,
					     f->spans), 2u);
	KUNIT_EXPECT_EQ(test, f->spans[0].offset, LARGEST - 1);
	KUNIT_EXPECT_EQ(test, f->spans[0].length, 1u);
	KUNIT_EXPECT_EQ(test, f->spans[1].offset, 0u);
	KUNIT_EXPECT_EQ(test, f->spans[1].length, LARGEST - 1);
}

/*
 * The slow reference: a queue of bytes in the order in which they went in,
 * and counters that never wrap.  Beside it a ring of plain memory which the
 * code under test fills and empties.  Each view learns of the other end only
 * when the run makes it look, as in two domains.
 *
 * @put and @taken are where the two ends are, @put_seen and @taken_seen what
 * the consumer and the producer know of each other.  @told is @taken at the
 * last notification, which is @notified until the producer looks.
 */
struct reference {
	struct flexring_producer p;
	struct flexring_consumer c;
	u64 put;
	u64 taken;
	u64 put_seen;
	u64 taken_seen;
	u64 told;
	bool notified;
	u32 random;
	u8 next;
	u8 queue[SIZE];
	u8 ring[SIZE];
};

static u32 reference_random(struct reference *r)
{
	return random_next(&r->random);
}

/* A number from 0 to @most, both, and those next to them, more often. */
static u32 reference_amount(struct reference *r, u32 most)
{
	u32 pick = reference_random(r) % 8;

	if (pick < 2)
		return min(pick, most);
	if (pick < 4)
		return most - min(pick - 2, most);
	return reference_random(r) % (most + 1);
}

/* The spans of a run of bytes, checked before anyone touches their memory. */
static unsigned int reference_spans(struct kunit *test, u64 index, u32 bytes,
				    struct flexring_span spans[2])
{
	unsigned int i, count;
	u32 done = 0;

	count = flexring_spans(SIZE, (u32)index, bytes, spans);
	KUNIT_ASSERT_LE(test, count, 2u);
	for (i = 0; i < count; i++) {
		KUNIT_ASSERT_EQ(test, spans[i].offset,
				(u32)(index + done) % SIZE);
		KUNIT_ASSERT_GT(test, spans[i].length, 0u);
		KUNIT_ASSERT_LE(test, spans[i].length, SIZE - spans[i].offset);
		done += spans[i].length;
	}
	KUNIT_ASSERT_EQ(test, done, bytes);
	return count;
}

static void reference_put(struct kunit *test, struct reference *r)
{
	struct flexring_span spans[2];
	unsigned int count, i;
	u32 room = flexring_producer_free(&r->p);
	u32 bytes, b;

	KUNIT_ASSERT_EQ(test, (u64)room, r->taken_seen + SIZE - r->put);
	bytes = reference_amount(r, room);
	count = reference_spans(test, r->put, bytes, spans);
	for (i = 0; i < count; i++) {
		for (b = 0; b < spans[i].length; b++) {
			r->ring[spans[i].offset + b] = r->next;
			r->queue[r->put - r->taken] = r->next;
			r->put++;
			r->next += 37;
		}
	}
	flexring_producer_advance(&r->p, bytes);
	KUNIT_ASSERT_EQ(test, r->p.prod, (u32)r->put);
}

static void reference_producer_looks(struct kunit *test, struct reference *r)
{
	KUNIT_ASSERT_EQ(test, flexring_producer_see(&r->p, (u32)r->taken), 0);
	r->taken_seen = r->taken;
	r->notified = false;
}

static void reference_consumer_looks(struct kunit *test, struct reference *r)
{
	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&r->c, (u32)r->put), 0);
	r->put_seen = r->put;
}

static void reference_take(struct kunit *test, struct reference *r)
{
	struct flexring_span spans[2];
	unsigned int count, i;
	u32 queued = flexring_consumer_queued(&r->c);
	u32 bytes, b, at = 0;
	bool unblocks;

	KUNIT_ASSERT_EQ(test, (u64)queued, r->put_seen - r->taken);
	bytes = reference_amount(r, queued);
	count = reference_spans(test, r->taken, bytes, spans);
	for (i = 0; i < count; i++)
		for (b = 0; b < spans[i].length; b++)
			KUNIT_ASSERT_EQ(test, r->ring[spans[i].offset + b],
					r->queue[at++]);
	for (b = bytes; b < r->put - r->taken; b++)
		r->queue[b - bytes] = r->queue[b];
	r->taken += bytes;
	flexring_consumer_advance(&r->c, bytes);
	KUNIT_ASSERT_EQ(test, r->c.cons, (u32)r->taken);

	/* The producer may run on before we look whether it can be asleep. */
	if (reference_random(r) % 2) {
		reference_producer_looks(test, r);
		reference_put(test, r);
	}
	reference_consumer_looks(test, r);
	unblocks = flexring_consumer_unblocks(&r->c);
	KUNIT_ASSERT_EQ(test, unblocks,
			r->taken != r->told && r->put - r->told >= SIZE);
	if (unblocks) {
		r->told = r->taken;
		r->notified = true;
	}
	/* A producer that sleeps on what it has seen has been notified. */
	if (r->put - r->taken_seen == SIZE && r->taken != r->taken_seen)
		KUNIT_ASSERT_TRUE(test, r->notified);
}

/* What a peer may claim: mostly next to where it is, sometimes anything. */
static u32 reference_claim(struct reference *r, u64 a, u64 b)
{
	u32 pick = reference_random(r) % 8;

	if (pick < 3)
		return (u32)a + pick - 1;
	if (pick < 6)
		return (u32)b + pick - 4;
	return reference_random(r);
}

static void reference_claim_taken(struct kunit *test, struct reference *r)
{
	struct flexring_producer p = r->p;
	u32 claim = reference_claim(r, r->taken_seen, r->put);
	u32 step = claim - (u32)r->taken_seen;
	bool legal = r->taken_seen + step <= r->put;

	KUNIT_ASSERT_EQ(test, flexring_producer_see(&p, claim),
			legal ? 0 : -EPROTO);
	KUNIT_ASSERT_EQ(test, p.cons, legal ? claim : r->p.cons);
	KUNIT_ASSERT_EQ(test, p.prod, r->p.prod);
}

static void reference_claim_put(struct kunit *test, struct reference *r)
{
	struct flexring_consumer c = r->c;
	u32 claim = reference_claim(r, r->put_seen, r->taken + SIZE);
	u32 step = claim - (u32)r->put_seen;
	bool legal = r->put_seen + step <= r->taken + SIZE;

	KUNIT_ASSERT_EQ(test, flexring_consumer_see(&c, claim),
			legal ? 0 : -EPROTO);
	KUNIT_ASSERT_EQ(test, c.prod, legal ? claim : r->c.prod);
	KUNIT_ASSERT_EQ(test, c.cons, r->c.cons);
}

static void reference_run(struct kunit *test, u32 start, unsigned int steps)
{
	static void (*const operations[])(struct kunit *test,
					  struct reference *r) = {
		reference_put,
		reference_producer_looks,
		reference_take,
		reference_consumer_looks,
		reference_claim_taken,
		reference_claim_put,
	};
	struct reference *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->random = random_start(test);
	flexring_producer_init(&r->p, SIZE);
	flexring_consumer_init(&r->c, SIZE);
	wind(test, &r->p, &r->c, start);
	r->put = start;
	r->taken = start;
	r->put_seen = start;
	r->taken_seen = start;
	r->told = start;
	r->c.told = start;

	while (steps--)
		operations[reference_random(r) % ARRAY_SIZE(operations)](test, r);
	/* It was a run worth the name: the ring went round many times. */
	KUNIT_EXPECT_GT(test, r->taken, start + 16ull * SIZE);
}

static void flexring_index_like_reference_from_zero(struct kunit *test)
{
	reference_run(test, 0, 20000);
}

static void flexring_index_like_reference_across_wrap(struct kunit *test)
{
	reference_run(test, U32_MAX - 8 * SIZE - 5, 20000);
}

static struct kunit_case flexring_index_cases[] = {
	KUNIT_CASE(flexring_producer_init_is_empty),
	KUNIT_CASE(flexring_producer_free_when_full),
	KUNIT_CASE(flexring_producer_free_across_wrap),
	KUNIT_CASE(flexring_producer_free_in_largest_ring),
	KUNIT_CASE(flexring_producer_see_everything_taken),
	KUNIT_CASE(flexring_producer_see_no_movement),
	KUNIT_CASE(flexring_producer_see_ahead_of_prod),
	KUNIT_CASE(flexring_producer_see_backwards),
	KUNIT_CASE(flexring_producer_see_backwards_across_wrap),
	KUNIT_CASE(flexring_producer_see_truth_after_lie),
	KUNIT_CASE(flexring_consumer_init_is_empty),
	KUNIT_CASE(flexring_consumer_queued_when_full),
	KUNIT_CASE(flexring_consumer_queued_across_wrap),
	KUNIT_CASE(flexring_consumer_queued_in_largest_ring),
	KUNIT_CASE(flexring_consumer_see_no_movement),
	KUNIT_CASE(flexring_consumer_see_more_than_fits),
	KUNIT_CASE(flexring_consumer_see_backwards),
	KUNIT_CASE(flexring_consumer_see_behind_cons),
	KUNIT_CASE(flexring_consumer_see_backwards_across_wrap),
	KUNIT_CASE(flexring_consumer_see_truth_after_lie),
	KUNIT_CASE(flexring_consumer_unblocks_truth_table),
	KUNIT_CASE(flexring_consumer_unblocks_a_producer_that_knew_less),
	KUNIT_CASE(flexring_consumer_unblocks_in_largest_ring),
	KUNIT_CASE(flexring_spans_of_no_bytes),
	KUNIT_CASE(flexring_spans_inside),
	KUNIT_CASE(flexring_spans_up_to_the_end),
	KUNIT_CASE(flexring_spans_across_the_end),
	KUNIT_CASE(flexring_spans_from_the_end),
	KUNIT_CASE(flexring_spans_of_whole_ring),
	KUNIT_CASE(flexring_spans_across_wrap),
	KUNIT_CASE(flexring_spans_in_largest_ring),
	KUNIT_CASE(flexring_index_like_reference_from_zero),
	KUNIT_CASE(flexring_index_like_reference_across_wrap),
	{}
};

static struct kunit_suite flexring_index_suite = {
	.name		= "flexring_index",
	.init		= fixture_init,
	.test_cases	= flexring_index_cases,
};

kunit_test_suite(flexring_index_suite);

MODULE_DESCRIPTION("Tests of the index arithmetic of byte rings");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
