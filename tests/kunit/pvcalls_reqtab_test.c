// SPDX-License-Identifier: GPL-2.0-only
/*
 * Request ids: the edges one by one, then random operations beside a slow
 * reference.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pvcalls-front/reqtab.h"
#include "random.h"

#define SIZE		32u
#define CMD		3u
#define ID		0x0123456789abcdefull
/* The generation lives in what the number of the slot leaves of an id. */
#define GENERATIONS	(1u << (32 - PVFRONT_REQTAB_BITS))

struct fixture {
	struct pvfront_reqtab tab;
	struct pvfront_reqtab before;
	u32 req_ids[PVFRONT_REQTAB_MAX];
	bool used[PVFRONT_REQTAB_MAX];
};

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	pvfront_reqtab_init(&f->tab, SIZE);
	test->priv = f;
	return 0;
}

/* An answer that nobody waits for changes nothing. */
static void expect_refused(struct kunit *test, u32 req_id, u32 cmd, u64 id)
{
	struct fixture *f = test->priv;

	memcpy(&f->before, &f->tab, sizeof(f->tab));
	KUNIT_EXPECT_EQ_MSG(test, pvfront_reqtab_take(&f->tab, req_id, cmd, id),
			    -EPROTO, "request %#x, command %u", req_id, cmd);
	KUNIT_EXPECT_EQ(test, memcmp(&f->before, &f->tab, sizeof(f->tab)), 0);
}

static void expect_busy(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id = 0xdeadbeef;

	memcpy(&f->before, &f->tab, sizeof(f->tab));
	KUNIT_EXPECT_EQ(test, pvfront_reqtab_add(&f->tab, CMD, ID, &req_id),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, req_id, 0xdeadbeefu);
	KUNIT_EXPECT_EQ(test, memcmp(&f->before, &f->tab, sizeof(f->tab)), 0);
}

static int add(struct kunit *test, u32 cmd, u64 id, u32 *req_id)
{
	struct fixture *f = test->priv;
	int index = pvfront_reqtab_add(&f->tab, cmd, id, req_id);

	KUNIT_ASSERT_GE(test, index, 0);
	KUNIT_ASSERT_LT(test, index, (int)f->tab.size);
	KUNIT_EXPECT_EQ(test, *req_id % PVFRONT_REQTAB_MAX, (u32)index);
	return index;
}

/* Add requests until the table is full, and see that they are all different. */
static void fill(struct kunit *test, unsigned int size)
{
	struct fixture *f = test->priv;
	unsigned int i;
	int index;

	memset(f->used, 0, sizeof(f->used));
	for (i = 0; i < size; i++) {
		KUNIT_EXPECT_EQ(test, (unsigned int)f->tab.pending, i);
		index = add(test, CMD + i, ID + i, &f->req_ids[i]);
		KUNIT_EXPECT_FALSE(test, f->used[index]);
		f->used[index] = true;
	}
	KUNIT_EXPECT_EQ(test, (unsigned int)f->tab.pending, size);
	expect_busy(test);
}

/* Take all that fill() has added, the last, the first, the last but one... */
static void drain(struct kunit *test, unsigned int size)
{
	struct fixture *f = test->priv;
	unsigned int i, at;

	for (i = 0; i < size; i++) {
		at = i % 2 ? i / 2 : size - 1 - i / 2;
		KUNIT_EXPECT_EQ(test,
				pvfront_reqtab_take(&f->tab, f->req_ids[at],
						    CMD + at, ID + at),
				(int)(f->req_ids[at] % PVFRONT_REQTAB_MAX));
		KUNIT_EXPECT_EQ(test, (unsigned int)f->tab.pending,
				size - 1 - i);
	}
}

static void reqtab_init_sizes(struct kunit *test)
{
	static const struct {
		unsigned int asked;
		unsigned int size;
	} rows[] = {
		{ 0,		0 },
		{ 1,		1 },
		{ 2,		2 },
		{ 3,		3 },
		{ 32,		32 },
		{ 511,		511 },
		{ 512,		512 },
		{ 513,		512 },
		{ 1024,		512 },
		{ 65536 + 5,	512 },
		{ 0xffffffff,	512 },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(&f->tab, 0, sizeof(f->tab));
		pvfront_reqtab_init(&f->tab, rows[i].asked);
		KUNIT_EXPECT_EQ(test, (unsigned int)f->tab.size, rows[i].size);
		fill(test, rows[i].size);
		drain(test, rows[i].size);
		/* And once more, through a list of free slots in disorder. */
		fill(test, rows[i].size);
		drain(test, rows[i].size);
	}
}

