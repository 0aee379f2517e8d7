/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The granting end: pages of ours which a peer domain may map.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_SHARE_H
#define _FLEXRING_SHARE_H

#include <xen/grant_table.h>

struct page;

/**
 * struct flexring_share - pages granted to another domain
 * @pages: zeroed, each on its own, in the order of @refs
 * @refs: their grant references
 * @nr: how many
 */
struct flexring_share {
	struct page **pages;
	grant_ref_t *refs;
	unsigned int nr;
};

int flexring_share_pages(struct flexring_share *share, domid_t domid,
			 unsigned int nr);
void flexring_unshare_pages(struct flexring_share *share);

#endif /* _FLEXRING_SHARE_H */
