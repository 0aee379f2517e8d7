// SPDX-License-Identifier: GPL-2.0-only
/*
 * The granting end.  See share.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <xen/page.h>

#include "late.h"
#include "share.h"

static void flexring_share_clear(struct flexring_share *share)
{
	kvfree(share->pages);
	kvfree(share->refs);
	memset(share, 0, sizeof(*share));
}

static void flexring_free_ungranted(struct flexring_share *share,
				    unsigned int nr)
{
	while (nr--)
		__free_page(share->pages[nr]);
	flexring_share_clear(share);
}

/* Zeroed: a page must not tell the peer what we kept there before. */
static int flexring_share_alloc(struct flexring_share *share, unsigned int nr)
{
	unsigned int i;

	share->pages = kvcalloc(nr, sizeof(*share->pages), GFP_KERNEL);
	share->refs = kvcalloc(nr, sizeof(*share->refs), GFP_KERNEL);
	if (!share->pages || !share->refs) {
		flexring_share_clear(share);
		return -ENOMEM;
	}
	for (i = 0; i < nr; i++) {
		share->pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!share->pages[i]) {
			flexring_free_ungranted(share, i);
			return -ENOMEM;
		}
	}
	share->nr = nr;
	return 0;
}

/**
 * flexring_share_pages - allocate pages and let another domain map them
 * @share: filled in; all zero if this fails
 * @domid: the other domain
 * @nr: how many pages; each is allocated by itself, so any number is found
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOBUFS when the grant table is full.
 */
int flexring_share_pages(struct flexring_share *share, domid_t domid,
			 unsigned int nr)
{
	grant_ref_t head;
	unsigned int i;
	int ret;

	ret = flexring_share_alloc(share, nr);
	if (ret)
		return ret;
	if (gnttab_alloc_grant_references(nr, &head)) {
		flexring_free_ungranted(share, nr);
		return -ENOBUFS;
	}
	for (i = 0; i < nr; i++) {
		share->refs[i] = gnttab_claim_grant_reference(&head);
		gnttab_grant_foreign_access_ref(share->refs[i], domid,
						xen_page_to_gfn(share->pages[i]),
						0);
	}
	return 0;
}

/**
 * flexring_unshare_pages - end the grants and free the pages
 * @share: what flexring_share_pages() filled in, or all zero
 *
 * A page that the peer still has mapped is handed to the grant table's own
 * list of deferred entries: it is freed when the peer lets go of it, and not
 * before.  The others may have to wait a little, see late.c.
 *
 * Context: may sleep.
 */
void flexring_unshare_pages(struct flexring_share *share)
{
	unsigned int i, kept = 0;

	for (i = 0; i < share->nr; i++) {
		if (gnttab_try_end_foreign_access(share->refs[i]))
			continue;
		kept++;
		gnttab_end_foreign_access(share->refs[i], share->pages[i]);
		share->pages[i] = NULL;
	}
	if (kept) {
		pr_warn_once("the peer keeps %u of %u pages mapped, they stay reserved\n",
			     kept, share->nr);
		flexring_late_begin();
	}
	for (i = 0; i < share->nr; i++) {
		if (share->pages[i])
			flexring_free_page(share->pages[i]);
	}
	flexring_share_clear(share);
}