static void reqtab_add_when_one_is_free_again(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id;

	fill(test, SIZE);
	KUNIT_EXPECT_EQ(test, pvfront_reqtab_take(&f->tab, f->req_ids[9],
						  CMD + 9, ID + 9), 9);
	KUNIT_EXPECT_EQ(test, add(test, CMD, ID, &req_id), 9);
	KUNIT_EXPECT_NE(test, req_id, f->req_ids[9]);
	expect_busy(test);
}

static void reqtab_take_from_empty(struct kunit *test)
{
	unsigned int index;

	/* All zeroes is what the memory of a new table looks like. */
	for (index = 0; index < PVFRONT_REQTAB_MAX; index++)
		expect_refused(test, index, 0, 0);
	expect_refused(test, U32_MAX, U32_MAX, U64_MAX);
}

static void reqtab_take_wrong_cmd(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id;

	add(test, CMD, ID, &req_id);
	expect_refused(test, req_id, CMD - 1, ID);
	expect_refused(test, req_id, CMD + 1, ID);
	expect_refused(test, req_id, CMD | 0x10000, ID);
	expect_refused(test, req_id, CMD | 0x80000000, ID);
	expect_refused(test, req_id, ~CMD, ID);
	/* The truth after a lie. */
	KUNIT_EXPECT_GE(test, pvfront_reqtab_take(&f->tab, req_id, CMD, ID), 0);
}

static void reqtab_take_wrong_id(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id;

	add(test, CMD, ID, &req_id);
	expect_refused(test, req_id, CMD, 0);
	expect_refused(test, req_id, CMD, ID + 1);
	expect_refused(test, req_id, CMD, ID & U32_MAX);
	expect_refused(test, req_id, CMD, ID ^ 1ull << 63);
	expect_refused(test, req_id, CMD, ~ID);
	KUNIT_EXPECT_GE(test, pvfront_reqtab_take(&f->tab, req_id, CMD, ID), 0);
}

static void reqtab_take_wrong_generation(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id;
	int bit;

	add(test, CMD, ID, &req_id);
	expect_refused(test, req_id - PVFRONT_REQTAB_MAX, CMD, ID);
	expect_refused(test, req_id + PVFRONT_REQTAB_MAX, CMD, ID);
	for (bit = PVFRONT_REQTAB_BITS; bit < 32; bit++)
		expect_refused(test, req_id ^ 1u << bit, CMD, ID);
	KUNIT_EXPECT_GE(test, pvfront_reqtab_take(&f->tab, req_id, CMD, ID), 0);
}

static void reqtab_take_wrong_slot(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id, other, index;

	add(test, CMD, ID, &req_id);
	/* Pending too, and in the same generation. */
	add(test, CMD, ID + 1, &other);
	/* Every other slot, also those that the table does not have. */
	for (index = 0; index < PVFRONT_REQTAB_MAX; index++)
		if (index != req_id % PVFRONT_REQTAB_MAX)
			expect_refused(test, (req_id & -PVFRONT_REQTAB_MAX) |
				       index, CMD, ID);
	KUNIT_EXPECT_GE(test, pvfront_reqtab_take(&f->tab, req_id, CMD, ID), 0);
}

/* A smaller table than before: what waits past its end is out of reach. */
static void reqtab_take_out_of_range(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	fill(test, SIZE);
	f->tab.size = SIZE / 2;
	for (i = SIZE / 2; i < SIZE; i++)
		expect_refused(test, f->req_ids[i], CMD + i, ID + i);
	KUNIT_EXPECT_EQ(test, pvfront_reqtab_take(&f->tab,
						  f->req_ids[SIZE / 2 - 1],
						  CMD + SIZE / 2 - 1,
						  ID + SIZE / 2 - 1),
			(int)SIZE / 2 - 1);
}

static void reqtab_take_twice(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	fill(test, SIZE);
	drain(test, SIZE);
	for (i = 0; i < SIZE; i++)
		expect_refused(test, f->req_ids[i], CMD + i, ID + i);
}

/* The same socket asks the same again, and the old answer comes once more. */
static void reqtab_take_late(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 req_id, next;
	int i, index;

	index = add(test, CMD, ID, &req_id);
	for (i = 0; i < 100; i++) {
		KUNIT_ASSERT_EQ(test, pvfront_reqtab_take(&f->tab, req_id, CMD,
							  ID), index);
		KUNIT_ASSERT_EQ(test, add(test, CMD, ID, &next), index);
		KUNIT_EXPECT_NE(test, next, req_id);
		expect_refused(test, req_id, CMD, ID);
		req_id = next;
	}
}

