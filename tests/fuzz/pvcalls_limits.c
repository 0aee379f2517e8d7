// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text as the value of a limit, which strtoul() understands in the same
 * way; and any times of connects, which never exceed their rate.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <ctype.h>
#include <linux/errno.h>
#include <stdlib.h>

#include "fuzz.h"
#include "pvcalls-back/limits.h"

#define SECOND 1000000000ULL

/* Is all of it digits of @base, and at least one? */
static bool digits(const char *text, int base)
{
	const char *c;

	for (c = text; *c; c++)
		if (base == 16 ? !isxdigit(*c) : !isdigit(*c))
			return false;
	return c != text;
}

static void check_text(const char *text)
{
	bool hex = !strncmp(text, "0x", 2);
	bool good = hex ? digits(text + 2, 16) :
			  digits(text, 10) && (*text != '0' || !text[1]);
	/* Beyond its range it is as large as can be. */
	unsigned long want = good ? strtoul(text, NULL, hex ? 16 : 10) : 0;
	u32 value = 1;
	int ret = pvback_limits_number(text, U32_MAX, &value);

	if (!good)
		FUZZ_CHECK(ret == -EINVAL && value == 1);
	else if (want > U32_MAX)
		FUZZ_CHECK(ret == -ERANGE && value == 1);
	else
		FUZZ_CHECK(!ret && value == want);
}

static void check_limit(enum pvback_limit which, const char *text)
{
	u32 value = PVBACK_LIMIT_UNSET;

	if (pvback_limits_parse(which, text, &value))
		FUZZ_CHECK(value == PVBACK_LIMIT_UNSET);
	else
		FUZZ_CHECK(!pvback_limits_check(which, value));
}

/* In any time of a second or more no more than its part, and one second's. */
static void check_pace(struct fuzz_input *in, u32 rate)
{
	u64 next = 0, now = 5 * SECOND, spent = 0, passed = 0;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		u64 step = fuzz_u16(in) * 20000ULL;

		now += step;
		passed += step;
		if (pvback_limits_pace(&next, rate, now))
			spent += rate ? SECOND / rate : 0;
		FUZZ_CHECK(spent <= passed + SECOND);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	enum pvback_limit which = fuzz_u8(&in) % PVBACK_LIMITS;
	u32 rate = fuzz_u16(&in);
	size_t len = fuzz_u8(&in) % 32;
	char text[33];

	fuzz_bytes(&in, text, len);
	text[len] = '\0';
	check_text(text);
	check_limit(which, text);
	check_pace(&in, rate);
	return 0;
}
