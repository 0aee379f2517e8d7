// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: time and chance.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <time.h>

#include "back.h"

/* xorshift64*: small, and the same numbers for a seed everywhere. */
uint32_t back_random(struct back *back)
{
	uint64_t x = back->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	back->random = x;
	return (x * 0x2545f4914f6cdd1dULL) >> 32;
}

int64_t back_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
