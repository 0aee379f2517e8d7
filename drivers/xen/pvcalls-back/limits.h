/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one guest may have: the limits, their keys, their bounds.
 *
 * A guest at its limit gets an error, and the others notice nothing:
 *
 *	limit			what the guest's program sees
 *	max-sockets		-EMFILE from SOCKET and ACCEPT
 *	max-listeners		-ENOBUFS from LISTEN
 *	max-parked		-ENFILE from ACCEPT and POLL
 *	max-connecting		-ENOBUFS from CONNECT
 *	connects-per-second	-ENOBUFS from CONNECT
 *	max-pages		-ENOBUFS from CONNECT and ACCEPT
 *	max-linger-bytes	a reset connection after RELEASE
 *	turn-bytes, max-buffer	nothing; its bytes go slower
 *
 * -ENOBUFS is what POSIX has for connect() and listen() where a resource is
 * lacking for now; -EAGAIN would tell programs that no port is left, or that
 * the call was one without waiting.
 *
 * Pure: nothing is allocated, no lock is taken, nobody is asked; the same file
 * is linked into the module and the unit tests.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_LIMITS_H
#define _PVBACK_LIMITS_H

#include <linux/types.h>

/**
 * enum pvback_limit - what is limited, for each guest
 * @PVBACK_MAX_SOCKETS: sockets, lingering ones included
 * @PVBACK_MAX_LISTENERS: sockets that listen
 * @PVBACK_MAX_BACKLOG: connections in the queues of its listeners
 * @PVBACK_MAX_PARKED: requests ACCEPT and POLL that wait
 * @PVBACK_MAX_CONNECTING: requests CONNECT that wait
 * @PVBACK_MAX_PAGES: pages mapped for data rings
 * @PVBACK_MAX_LINGER_BYTES: kept of released sockets
 * @PVBACK_TURN_BYTES: moved in each direction before others have their turn
 * @PVBACK_MAX_BUFFER: memory of one socket's queues, as sk_sndbuf and
 *	sk_rcvbuf count it; half for each direction
 * @PVBACK_CONNECTS_PER_SECOND: attempts to connect, whatever comes of them; 0
 *	is no limit.  What was not used in a second may follow at once in the
 *	next one.
 */
enum pvback_limit {
	PVBACK_MAX_SOCKETS,
	PVBACK_MAX_LISTENERS,
	PVBACK_MAX_BACKLOG,
	PVBACK_MAX_PARKED,
	PVBACK_MAX_CONNECTING,
	PVBACK_MAX_PAGES,
	PVBACK_MAX_LINGER_BYTES,
	PVBACK_TURN_BYTES,
	PVBACK_MAX_BUFFER,
	PVBACK_CONNECTS_PER_SECOND,
};

/* How many limits there are. */
#define PVBACK_LIMITS (PVBACK_CONNECTS_PER_SECOND + 1)

/* No value of any limit: the module's default holds. */
#define PVBACK_LIMIT_UNSET U32_MAX

/**
 * struct pvback_limits - a value for each limit
 * @value: by &enum pvback_limit; may change at any moment
 */
struct pvback_limits {
	u32 value[PVBACK_LIMITS];
};

const char *pvback_limits_key(enum pvback_limit which);
int pvback_limits_check(enum pvback_limit which, u32 value);
int pvback_limits_number(const char *text, u32 max, u32 *value);
int pvback_limits_parse(enum pvback_limit which, const char *text, u32 *value);
void pvback_limits_init(struct pvback_limits *limits);
u32 pvback_limits_pick(u32 own, u32 fallback);
bool pvback_limits_pace(u64 *next, u32 rate, u64 now);

#endif /* _PVBACK_LIMITS_H */