/* Both where the part in the id goes over, and where the counter does. */
static void reqtab_generation_wraps(struct kunit *test)
{
	static const u32 edges[] = {
		GENERATIONS, GENERATIONS * 2, GENERATIONS * 256u,
	};
	struct fixture *f = test->priv;
	u32 req_id, last = 0;
	unsigned int i;
	int step, index;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		index = f->tab.first_free;
		f->tab.slots[index].generation = edges[i] - 3;
		for (step = -2; step <= 2; step++) {
			KUNIT_ASSERT_EQ(test, add(test, CMD, ID, &req_id),
					index);
			KUNIT_EXPECT_EQ(test, req_id / PVFRONT_REQTAB_MAX,
					(u32)step % GENERATIONS);
			if (step > -2)
				expect_refused(test, last, CMD, ID);
			KUNIT_EXPECT_EQ(test, pvfront_reqtab_take(&f->tab,
								  req_id, CMD,
								  ID), index);
			last = req_id;
		}
	}
}

static void reqtab_init_forgets_what_waits(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i, round;
	u32 old[SIZE];

	for (round = 0; round < 5; round++) {
		fill(test, SIZE);
		memcpy(old, f->req_ids, sizeof(old));
		pvfront_reqtab_init(&f->tab, SIZE);
		KUNIT_EXPECT_EQ(test, (unsigned int)f->tab.pending, 0u);
		for (i = 0; i < SIZE; i++)
			expect_refused(test, old[i], CMD + i, ID + i);
		/* Not even when the same is asked for again. */
		fill(test, SIZE);
		for (i = 0; i < SIZE; i++)
			expect_refused(test, old[i], CMD + i, ID + i);
		drain(test, SIZE);
	}
}

static void reqtab_init_to_another_size(struct kunit *test)
{
	static const unsigned int sizes[] = { 64, 1, 512, 32, 512 };
	struct fixture *f = test->priv;
	u32 old[SIZE];
	unsigned int i, b;

	fill(test, SIZE);
	memcpy(old, f->req_ids, sizeof(old));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		pvfront_reqtab_init(&f->tab, sizes[i]);
		fill(test, sizes[i]);
		for (b = 0; b < SIZE; b++)
			expect_refused(test, old[b], CMD + b, ID + b);
	}
	drain(test, 512);
}

/*
 * The slow reference: a list of the requests that wait, and one of answers
 * that have been given or came too late.
 */
struct request {
	u32 req_id;
	u32 cmd;
	u64 id;
	int index;
};

struct reference {
	struct pvfront_reqtab *tab;
	unsigned int size;
	u32 random;
	unsigned int count;
	struct request waiting[PVFRONT_REQTAB_MAX];
	unsigned int forgotten;
	struct request old[64];
	unsigned int added;
	unsigned int busy;
	unsigned int refused;
};

static void reference_forget(struct reference *r, unsigned int at)
{
	r->old[r->forgotten++ % ARRAY_SIZE(r->old)] = r->waiting[at];
	r->waiting[at] = r->waiting[--r->count];
}

static void reference_add(struct kunit *test, struct reference *r)
{
	struct request new = {
		.cmd = random_next(&r->random) % 7,
		.id = random_next(&r->random) % 4,
	};
	unsigned int i;

	new.index = pvfront_reqtab_add(r->tab, new.cmd, new.id, &new.req_id);
	if (r->count == r->size) {
		KUNIT_ASSERT_EQ(test, new.index, -EBUSY);
		r->busy++;
		return;
	}
	KUNIT_ASSERT_GE(test, new.index, 0);
	KUNIT_ASSERT_LT(test, new.index, (int)r->size);
	for (i = 0; i < r->count; i++) {
		KUNIT_ASSERT_NE(test, r->waiting[i].index, new.index);
		KUNIT_ASSERT_NE(test, r->waiting[i].req_id, new.req_id);
	}
	r->waiting[r->count++] = new;
	r->added++;
}

/* An answer, right or wrong: the reference looks through all of its list. */
static void reference_answer(struct kunit *test, struct reference *r,
			     const struct request *answer)
{
	int ret = pvfront_reqtab_take(r->tab, answer->req_id, answer->cmd,
				      answer->id);
	unsigned int i;

	for (i = 0; i < r->count; i++)
		if (r->waiting[i].req_id == answer->req_id &&
		    r->waiting[i].cmd == answer->cmd &&
		    r->waiting[i].id == answer->id)
			break;
	if (i == r->count) {
		KUNIT_ASSERT_EQ(test, ret, -EPROTO);
		r->refused++;
		return;
	}
	KUNIT_ASSERT_EQ(test, ret, r->waiting[i].index);
	reference_forget(r, i);
}

