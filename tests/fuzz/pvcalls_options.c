// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of socket options: the input is a level, a name, a length, and a
 * value as it came.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>

#include "fuzz.h"
#include "pvcalls-back/options.h"

#define UNTOUCHED	((s32)0x5a5a5a5a)

static bool is_bool(int option)
{
	switch (option) {
	case PVBACK_OPTION_REUSEADDR:
	case PVBACK_OPTION_KEEPALIVE:
	case PVBACK_OPTION_OOBINLINE:
	case PVBACK_OPTION_LINGER:
	case PVBACK_OPTION_REUSEPORT:
	case PVBACK_OPTION_NODELAY:
	case PVBACK_OPTION_CORK:
	case PVBACK_OPTION_QUICKACK:
	case PVBACK_OPTION_V6ONLY:
		return true;
	default:
		return false;
	}
}

/* Whatever was asked for, what comes out can be set without harm. */
static void check_value(int option, s32 value)
{
	if (is_bool(option))
		FUZZ_CHECK(value == 0 || value == 1);
	else if (option == PVBACK_OPTION_TCLASS)
		FUZZ_CHECK(value >= -1 && value <= 255);
	else
		FUZZ_CHECK(value >= 0 && value <= PVBACK_OPTION_MAX_BUFFER);
	if (option == PVBACK_OPTION_PRIORITY)
		FUZZ_CHECK(value <= 6);
	if (option == PVBACK_OPTION_DEFER_ACCEPT)
		FUZZ_CHECK(value <= 63);
	if (option == PVBACK_OPTION_USER_TIMEOUT)
		FUZZ_CHECK(value <= PVBACK_OPTION_MAX_USER_TIMEOUT);
}

static void check_settable(int option)
{
	FUZZ_CHECK(option != PVBACK_OPTION_TYPE);
	FUZZ_CHECK(option != PVBACK_OPTION_ACCEPTCONN);
	FUZZ_CHECK(option != PVBACK_OPTION_MAXSEG);
	FUZZ_CHECK(option != PVBACK_OPTION_INFO);
	FUZZ_CHECK(option != PVBACK_OPTION_CONGESTION);
}

static void check(int option, const u8 *bytes, u32 length)
{
	s32 value = UNTOUCHED;
	int ret;

	ret = pvback_option_check(option, bytes, length, &value);
	if (ret) {
		FUZZ_CHECK(ret == -EINVAL || ret == -EPERM ||
			   ret == -ENOPROTOOPT);
		FUZZ_CHECK(value == UNTOUCHED);
		return;
	}
	FUZZ_CHECK(length == (option == PVBACK_OPTION_LINGER ? 8 : 4));
	check_settable(option);
	check_value(option, value);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	u32 level = fuzz_u32(&in), name = fuzz_u32(&in);
	u32 length = fuzz_u8(&in) % (PVCALLS_OPTION_SIZE + 1);
	int option = pvback_option_find(level, name);
	u8 *bytes = fuzz_alloc(length);

	fuzz_bytes(&in, bytes, length);
	if (option < 0)
		FUZZ_CHECK(option == -ENOPROTOOPT);
	else
		FUZZ_CHECK(option < PVBACK_OPTIONS);
	/* A number that is none reaches half of the table too seldom. */
	if (option < 0)
		option = level % PVBACK_OPTIONS;
	check(option, bytes, length);
	free(bytes);
	return 0;
}
