// SPDX-License-Identifier: GPL-2.0-only
/*
 * grants DOMID: how many grants that domain gives, mapped or not.
 *
 * Runs in dom0, which may look at any grant table.  Linux keeps to version 1
 * of its entries unless a machine has more than 16 TiB.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <xen/grant_table.h>
#include <xenforeignmemory.h>

/* XENMEM_resource_grant_table and its first id, for tools of Xen alone. */
#define RESOURCE_GRANT_TABLE	1
#define RESOURCE_SHARED		0
/* As many frames as xl gives a domain. */
#define FRAMES			64
#define PAGE_BYTES		4096

int main(int argc, char **argv)
{
	xenforeignmemory_resource_handle *resource;
	xenforeignmemory_handle *memory = xenforeignmemory_open(NULL, 0);
	void *table = NULL;
	const grant_entry_v1_t *entry;
	unsigned int used = 0, i;

	if (argc != 2 || !memory)
		return 2;
	resource = xenforeignmemory_map_resource(memory, atoi(argv[1]),
						 RESOURCE_GRANT_TABLE,
						 RESOURCE_SHARED, 0, FRAMES,
						 &table, PROT_READ, 0);
	if (!resource) {
		perror("grants");
		return 1;
	}
	entry = table;
	for (i = 0; i < FRAMES * PAGE_BYTES / sizeof(*entry); i++)
		used += (entry[i].flags & GTF_type_mask) != GTF_invalid;
	printf("%u\n", used);
	return xenforeignmemory_unmap_resource(memory, resource) ? 1 : 0;
}
