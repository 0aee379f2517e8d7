// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of socket options.  See options.h.
 *
 * What is left out, and why:
 *
 *   SO_ERROR			takes the error off the socket, which the data
 *				ring has to tell
 *   SO_RCVLOWAT, SO_RCVTIMEO,	of a reader that sleeps, who is in the guest
 *   SO_SNDTIMEO
 *   SO_MARK, SO_BINDTODEVICE,	past the firewall, the routes and the limits of
 *   SO_*BUFFORCE,		dom0; a program needs a capability for them
 *   IP_TRANSPARENT
 *   SO_ATTACH_*, SO_TXTIME,	code, time and memory of dom0
 *   SO_TIMESTAMP*, SO_ZEROCOPY
 *   TCP_REPAIR, TCP_ULP,	state of TCP that it would not get into
 *   TCP_MD5SIG, TCP_FASTOPEN*
 *   TCP_MAXSEG, to set		tiny segments cost dom0 more than the guest
 *   TCP_CONGESTION, to set	loads modules
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "options.h"

enum pvback_option_kind {
	PVBACK_READ_ONLY,
	PVBACK_BOOL,		/* 4 bytes; all but 0 are 1 */
	PVBACK_BOUNDED,		/* 4 bytes, from min to max */
	PVBACK_CAPPED,		/* 4 bytes, at least min; more than max is max */
	PVBACK_RESET,		/* 8 bytes, a struct linger; on without time */
};

/**
 * struct pvback_option_row - an option
 * @level: on the wire
 * @name: on the wire
 * @kind: what its value is
 * @min: the least value
 * @max: the greatest one
 * @error: what other values are answered if not -EINVAL
 */
struct pvback_option_row {
	u32 level;
	u32 name;
	enum pvback_option_kind kind;
	s32 min;
	s32 max;
	int error;
};

#define OPTION_ROW(_option, _level, _name, _kind, ...) \
	[PVBACK_OPTION_##_option] = { \
		.level = PVCALLS_SOL_##_level, \
		.name = PVCALLS_##_name, \
		.kind = PVBACK_##_kind, \
		__VA_ARGS__ \
	}

static const struct pvback_option_row pvback_option_rows[PVBACK_OPTIONS] = {
	OPTION_ROW(REUSEADDR, SOCKET, SO_REUSEADDR, BOOL),
	OPTION_ROW(TYPE, SOCKET, SO_TYPE, READ_ONLY),
	OPTION_ROW(SNDBUF, SOCKET, SO_SNDBUF, CAPPED,
		   .min = 0, .max = PVBACK_OPTION_MAX_BUFFER),
	OPTION_ROW(RCVBUF, SOCKET, SO_RCVBUF, CAPPED,
		   .min = 0, .max = PVBACK_OPTION_MAX_BUFFER),
	OPTION_ROW(KEEPALIVE, SOCKET, SO_KEEPALIVE, BOOL),
	OPTION_ROW(OOBINLINE, SOCKET, SO_OOBINLINE, BOOL),
	/* What Linux says to a program that has no privilege. */
	OPTION_ROW(PRIORITY, SOCKET, SO_PRIORITY, BOUNDED,
		   .min = 0, .max = 6, .error = -EPERM),
	OPTION_ROW(LINGER, SOCKET, SO_LINGER, RESET),
	OPTION_ROW(REUSEPORT, SOCKET, SO_REUSEPORT, BOOL),
	OPTION_ROW(ACCEPTCONN, SOCKET, SO_ACCEPTCONN, READ_ONLY),
	OPTION_ROW(NODELAY, TCP, TCP_NODELAY, BOOL),
	OPTION_ROW(MAXSEG, TCP, TCP_MAXSEG, READ_ONLY),
	OPTION_ROW(CORK, TCP, TCP_CORK, BOOL),
	OPTION_ROW(KEEPIDLE, TCP, TCP_KEEPIDLE, BOUNDED,
		   .min = 1, .max = 32767),
	OPTION_ROW(KEEPINTVL, TCP, TCP_KEEPINTVL, BOUNDED,
		   .min = 1, .max = 32767),
	OPTION_ROW(KEEPCNT, TCP, TCP_KEEPCNT, BOUNDED, .min = 1, .max = 127),
	OPTION_ROW(SYNCNT, TCP, TCP_SYNCNT, BOUNDED, .min = 1, .max = 127),
	OPTION_ROW(DEFER_ACCEPT, TCP, TCP_DEFER_ACCEPT, CAPPED,
		   .min = 0, .max = PVBACK_OPTION_MAX_DEFER_ACCEPT),
	OPTION_ROW(INFO, TCP, TCP_INFO, READ_ONLY),
	OPTION_ROW(QUICKACK, TCP, TCP_QUICKACK, BOOL),
	OPTION_ROW(CONGESTION, TCP, TCP_CONGESTION, READ_ONLY),
	OPTION_ROW(USER_TIMEOUT, TCP, TCP_USER_TIMEOUT, CAPPED,
		   .min = 0, .max = PVBACK_OPTION_MAX_USER_TIMEOUT),
	OPTION_ROW(TOS, IP, IP_TOS, BOUNDED, .min = 0, .max = 255),
	OPTION_ROW(V6ONLY, IPV6, IPV6_V6ONLY, BOOL),
	/* -1 is the default. */
	OPTION_ROW(TCLASS, IPV6, IPV6_TCLASS, BOUNDED, .min = -1, .max = 255),
};

