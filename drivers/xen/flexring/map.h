/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping end: pages that another domain has granted to us.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_MAP_H
#define _FLEXRING_MAP_H

#include <xen/grant_table.h>

struct page;

/**
 * struct flexring_map - pages of another domain, mapped
 * @pages: each with its own address in the kernel; they are not contiguous
 *	and must never be handed to a network stack or a file, since unmapping
 *	does not wait
 * @handles: what the hypervisor calls the mappings
 * @nr: how many
 */
struct flexring_map {
	struct page **pages;
	grant_handle_t *handles;
	unsigned int nr;
};

int flexring_map_pages(struct flexring_map *map, domid_t domid,
		       const grant_ref_t *refs, unsigned int nr);
void flexring_unmap_pages(struct flexring_map *map);

#endif /* _FLEXRING_MAP_H */
