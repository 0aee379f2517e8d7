// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of socket options: each with its length and its bounds, and that
 * there is no other one.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pvcalls-back/options.h"
#include "random.h"

/* Levels and names of Linux, which a slow reading of its manual gives. */
#define SOCKET	1
#define TCP	6
#define IP	0
#define IPV6	41

#define MIB4	(4 * 1024 * 1024)

/*
 * What there is, written a second time.  An option of four bytes has bounds;
 * beyond the lower one it is refused, beyond the upper one perhaps cut.
 */
static const struct row {
	enum pvback_option option;
	u32 level;
	u32 name;
	char kind;	/* r: to be read only, b: bool, n: number, c: cut, l */
	s32 min;
	s32 max;
	int beyond;
} rows[] = {
	{ PVBACK_OPTION_REUSEADDR,	SOCKET,	2,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_TYPE,		SOCKET,	3,	'r', 0, 0, 0 },
	{ PVBACK_OPTION_SNDBUF,		SOCKET,	7,	'c', 0, MIB4, -EINVAL },
	{ PVBACK_OPTION_RCVBUF,		SOCKET,	8,	'c', 0, MIB4, -EINVAL },
	{ PVBACK_OPTION_KEEPALIVE,	SOCKET,	9,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_OOBINLINE,	SOCKET,	10,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_PRIORITY,	SOCKET,	12,	'n', 0, 6, -EPERM },
	{ PVBACK_OPTION_LINGER,		SOCKET,	13,	'l', 0, 0, 0 },
	{ PVBACK_OPTION_REUSEPORT,	SOCKET,	15,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_ACCEPTCONN,	SOCKET,	30,	'r', 0, 0, 0 },
	{ PVBACK_OPTION_NODELAY,	TCP,	1,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_MAXSEG,		TCP,	2,	'r', 0, 0, 0 },
	{ PVBACK_OPTION_CORK,		TCP,	3,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_KEEPIDLE,	TCP,	4,	'n', 1, 32767, -EINVAL },
	{ PVBACK_OPTION_KEEPINTVL,	TCP,	5,	'n', 1, 32767, -EINVAL },
	{ PVBACK_OPTION_KEEPCNT,	TCP,	6,	'n', 1, 127, -EINVAL },
	{ PVBACK_OPTION_SYNCNT,		TCP,	7,	'n', 1, 127, -EINVAL },
	{ PVBACK_OPTION_DEFER_ACCEPT,	TCP,	9,	'c', 0, 63, -EINVAL },
	{ PVBACK_OPTION_INFO,		TCP,	11,	'r', 0, 0, 0 },
	{ PVBACK_OPTION_QUICKACK,	TCP,	12,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_CONGESTION,	TCP,	13,	'r', 0, 0, 0 },
	{ PVBACK_OPTION_USER_TIMEOUT,	TCP,	18,	'c', 0, 900000, -EINVAL },
	{ PVBACK_OPTION_TOS,		IP,	1,	'n', 0, 255, -EINVAL },
	{ PVBACK_OPTION_V6ONLY,		IPV6,	26,	'b', 0, 0, 0 },
	{ PVBACK_OPTION_TCLASS,		IPV6,	67,	'n', -1, 255, -EINVAL },
};

/* Neither of these is a value that an option becomes. */
#define UNTOUCHED	((s32)0x5a5a5a5a)

static const struct row *row_of(u32 level, u32 name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].level == level && rows[i].name == name)
			return &rows[i];
	return NULL;
}

static void find_all(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(rows), (size_t)PVBACK_OPTIONS);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, pvback_option_find(rows[i].level,
							     rows[i].name),
				    (int)rows[i].option, "row %u", i);
}

/* SOL_SOCKET as it is on four old architectures, too. */
static void find_no_other(struct kunit *test)
{
	static const u32 levels[] = {
		0, 1, 2, 6, 17, 41, 58, 132, 136, 255, 256, 263, 270, 271, 284,
		0xffff, 0x10001, 0x80000001, 0xffffffff,
	};
	unsigned int i, name, found = 0;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		for (name = 0; name < 300; name++) {
			if (row_of(levels[i], name)) {
				found++;
				continue;
			}
			KUNIT_EXPECT_EQ_MSG(test,
					    pvback_option_find(levels[i], name),
					    -ENOPROTOOPT, "level %u, name %u",
					    levels[i], name);
		}
	}
	KUNIT_EXPECT_EQ(test, found, (unsigned int)ARRAY_SIZE(rows));
}

static void find_of_random_numbers(struct kunit *test)
{
	u32 state = random_start(test);
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		const struct row *row = &rows[random_next(&state) %
					      ARRAY_SIZE(rows)];
		u32 bit = 1u << (random_next(&state) >> 27);

		if (!row_of(row->level ^ bit, row->name))
			KUNIT_ASSERT_EQ(test, -ENOPROTOOPT,
					pvback_option_find(row->level ^ bit,
							   row->name));
		if (!row_of(row->level, row->name ^ bit))
			KUNIT_ASSERT_EQ(test, -ENOPROTOOPT,
					pvback_option_find(row->level,
							   row->name ^ bit));
	}
}

