// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one guest may have.  See limits.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <xen/interface/io/pvcalls.h>

#include "limits.h"

#define NS_PER_SECOND 1000000000U

/*
 * The counters are of 32 bits, and go over their limit for a moment before
 * they see it: so none of them comes near the end of its range.
 */
#define MOST_OBJECTS	BIT(20)
#define MOST_BYTES	BIT(30)

/**
 * struct pvback_limits_row - a limit
 * @key: in the backend's directory
 * @min: the least that works
 * @max: the most that makes sense
 */
struct pvback_limits_row {
	const char *key;
	u32 min;
	u32 max;
};

static const struct pvback_limits_row pvback_limits_rows[PVBACK_LIMITS] = {
	[PVBACK_MAX_SOCKETS] = {
		PVCALLS_KEY_MAX_SOCKETS, 0, MOST_OBJECTS,
	},
	[PVBACK_MAX_LISTENERS] = {
		PVCALLS_KEY_MAX_LISTENERS, 0, MOST_OBJECTS,
	},
	[PVBACK_MAX_BACKLOG] = {
		PVCALLS_KEY_MAX_BACKLOG, 0, MOST_OBJECTS,
	},
	[PVBACK_MAX_PARKED] = {
		PVCALLS_KEY_MAX_PARKED, 0, MOST_OBJECTS,
	},
	[PVBACK_MAX_CONNECTING] = {
		PVCALLS_KEY_MAX_CONNECTING, 0, MOST_OBJECTS,
	},
	[PVBACK_MAX_PAGES] = {
		PVCALLS_KEY_MAX_PAGES, 0, MOST_BYTES / 64,
	},
	[PVBACK_MAX_LINGER_BYTES] = {
		PVCALLS_KEY_MAX_LINGER_BYTES, 0, MOST_BYTES,
	},
	/* A turn that moves less than a page is all overhead. */
	[PVBACK_TURN_BYTES] = {
		PVCALLS_KEY_TURN_BYTES, 4096, 16 << 20,
	},
	/* Half of it holds a few segments, with what the kernel adds. */
	[PVBACK_MAX_BUFFER] = {
		PVCALLS_KEY_MAX_BUFFER, 32768, MOST_BYTES,
	},
	[PVBACK_CONNECTS_PER_SECOND] = {
		PVCALLS_KEY_CONNECTS_PER_SECOND, 0, 1000000,
	},
};

/**
 * pvback_limits_key - what the admin calls a limit
 * @which: the limit
 *
 * Context: any.
 * Return: the name of its key in xenstore.
 */
const char *pvback_limits_key(enum pvback_limit which)
{
	return pvback_limits_rows[which].key;
}

/**
 * pvback_limits_check - may a limit have this value?
 * @which: the limit
 * @value: what the admin wants
 *
 * Context: any.
 * Return: 0 or -ERANGE.
 */
int pvback_limits_check(enum pvback_limit which, u32 value)
{
	const struct pvback_limits_row *row = &pvback_limits_rows[which];

	return value >= row->min && value <= row->max ? 0 : -ERANGE;
}

static int pvback_limits_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/**
 * pvback_limits_number - read a number that an admin wrote
 * @text: decimal, or hexadecimal after 0x; nothing before or behind it
 * @max: the largest that is allowed
 * @value: set to it, unless there is an error
 *
 * A leading zero is refused: to some readers it means another base.
 *
 * Context: any.
 * Return: 0, -EINVAL for what is no number, or -ERANGE beyond @max.
 */
int pvback_limits_number(const char *text, u32 max, u32 *value)
{
	u64 number = 0;
	int base = 10;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	} else if (text[0] == '0' && text[1]) {
		return -EINVAL;
	}
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		int digit = pvback_limits_digit(*text);

		if (digit >= base)
			return -EINVAL;
		/* Far enough beyond @max to be seen as such, and no further. */
		if (number <= U32_MAX)
			number = number * base + digit;
	}
	if (number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

/**
 * pvback_limits_parse - read the value of a limit
 * @which: the limit
 * @text: a number, see pvback_limits_number()
 * @value: set to it, unless there is an error
 *
 * Context: any.
 * Return: 0, -EINVAL or -ERANGE.
 */
int pvback_limits_parse(enum pvback_limit which, const char *text, u32 *value)
{
	u32 number;
	int ret;

	ret = pvback_limits_number(text, U32_MAX, &number);
	if (!ret)
		ret = pvback_limits_check(which, number);
	if (!ret)
		*value = number;
	return ret;
}

/**
 * pvback_limits_init - limits that say nothing
 * @limits: filled in
 *
 * Context: any.
 */
void pvback_limits_init(struct pvback_limits *limits)
{
	unsigned int i;

	for (i = 0; i < PVBACK_LIMITS; i++)
		limits->value[i] = PVBACK_LIMIT_UNSET;
}

/**
 * pvback_limits_pick - which of two values holds
 * @own: the guest's, or PVBACK_LIMIT_UNSET
 * @fallback: the module's
 *
 * Context: any.
 * Return: the value.
 */
u32 pvback_limits_pick(u32 own, u32 fallback)
{
	return own != PVBACK_LIMIT_UNSET ? own : fallback;
}

/**
 * pvback_limits_pace - one more, at this rate?
 * @next: when the last one that was allowed has been paid for, in nanoseconds;
 *	0 at first, and moved on if this one is allowed
 * @rate: how many a second; 0 is no limit
 * @now: nanoseconds since some point
 *
 * Each takes its part of a second, and up to a second may be owed: so whoever
 * was quiet may be quick at once, for as many as a second allows.
 *
 * Context: any.
 * Return: true if this one is allowed.
 */
bool pvback_limits_pace(u64 *next, u32 rate, u64 now)
{
	u64 start = *next > now ? *next : now;
	u32 cost;

	if (!rate)
		return true;
	cost = NS_PER_SECOND / rate;
	if (start + cost > now + NS_PER_SECOND)
		return false;
	*next = start + cost;
	return true;
}
