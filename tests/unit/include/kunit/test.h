/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of KUnit as the suites in tests/kunit use, for programs.  One suite
 * per program; tests/unit/kunit.c has its main().
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _SHIM_KUNIT_TEST_H
#define _SHIM_KUNIT_TEST_H

#include <linux/types.h>
#include <setjmp.h>
#include <string.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define GFP_KERNEL		0
#define __printf(f, args)	__attribute__((format(printf, f, args)))

/**
 * struct kunit - a case that is running
 * @priv: the suite's own
 * @name: of the case
 * @failed: an expectation was not met
 * @abort: where a failed assertion goes
 * @memory: what kunit_kzalloc() gave out, freed at the end of the case
 */
struct kunit {
	void *priv;
	const char *name;
	bool failed;
	jmp_buf abort;
	struct shim_memory *memory;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[64];
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function)	{ .run_case = (function), .name = #function }

#define kunit_test_suite(suite)	\
	struct kunit_suite *const shim_suite = &(suite)

extern struct kunit_suite *const shim_suite;

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp);

/* What a check was, and the two values that it did not expect. */
struct shim_check {
	const char *file;
	int line;
	const char *text;
	long long left;
	long long right;
	bool abort;
};

__printf(2, 3)
void kunit_info(const struct kunit *test, const char *format, ...);
__printf(3, 4)
void shim_failed(struct kunit *test, const struct shim_check *check,
		 const char *format, ...);

/* The space keeps the compiler from warning of an empty format. */
#define SHIM_CHECK(test, _abort, l, op, r, ...)				\
do {									\
	const typeof(l) _left = (l);					\
	const typeof(r) _right = (r);					\
									\
	if (_left op _right)						\
		break;							\
	shim_failed(test, &(const struct shim_check) {			\
		.file = __FILE__,					\
		.line = __LINE__,					\
		.text = #l " " #op " " #r,				\
		.left = (long long)_left,				\
		.right = (long long)_right,				\
		.abort = _abort,					\
	}, " " __VA_ARGS__);						\
} while (0)

#define KUNIT_EXPECT_EQ(test, l, r)	SHIM_CHECK(test, false, l, ==, r)
#define KUNIT_EXPECT_NE(test, l, r)	SHIM_CHECK(test, false, l, !=, r)
#define KUNIT_EXPECT_LT(test, l, r)	SHIM_CHECK(test, false, l, <, r)
#define KUNIT_EXPECT_LE(test, l, r)	SHIM_CHECK(test, false, l, <=, r)
#define KUNIT_EXPECT_GT(test, l, r)	SHIM_CHECK(test, false, l, >, r)
#define KUNIT_EXPECT_GE(test, l, r)	SHIM_CHECK(test, false, l, >=, r)
#define KUNIT_EXPECT_TRUE(test, c)	SHIM_CHECK(test, false, !!(c), ==, true)
#define KUNIT_EXPECT_FALSE(test, c)	SHIM_CHECK(test, false, !!(c), ==, false)

#define KUNIT_EXPECT_EQ_MSG(test, l, r, ...)	\
	SHIM_CHECK(test, false, l, ==, r, __VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, l, r, ...)	\
	SHIM_CHECK(test, false, l, >, r, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE_MSG(test, c, ...)	\
	SHIM_CHECK(test, false, !!(c), ==, true, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, c, ...)	\
	SHIM_CHECK(test, false, !!(c), ==, false, __VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, l, r)	\
	KUNIT_EXPECT_EQ_MSG(test, strcmp(l, r), 0, "'%s' and '%s'", l, r)

#define KUNIT_ASSERT_EQ(test, l, r)	SHIM_CHECK(test, true, l, ==, r)
#define KUNIT_ASSERT_NE(test, l, r)	SHIM_CHECK(test, true, l, !=, r)
#define KUNIT_ASSERT_LT(test, l, r)	SHIM_CHECK(test, true, l, <, r)
#define KUNIT_ASSERT_LE(test, l, r)	SHIM_CHECK(test, true, l, <=, r)
#define KUNIT_ASSERT_GT(test, l, r)	SHIM_CHECK(test, true, l, >, r)
#define KUNIT_ASSERT_GE(test, l, r)	SHIM_CHECK(test, true, l, >=, r)
#define KUNIT_ASSERT_TRUE(test, c)	SHIM_CHECK(test, true, !!(c), ==, true)
#define KUNIT_ASSERT_FALSE(test, c)	SHIM_CHECK(test, true, !!(c), ==, false)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, ...)	\
	SHIM_CHECK(test, true, l, ==, r, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, p)	KUNIT_ASSERT_TRUE(test, (p) != NULL)

#endif /* _SHIM_KUNIT_TEST_H */