static int check(enum pvback_option option, const s32 *words, u32 length,
		 s32 *value)
{
	u8 bytes[PVCALLS_OPTION_SIZE] = {};

	*value = UNTOUCHED;
	memcpy(bytes, words, 2 * sizeof(*words));
	return pvback_option_check(option, bytes, length, value);
}

/* @words is one number, or the two of a struct linger. */
static void expect_value(struct kunit *test, const struct row *row,
			 const s32 *words, s32 want)
{
	u32 length = row->kind == 'l' ? 8 : 4;
	s32 value;

	KUNIT_EXPECT_EQ_MSG(test, check(row->option, words, length, &value), 0,
			    "level %u, name %u, value %d", row->level,
			    row->name, words[0]);
	KUNIT_EXPECT_EQ_MSG(test, value, want, "level %u, name %u, value %d",
			    row->level, row->name, words[0]);
}

static void expect_refused(struct kunit *test, const struct row *row,
			   const s32 *words, u32 length, int ret)
{
	s32 value;

	KUNIT_EXPECT_EQ_MSG(test, check(row->option, words, length, &value),
			    ret, "level %u, name %u, value %d, length %u",
			    row->level, row->name, words[0], length);
	KUNIT_EXPECT_EQ(test, value, UNTOUCHED);
}

static void lengths(struct kunit *test)
{
	static const s32 words[2] = { 1, 0 };
	unsigned int i;
	u32 length;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 good = rows[i].kind == 'l' ? 8 : 4;

		for (length = 0; length <= PVCALLS_OPTION_SIZE; length++) {
			if (rows[i].kind == 'r')
				expect_refused(test, &rows[i], words, length,
					       -ENOPROTOOPT);
			else if (length == good)
				expect_value(test, &rows[i], words, 1);
			else
				expect_refused(test, &rows[i], words, length,
					       -EINVAL);
		}
	}
}

static void bools(struct kunit *test)
{
	static const s32 values[] = {
		0, 1, 2, -1, 0x100, 0x10000, 0x7fffffff, (s32)0x80000000,
	};
	s32 words[2] = { 0, -1 };
	unsigned int i, v;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (v = 0; rows[i].kind == 'b' && v < ARRAY_SIZE(values); v++) {
			words[0] = values[v];
			expect_value(test, &rows[i], words, v != 0);
		}
	}
}

/* What was given, or the nearest bound, or the error. */
static void expect_number(struct kunit *test, const struct row *row,
			  s32 number)
{
	s32 words[2] = { number, -1 };

	if (number > row->max && row->kind == 'c')
		expect_value(test, row, words, row->max);
	else if (number < row->min || number > row->max)
		expect_refused(test, row, words, 4, row->beyond);
	else
		expect_value(test, row, words, number);
}

static void numbers(struct kunit *test)
{
	static const s32 values[] = {
		0, 1, 2, -1, -2, 100, 0x7fffffff, (s32)0x80000000,
	};
	unsigned int i, v;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].kind != 'n' && rows[i].kind != 'c')
			continue;
		expect_number(test, &rows[i], rows[i].min - 1);
		expect_number(test, &rows[i], rows[i].min);
		expect_number(test, &rows[i], rows[i].max);
		expect_number(test, &rows[i], rows[i].max + 1);
		for (v = 0; v < ARRAY_SIZE(values); v++)
			expect_number(test, &rows[i], values[v]);
	}
}

static void linger(struct kunit *test)
{
	static const struct {
		s32 words[2];
		int ret;
		s32 value;
	} cases[] = {
		{ { 0, 0 },		0,		0 },
		{ { 0, 5 },		0,		0 },
		{ { 0, -1 },		0,		0 },
		{ { 1, 0 },		0,		1 },
		{ { -1, 0 },		0,		1 },
		{ { 0x100, 0 },		0,		1 },
		{ { 1, 1 },		-EINVAL,	UNTOUCHED },
		{ { 1, -1 },		-EINVAL,	UNTOUCHED },
		{ { 2, 0x10000 },	-EINVAL,	UNTOUCHED },
		{ { -1, 0x7fffffff },	-EINVAL,	UNTOUCHED },
	};
	unsigned int i;
	s32 value;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test, check(PVBACK_OPTION_LINGER,
						cases[i].words, 8, &value),
				    cases[i].ret, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, value, cases[i].value, "case %u", i);
	}
}

static struct kunit_case pvcalls_options_cases[] = {
	KUNIT_CASE(find_all),
	KUNIT_CASE(find_no_other),
	KUNIT_CASE(find_of_random_numbers),
	KUNIT_CASE(lengths),
	KUNIT_CASE(bools),
	KUNIT_CASE(numbers),
	KUNIT_CASE(linger),
	{}
};

static struct kunit_suite pvcalls_options_suite = {
	.name		= "pvcalls_options",
	.test_cases	= pvcalls_options_cases,
};

kunit_test_suite(pvcalls_options_suite);

MODULE_DESCRIPTION("Tests of the table of socket options");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
