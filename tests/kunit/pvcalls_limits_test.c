// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits of a guest: which values an admin may give, which one holds, and
 * how fast a guest may be.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pvcalls-back/limits.h"

#define SECOND 1000000000ULL
/* What a parser that fails must leave alone. */
#define UNTOUCHED 0xa5a5a5a5U

static void expect_number(struct kunit *test, const char *text, u32 max,
			  int ret, u32 want)
{
	u32 value = UNTOUCHED;

	KUNIT_EXPECT_EQ_MSG(test, pvback_limits_number(text, max, &value), ret,
			    "\"%s\"", text);
	KUNIT_EXPECT_EQ_MSG(test, value, ret ? UNTOUCHED : want, "\"%s\"",
			    text);
}

static void numbers_are_read(struct kunit *test)
{
	expect_number(test, "0", 10, 0, 0);
	expect_number(test, "7", 7, 0, 7);
	expect_number(test, "1234567890", U32_MAX, 0, 1234567890);
	expect_number(test, "4294967295", U32_MAX, 0, U32_MAX);
	expect_number(test, "0x0", 10, 0, 0);
	expect_number(test, "0x00ff", U32_MAX, 0, 0xff);
	expect_number(test, "0x123456", U32_MAX, 0, 0x123456);
	expect_number(test, "0x789abc", U32_MAX, 0, 0x789abc);
	expect_number(test, "0xDEFabc", U32_MAX, 0, 0xdefabc);
	expect_number(test, "0xAf", U32_MAX, 0, 0xaf);
	expect_number(test, "0xffffffff", U32_MAX, 0, U32_MAX);
}

static void other_texts_are_refused(struct kunit *test)
{
	static const char * const texts[] = {
		"", " ", "x", "-1", "+1", " 1", "1 ", "1\n", "1x", "1.5", "1k",
		"00", "01", "0x", "0X1", "0xg", "0x1g", "0x-1", "a", "1a",
		"/", ":", "0x/", "0x:", "0x@", "0xG", "0x`", "none",
		"99999999999999999999x",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		expect_number(test, texts[i], U32_MAX, -EINVAL, 0);
}

/* However long: 2^64 and more come round to small numbers. */
static void large_numbers_are_refused(struct kunit *test)
{
	expect_number(test, "8", 7, -ERANGE, 0);
	expect_number(test, "4294967296", U32_MAX, -ERANGE, 0);
	expect_number(test, "42949672960", U32_MAX, -ERANGE, 0);
	expect_number(test, "0x100000000", U32_MAX, -ERANGE, 0);
	expect_number(test, "18446744073709551616", U32_MAX, -ERANGE, 0);
	expect_number(test, "0x10000000000000000", U32_MAX, -ERANGE, 0);
	expect_number(test, "184467440737095516160000000000000000007",
		      U32_MAX, -ERANGE, 0);
}

/* What README.rst promises, and the code relies on. */
static const struct {
	enum pvback_limit which;
	const char *key;
	u32 min;
	u32 max;
} bounds[] = {
	{ PVBACK_MAX_SOCKETS, "max-sockets", 0, 1 << 20 },
	{ PVBACK_MAX_LISTENERS, "max-listeners", 0, 1 << 20 },
	{ PVBACK_MAX_BACKLOG, "max-backlog", 0, 1 << 20 },
	{ PVBACK_MAX_PARKED, "max-parked", 0, 1 << 20 },
	{ PVBACK_MAX_CONNECTING, "max-connecting", 0, 1 << 20 },
	{ PVBACK_MAX_PAGES, "max-pages", 0, 1 << 24 },
	{ PVBACK_MAX_LINGER_BYTES, "max-linger-bytes", 0, 1 << 30 },
	{ PVBACK_TURN_BYTES, "turn-bytes", 4096, 1 << 24 },
	{ PVBACK_MAX_BUFFER, "max-buffer", 32768, 1 << 30 },
	{ PVBACK_CONNECTS_PER_SECOND, "connects-per-second", 0, 1000000 },
};

static void every_limit_has_bounds(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, (int)ARRAY_SIZE(bounds), (int)PVBACK_LIMITS);
	for (i = 0; i < ARRAY_SIZE(bounds); i++) {
		enum pvback_limit which = bounds[i].which;
		u32 min = bounds[i].min, max = bounds[i].max;

		KUNIT_EXPECT_EQ(test, strcmp(pvback_limits_key(which),
					     bounds[i].key), 0);
		KUNIT_EXPECT_EQ(test, pvback_limits_check(which, min), 0);
		KUNIT_EXPECT_EQ(test, pvback_limits_check(which, max), 0);
		KUNIT_EXPECT_EQ(test, pvback_limits_check(which, max + 1),
				-ERANGE);
		KUNIT_EXPECT_EQ(test, pvback_limits_check(which,
							  PVBACK_LIMIT_UNSET),
				-ERANGE);
		if (min)
			KUNIT_EXPECT_EQ(test, pvback_limits_check(which,
								  min - 1),
					-ERANGE);
	}
}