/**
 * pvback_option_find - an option by what it is called on the wire
 * @level: PVCALLS_SOL_*, or anything
 * @name: PVCALLS_SO_*, PVCALLS_TCP_*, ..., or anything
 *
 * Context: any.
 * Return: one of enum pvback_option, or -ENOPROTOOPT.
 */
int pvback_option_find(u32 level, u32 name)
{
	const struct pvback_option_row *row = pvback_option_rows;
	unsigned int i;

	for (i = 0; i < PVBACK_OPTIONS; i++, row++)
		if (row->level == level && row->name == name)
			return i;
	return -ENOPROTOOPT;
}

static int pvback_option_number(const struct pvback_option_row *row,
				const u8 *bytes, u32 length, s32 *value)
{
	s32 number;

	if (length != sizeof(number))
		return -EINVAL;
	memcpy(&number, bytes, sizeof(number));
	if (row->kind == PVBACK_BOOL) {
		*value = !!number;
		return 0;
	}
	if (row->kind == PVBACK_CAPPED && number > row->max)
		number = row->max;
	if (number < row->min || number > row->max)
		return row->error ?: -EINVAL;
	*value = number;
	return 0;
}

/* With a time, closing the socket would sleep. */
static int pvback_option_reset(const u8 *bytes, u32 length, s32 *value)
{
	s32 linger[2];

	if (length != sizeof(linger))
		return -EINVAL;
	memcpy(linger, bytes, sizeof(linger));
	if (linger[0] && linger[1])
		return -EINVAL;
	*value = !!linger[0];
	return 0;
}

/**
 * pvback_option_check - may a guest set an option to that?
 * @option: from pvback_option_find()
 * @bytes: the value as it came, a private copy
 * @length: how many bytes
 * @value: set to what the option is to become; for SO_LINGER 1 is on, with a
 *	time of 0 seconds, and 0 is off
 *
 * Context: any.
 * Return: 0; -ENOPROTOOPT for an option that can only be read, -EINVAL for a
 * length or a value that the option does not have, -EPERM for a priority that
 * needs a privilege.
 */
int pvback_option_check(enum pvback_option option, const u8 *bytes,
			u32 length, s32 *value)
{
	const struct pvback_option_row *row = &pvback_option_rows[option];

	switch (row->kind) {
	case PVBACK_READ_ONLY:
		return -ENOPROTOOPT;
	case PVBACK_RESET:
		return pvback_option_reset(bytes, length, value);
	default:
		return pvback_option_number(row, bytes, length, value);
	}
}
