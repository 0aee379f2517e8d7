/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be seen of a socket from outside.
 *
 * Nearly everything of a socket belongs to its work, and nobody else may look
 * at it.  So the work itself leaves a copy of what is of interest, at the end
 * of each turn and under the socket's lock, which is held for as long as the
 * copy takes.  Between two turns nothing of it changes.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_SEEN_H
#define _PVBACK_SEEN_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

/**
 * enum pvback_refusal - why something of a guest's was refused
 * @PVBACK_REFUSE_SOCKETS: limit of sockets; the value is how many there are
 * @PVBACK_REFUSE_LISTENERS: limit of listeners; how many there are
 * @PVBACK_REFUSE_BACKLOG: limit of listeners' queues; what LISTEN asked for,
 *	and got in part
 * @PVBACK_REFUSE_PARKED: limit of calls that wait at listeners; how many do
 * @PVBACK_REFUSE_CONNECTING: limit of connects on their way; how many are
 * @PVBACK_REFUSE_PACE: limit of connects in a second; that limit
 * @PVBACK_REFUSE_PAGES: limit of mapped pages; how many it wanted
 * @PVBACK_REFUSE_LINGER: limit of unsent bytes; how many there were
 * @PVBACK_REFUSE_RINGS: limit of bad rings in a second; that limit
 * @PVBACK_REFUSE_LIMITS: those from here on are no limits
 * @PVBACK_REFUSE_REQUEST: a request that makes no sense; its command
 * @PVBACK_REFUSE_ORDER: a ring of an order that we do not take; the order
 * @PVBACK_REFUSE_INDEX: an index of a data ring; the two words
 * @PVBACK_REFUSE_GRANT: pages that can not be mapped; the first reference
 * @PVBACK_REFUSE_PORT: an event channel that can not be bound; its port
 * @PVBACK_REFUSE_FLOOD: more requests than slots; how many
 * @PVBACK_REFUSE_PROTOCOL: those from here on break no rule, and count nowhere
 * @PVBACK_REFUSE_OPTION: a socket option; the level in the upper half, and
 *	the name
 * @PVBACK_REFUSE_PLACE: any socket, since there is no place for it; the id of
 *	the network namespace
 */
enum pvback_refusal {
	PVBACK_REFUSE_SOCKETS,
	PVBACK_REFUSE_LISTENERS,
	PVBACK_REFUSE_BACKLOG,
	PVBACK_REFUSE_PARKED,
	PVBACK_REFUSE_CONNECTING,
	PVBACK_REFUSE_PACE,
	PVBACK_REFUSE_PAGES,
	PVBACK_REFUSE_LINGER,
	PVBACK_REFUSE_RINGS,
	PVBACK_REFUSE_LIMITS,
	PVBACK_REFUSE_REQUEST = PVBACK_REFUSE_LIMITS,
	PVBACK_REFUSE_ORDER,
	PVBACK_REFUSE_INDEX,
	PVBACK_REFUSE_GRANT,
	PVBACK_REFUSE_PORT,
	PVBACK_REFUSE_FLOOD,
	PVBACK_REFUSE_PROTOCOL,
	PVBACK_REFUSE_OPTION = PVBACK_REFUSE_PROTOCOL,
	PVBACK_REFUSE_PLACE,
};

/**
 * enum pvback_end - how a connection came to an end
 * @PVBACK_END_STREAM: the peer sends no more
 * @PVBACK_END_ERROR: an error, a reset by the peer among them
 * @PVBACK_END_BROKEN: the guest broke the rules of the ring; reset
 * @PVBACK_END_CLOSED: the guest released it
 * @PVBACK_END_RESET: the guest released it, and bytes were left; reset
 * @PVBACK_END_SENT: the last bytes of a released socket are gone
 */
enum pvback_end {
	PVBACK_END_STREAM,
	PVBACK_END_ERROR,
	PVBACK_END_BROKEN,
	PVBACK_END_CLOSED,
	PVBACK_END_RESET,
	PVBACK_END_SENT,
};

/**
 * struct pvback_tally - what a socket has done
 * @bytes_in: from the network to the guest
 * @bytes_out: from the guest to the network
 * @notified: notifications sent
 * @spared: moves of bytes that did without one of their own
 * @error: the last error, 0 if there was none
 */
struct pvback_tally {
	u64 bytes_in;
	u64 bytes_out;
	u64 notified;
	u64 spared;
	int error;
};

/**
 * union pvback_seen_addr - a name of a socket
 * @sa: its family; 0 if there is no name
 * @in: an IPv4 address
 * @in6: an IPv6 address
 */
union pvback_seen_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/**
 * struct pvback_seen - a socket, as it was at the end of a turn
 * @state: an &enum pvback_socket_state
 * @bound: by BIND
 * @pages: of data in its ring; 0 if it has none
 * @in_prod: our private indexes
 * @in_cons: same
 * @out_prod: same; of a socket that lingers, the bytes that were left
 * @out_cons: same; of a socket that lingers, those of them that are sent
 * @tally: what it has done
 * @local: its name
 * @remote: the peer's
 */
struct pvback_seen {
	int state;
	bool bound;
	unsigned int pages;
	u32 in_prod;
	u32 in_cons;
	u32 out_prod;
	u32 out_cons;
	struct pvback_tally tally;
	union pvback_seen_addr local;
	union pvback_seen_addr remote;
};

#endif /* _PVBACK_SEEN_H */
