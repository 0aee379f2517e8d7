/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which socket options a guest may set and read, and to what.
 *
 * A kernel thread passes every check for a capability, so what no
 * unprivileged program could ask for has to stop here: an option that is not
 * in the table does not exist.  Pure: see request.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_OPTIONS_H
#define _PVBACK_OPTIONS_H

#include <linux/types.h>
#include <xen/interface/io/pvcalls.h>

/* Bytes of a socket's buffer that a guest may ask for; Linux doubles them. */
#define PVBACK_OPTION_MAX_BUFFER	(4 << 20)
/*
 * In milliseconds.  About as long as TCP tries by itself: it is also how long
 * a closed socket may stay behind, which no guest is charged for any more.
 */
#define PVBACK_OPTION_MAX_USER_TIMEOUT	(15 * 60 * 1000)
/* In seconds: six retransmissions. */
#define PVBACK_OPTION_MAX_DEFER_ACCEPT	63

/* Our own numbers, without holes. */
enum pvback_option {
	PVBACK_OPTION_REUSEADDR,
	PVBACK_OPTION_TYPE,
	PVBACK_OPTION_SNDBUF,
	PVBACK_OPTION_RCVBUF,
	PVBACK_OPTION_KEEPALIVE,
	PVBACK_OPTION_OOBINLINE,
	PVBACK_OPTION_PRIORITY,
	PVBACK_OPTION_LINGER,
	PVBACK_OPTION_REUSEPORT,
	PVBACK_OPTION_ACCEPTCONN,
	PVBACK_OPTION_NODELAY,
	PVBACK_OPTION_MAXSEG,
	PVBACK_OPTION_CORK,
	PVBACK_OPTION_KEEPIDLE,
	PVBACK_OPTION_KEEPINTVL,
	PVBACK_OPTION_KEEPCNT,
	PVBACK_OPTION_SYNCNT,
	PVBACK_OPTION_DEFER_ACCEPT,
	PVBACK_OPTION_INFO,
	PVBACK_OPTION_QUICKACK,
	PVBACK_OPTION_CONGESTION,
	PVBACK_OPTION_USER_TIMEOUT,
	PVBACK_OPTION_TOS,
	PVBACK_OPTION_V6ONLY,
	PVBACK_OPTION_TCLASS,
	PVBACK_OPTIONS,
};

int pvback_option_find(u32 level, u32 name);
int pvback_option_check(enum pvback_option option, const u8 *bytes,
			u32 length, s32 *value);

#endif /* _PVBACK_OPTIONS_H */