static void reference_take(struct kunit *test, struct reference *r)
{
	struct request answer;

	if (!r->count)
		return;
	answer = r->waiting[random_next(&r->random) % r->count];
	reference_answer(test, r, &answer);
}

static void reference_take_old(struct kunit *test, struct reference *r)
{
	if (r->forgotten)
		reference_answer(test, r, &r->old[random_next(&r->random) %
						  min(r->forgotten, 64u)]);
}

static void reference_take_wrong(struct kunit *test, struct reference *r)
{
	struct request answer;

	if (!r->count)
		return;
	answer = r->waiting[random_next(&r->random) % r->count];
	switch (random_next(&r->random) % 4) {
	case 0:
		answer.req_id ^= 1u << random_next(&r->random) % 32;
		break;
	case 1:
		answer.req_id = random_next(&r->random);
		break;
	case 2:
		answer.cmd = random_next(&r->random) % 7;
		break;
	default:
		answer.id = random_next(&r->random) % 4;
	}
	reference_answer(test, r, &answer);
}

/* The connection is lost, and with it every answer. */
static void reference_init(struct reference *r)
{
	pvfront_reqtab_init(r->tab, r->size);
	while (r->count)
		reference_forget(r, r->count - 1);
}

static void reference_run(struct kunit *test, unsigned int size,
			  u32 generation)
{
	static void (*const operations[])(struct kunit *test,
					  struct reference *r) = {
		reference_add,
		reference_add,
		reference_take,
		reference_take_old,
		reference_take_wrong,
	};
	struct reference *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	struct fixture *f = test->priv;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->random = random_start(test);
	r->tab = &f->tab;
	r->size = size;
	for (i = 0; i < size; i++)
		f->tab.slots[i].generation = generation;
	pvfront_reqtab_init(r->tab, size);

	for (i = 0; i < 40000; i++) {
		if (random_next(&r->random) % 4096 == 0)
			reference_init(r);
		operations[random_next(&r->random) %
			   ARRAY_SIZE(operations)](test, r);
		KUNIT_ASSERT_EQ(test, (unsigned int)r->tab->pending, r->count);
	}
	/* It was a run worth the name. */
	KUNIT_EXPECT_GT(test, r->added, 4000u);
	KUNIT_EXPECT_GT(test, r->busy, 100u);
	KUNIT_EXPECT_GT(test, r->refused, 4000u);
}

static void reqtab_like_reference_with_one_slot(struct kunit *test)
{
	reference_run(test, 1, 0);
}

static void reqtab_like_reference(struct kunit *test)
{
	reference_run(test, SIZE, 0);
}

static void reqtab_like_reference_in_largest(struct kunit *test)
{
	reference_run(test, PVFRONT_REQTAB_MAX, 0);
}

static void reqtab_like_reference_across_wrap(struct kunit *test)
{
	reference_run(test, SIZE, GENERATIONS - 10);
}

static struct kunit_case pvcalls_reqtab_cases[] = {
	KUNIT_CASE(reqtab_init_sizes),
	KUNIT_CASE(reqtab_add_when_one_is_free_again),
	KUNIT_CASE(reqtab_take_from_empty),
	KUNIT_CASE(reqtab_take_wrong_cmd),
	KUNIT_CASE(reqtab_take_wrong_id),
	KUNIT_CASE(reqtab_take_wrong_generation),
	KUNIT_CASE(reqtab_take_wrong_slot),
	KUNIT_CASE(reqtab_take_out_of_range),
	KUNIT_CASE(reqtab_take_twice),
	KUNIT_CASE(reqtab_take_late),
	KUNIT_CASE(reqtab_generation_wraps),
	KUNIT_CASE(reqtab_init_forgets_what_waits),
	KUNIT_CASE(reqtab_init_to_another_size),
	KUNIT_CASE(reqtab_like_reference_with_one_slot),
	KUNIT_CASE(reqtab_like_reference),
	KUNIT_CASE(reqtab_like_reference_in_largest),
	KUNIT_CASE(reqtab_like_reference_across_wrap),
	{}
};

static struct kunit_suite pvcalls_reqtab_suite = {
	.name		= "pvcalls_reqtab",
	.init		= fixture_init,
	.test_cases	= pvcalls_reqtab_cases,
};

kunit_test_suite(pvcalls_reqtab_suite);

MODULE_DESCRIPTION("Tests of the table of requests that wait");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
