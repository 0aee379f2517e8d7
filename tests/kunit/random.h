/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers for the suites, the same ones for the same seed.
 *
 * The seed is no module parameter: KUnit runs the suites of a module before
 * the kernel sets its parameters.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _TESTS_RANDOM_H
#define _TESTS_RANDOM_H

#include <kunit/test.h>
#include <linux/types.h>

#ifndef RANDOM_SEED
#define RANDOM_SEED	1
#endif

/* The state that random_next() starts from. */
static inline u32 random_start(struct kunit *test)
{
	u32 seed = RANDOM_SEED;

	kunit_info(test, "seed %u", seed);
	/* From 0 the generator does not move. */
	KUNIT_ASSERT_NE(test, seed, 0u);
	return seed;
}

static inline u32 random_next(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif /* _TESTS_RANDOM_H */