static void expect_limit(struct kunit *test, const char *text, int ret,
			 u32 want)
{
	u32 value = UNTOUCHED;

	KUNIT_EXPECT_EQ_MSG(test, pvback_limits_parse(PVBACK_TURN_BYTES, text,
						      &value),
			    ret, "\"%s\"", text);
	KUNIT_EXPECT_EQ_MSG(test, value, ret ? UNTOUCHED : want, "\"%s\"",
			    text);
}

static void values_are_numbers_within_bounds(struct kunit *test)
{
	expect_limit(test, "4096", 0, 4096);
	expect_limit(test, "0x10000", 0, 65536);
	expect_limit(test, "16777216", 0, 1 << 24);
	expect_limit(test, "4095", -ERANGE, 0);
	expect_limit(test, "16777217", -ERANGE, 0);
	expect_limit(test, "4294967295", -ERANGE, 0);
	expect_limit(test, "4294967296", -ERANGE, 0);
	expect_limit(test, "64k", -EINVAL, 0);
	expect_limit(test, "", -EINVAL, 0);
}

static void own_value_or_default(struct kunit *test)
{
	struct pvback_limits own;
	unsigned int i;

	memset(&own, 0xa5, sizeof(own));
	pvback_limits_init(&own);
	for (i = 0; i < PVBACK_LIMITS; i++)
		KUNIT_EXPECT_EQ(test, own.value[i], PVBACK_LIMIT_UNSET);
	KUNIT_EXPECT_EQ(test, pvback_limits_pick(PVBACK_LIMIT_UNSET, 7), 7U);
	KUNIT_EXPECT_EQ(test, pvback_limits_pick(0, 7), 0U);
	KUNIT_EXPECT_EQ(test, pvback_limits_pick(9, 7), 9U);
}

/* How many of @tries are allowed at this moment. */
static unsigned int allowed(u64 *next, u32 rate, u64 now, unsigned int tries)
{
	unsigned int count = 0;

	while (tries--)
		count += pvback_limits_pace(next, rate, now);
	return count;
}

static void no_rate_is_no_limit(struct kunit *test)
{
	u64 next = 0;

	KUNIT_EXPECT_EQ(test, allowed(&next, 0, 5 * SECOND, 1000), 1000U);
	KUNIT_EXPECT_EQ(test, next, 0ULL);
}

static void rate_of_one(struct kunit *test)
{
	u64 next = 0, now = 100 * SECOND;

	KUNIT_EXPECT_EQ(test, allowed(&next, 1, now, 3), 1U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 1, now + SECOND - 1, 3), 0U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 1, now + SECOND, 3), 1U);
}

/* Also at the very beginning, when the clock is young. */
static void quiet_guest_may_be_quick(struct kunit *test)
{
	u64 next = 0;

	KUNIT_EXPECT_EQ(test, allowed(&next, 5, 0, 20), 5U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 5, SECOND / 5 - 1, 20), 0U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 5, SECOND / 5, 20), 1U);
	/* Nobody saves more than a second's worth. */
	KUNIT_EXPECT_EQ(test, allowed(&next, 5, 1000 * SECOND, 20), 5U);
}

static void rate_holds_for_long(struct kunit *test)
{
	unsigned int ms, count = 0;
	u64 next = 0;

	/* Ten seconds, and the one that was saved. */
	for (ms = 0; ms < 10000; ms++)
		count += allowed(&next, 200, 7 * SECOND + ms * (SECOND / 1000),
				 3);
	KUNIT_EXPECT_GE(test, count, 2199U);
	KUNIT_EXPECT_LE(test, count, 2200U);
}

/* Who was slow is not kept waiting for longer than a second by the past. */
static void rate_changes(struct kunit *test)
{
	u64 next = 0;

	KUNIT_EXPECT_EQ(test, allowed(&next, 1, SECOND, 5), 1U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 1000, SECOND, 5), 0U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 1000, 2 * SECOND, 2000), 1000U);
	KUNIT_EXPECT_EQ(test, allowed(&next, 1000000, 100 * SECOND, 1100000),
			1000000U);
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(numbers_are_read),
	KUNIT_CASE(other_texts_are_refused),
	KUNIT_CASE(large_numbers_are_refused),
	KUNIT_CASE(every_limit_has_bounds),
	KUNIT_CASE(values_are_numbers_within_bounds),
	KUNIT_CASE(own_value_or_default),
	KUNIT_CASE(no_rate_is_no_limit),
	KUNIT_CASE(rate_of_one),
	KUNIT_CASE(quiet_guest_may_be_quick),
	KUNIT_CASE(rate_holds_for_long),
	KUNIT_CASE(rate_changes),
	{}
};

static struct kunit_suite limits_suite = {
	.name = "pvcalls_limits",
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);

MODULE_DESCRIPTION("KUnit suite of the PV Calls backend's limits");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
