// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ties a domain to others, one "NAME NUMBER" a line.
 *
 *	ties DOMID
 *		given	grants that it gives, mapped or not
 *		events	event channels that it has
 *	ties DOMID BACKEND
 *		grants	those of its grants that somebody has mapped
 *		events	event channels that BACKEND has with it
 *
 * Runs in dom0, which may look at any domain.  Linux keeps to version 1 of
 * grant tables unless a machine has more than 16 TiB.  To look at all frames
 * that a table may have makes Xen give it as many.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
/* Else the hypercalls are numbered as for guests of twenty years ago. */
#define __XEN_TOOLS__ 1

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xencall.h>
#include <xenforeignmemory.h>

/* XENMEM_resource_grant_table and its first id, for tools of Xen alone. */
#define RESOURCE_GRANT_TABLE	1
#define RESOURCE_SHARED		0
/* As many frames as xl gives a domain. */
#define FRAMES			64
#define PAGE_BYTES		4096

#define ANY_DOMAIN		-1

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned int entries_count(const grant_entry_v1_t *entry,
				  unsigned int flags)
{
	unsigned int used = 0, i;

	for (i = 0; i < FRAMES * PAGE_BYTES / sizeof(*entry); i++)
		used += (entry[i].flags & flags) != 0;
	return used;
}

/* Of @domid, those entries that have one of @flags; none where it is gone. */
static unsigned int grants_count(int domid, unsigned int flags)
{
	xenforeignmemory_handle *memory = xenforeignmemory_open(NULL, 0);
	xenforeignmemory_resource_handle *resource;
	void *table = NULL;
	unsigned int used;

	if (!memory)
		die("foreign memory");
	resource = xenforeignmemory_map_resource(memory, domid,
						 RESOURCE_GRANT_TABLE,
						 RESOURCE_SHARED, 0, FRAMES,
						 &table, PROT_READ, 0);
	if (!resource && errno == ESRCH)
		return 0;
	if (!resource)
		die("grant table");
	used = entries_count(table, flags);
	if (xenforeignmemory_unmap_resource(memory, resource))
		die("grant table");
	return used;
}

static bool is_with(const struct evtchn_status *channel, int other)
{
	switch (channel->status) {
	case EVTCHNSTAT_closed:
		return false;
	case EVTCHNSTAT_unbound:
		return other == ANY_DOMAIN || channel->u.unbound.dom == other;
	case EVTCHNSTAT_interdomain:
		return other == ANY_DOMAIN ||
		       channel->u.interdomain.dom == other;
	default:
		return other == ANY_DOMAIN;
	}
}

/* Of @domid, those with @other. */
static unsigned int events_count(int domid, int other)
{
	xencall_handle *xen = xencall_open(NULL, 0);
	struct evtchn_status *channel;
	unsigned int used = 0, port;

	channel = xen ? xencall_alloc_buffer(xen, sizeof(*channel)) : NULL;
	if (!channel)
		die("hypercalls");
	for (port = 0;; port++) {
		*channel = (struct evtchn_status) { .dom = domid, .port = port };
		if (xencall2(xen, __HYPERVISOR_event_channel_op,
			     EVTCHNOP_status, (uintptr_t)channel))
			break;
		used += is_with(channel, other);
	}
	/* Behind the last port that there is. */
	if (errno != EINVAL && errno != ESRCH)
		die("event channels");
	xencall_free_buffer(xen, channel);
	return used;
}

int main(int argc, char **argv)
{
	int domid;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "ties DOMID [BACKEND]\n");
		return 2;
	}
	domid = atoi(argv[1]);
	if (argc == 2)
		printf("given %u\nevents %u\n",
		       grants_count(domid, GTF_type_mask),
		       events_count(domid, ANY_DOMAIN));
	else
		printf("grants %u\nevents %u\n",
		       grants_count(domid, GTF_reading | GTF_writing),
		       events_count(atoi(argv[2]), domid));
	return 0;
}
