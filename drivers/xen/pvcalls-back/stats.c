// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of a guest.  See stats.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>

#include "stats.h"

/**
 * pvback_stats_init - nothing has been counted yet
 * @stats: all zeroes
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pvback_stats_init(struct pvback_stats *stats)
{
	stats->counts = alloc_percpu(struct pvback_cpu_counts);
	return stats->counts ? 0 : -ENOMEM;
}

/**
 * pvback_stats_free - forget what was counted
 * @stats: used by nobody any more
 *
 * Context: may sleep.
 */
void pvback_stats_free(struct pvback_stats *stats)
{
	free_percpu(stats->counts);
}

/**
 * pvback_stats_sum - how much has been counted
 * @stats: of whom
 * @which: of what
 *
 * Context: any.
 * Return: the sum of all CPUs.
 */
unsigned long pvback_stats_sum(const struct pvback_stats *stats,
			       enum pvback_count which)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(stats->counts,
					     cpu)->count[which]);
	return sum;
}

/**
 * pvback_stats_most - remember how many sockets there were at a time
 * @stats: of whom
 * @sockets: that are there now
 *
 * Context: any.
 */
void pvback_stats_most(struct pvback_stats *stats, int sockets)
{
	int most = atomic_read(&stats->most_sockets);

	while (sockets > most &&
	       !atomic_try_cmpxchg(&stats->most_sockets, &most, sockets))
		;
}
