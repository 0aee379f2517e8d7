/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest has done since its device came, in numbers.
 *
 * Counted per CPU, so that counting costs one instruction and no cache line
 * wanders between CPUs; added up by whoever wants to know.  A sum that
 * is read while the guest goes on is one of some moment for each counter.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_STATS_H
#define _PVBACK_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>

/**
 * enum pvback_count - what is counted
 * @PVBACK_COUNT_REQUESTS: requests taken off the command ring
 * @PVBACK_COUNT_ANSWERS: responses written
 * @PVBACK_COUNT_CONNECTS: connections made by CONNECT
 * @PVBACK_COUNT_ACCEPTS: connections accepted
 * @PVBACK_COUNT_FAILED: attempts of CONNECT that the network refused
 * @PVBACK_COUNT_LIMITED: requests refused, or bytes lost, by a limit
 * @PVBACK_COUNT_PROTOCOL: requests, rings and indexes that make no sense
 * @PVBACK_COUNT_RESETS: connections that we reset
 * @PVBACK_COUNT_PEER_RESETS: connections that an error ended
 * @PVBACK_COUNT_BYTES_IN: moved from the network to the guest
 * @PVBACK_COUNT_BYTES_OUT: moved from the guest to the network
 * @PVBACK_COUNT_NOTIFIED: notifications sent, command ring included
 * @PVBACK_COUNT_SPARED: moves and responses that did without one of their own
 * @PVBACK_COUNTS: how many counters there are
 */
enum pvback_count {
	PVBACK_COUNT_REQUESTS,
	PVBACK_COUNT_ANSWERS,
	PVBACK_COUNT_CONNECTS,
	PVBACK_COUNT_ACCEPTS,
	PVBACK_COUNT_FAILED,
	PVBACK_COUNT_LIMITED,
	PVBACK_COUNT_PROTOCOL,
	PVBACK_COUNT_RESETS,
	PVBACK_COUNT_PEER_RESETS,
	PVBACK_COUNT_BYTES_IN,
	PVBACK_COUNT_BYTES_OUT,
	PVBACK_COUNT_NOTIFIED,
	PVBACK_COUNT_SPARED,
	PVBACK_COUNTS
};

/**
 * struct pvback_cpu_counts - the part of one CPU
 * @count: by &enum pvback_count; a word, which is 64 bits here (see main.c)
 */
struct pvback_cpu_counts {
	unsigned long count[PVBACK_COUNTS];
};

/**
 * struct pvback_stats - of one guest
 * @counts: see above
 * @most_sockets: as many as there were at a time
 */
struct pvback_stats {
	struct pvback_cpu_counts __percpu *counts;
	atomic_t most_sockets;
};

/**
 * pvback_stats_add - count something
 * @stats: of whom
 * @which: what
 * @amount: how much of it
 *
 * Context: any.
 */
static inline void pvback_stats_add(struct pvback_stats *stats,
				    enum pvback_count which,
				    unsigned long amount)
{
	this_cpu_add(stats->counts->count[which], amount);
}

int pvback_stats_init(struct pvback_stats *stats);
void pvback_stats_free(struct pvback_stats *stats);
unsigned long pvback_stats_sum(const struct pvback_stats *stats,
			       enum pvback_count which);
void pvback_stats_most(struct pvback_stats *stats, int sockets);

#endif /* _PVBACK_STATS_H */
