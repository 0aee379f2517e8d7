// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grant table without a hypervisor: which pages the backend may map, and
 * which of them it does not let go of.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>

#include "../points.h"
#include "fake.h"

/* Never used twice in a test; 0 is none. */
#define FAKE_GRANTS 4096

static struct page *fake_pages[FAKE_GRANTS];
static bool fake_kept[FAKE_GRANTS];
static bool fake_deferred[FAKE_GRANTS];
static u32 fake_grant_next;
static atomic_t fake_grants;

/**
 * fake_grants_init - forget all grants
 */
void fake_grants_init(void)
{
	memset(fake_pages, 0, sizeof(fake_pages));
	memset(fake_kept, 0, sizeof(fake_kept));
	memset(fake_deferred, 0, sizeof(fake_deferred));
	fake_grant_next = 1;
	atomic_set(&fake_grants, 0);
}

/**
 * fake_grants_exit - the backend lets go of what it kept
 */
void fake_grants_exit(void)
{
	unsigned int ref;

	for (ref = 1; ref < fake_grant_next; ref++) {
		if (!fake_deferred[ref])
			continue;
		__free_page(fake_pages[ref]);
		put_page(fake_pages[ref]);
	}
}

/**
 * fake_granted - how many pages the backend may map
 */
int fake_granted(void)
{
	return atomic_read(&fake_grants);
}

/**
 * fake_page - what the backend sees when it maps a page
 * @ref: its grant reference
 *
 * Return: it, or NULL if there is no such grant.
 */
struct page *fake_page(u32 ref)
{
	return ref < fake_grant_next ? fake_pages[ref] : NULL;
}

/**
 * fake_keep - the backend keeps a page mapped, whatever happens
 * @ref: its grant reference
 */
void fake_keep(u32 ref)
{
	fake_kept[ref] = true;
	get_page(fake_pages[ref]);
}

/**
 * fake_kept_pages - pages that the frontend gave up but must not use again
 *
 * One that it has freed all the same has the backend's reference alone.
 */
unsigned int fake_kept_pages(void)
{
	unsigned int ref, nr = 0;

	for (ref = 1; ref < fake_grant_next; ref++)
		nr += fake_deferred[ref] &&
		      page_count(fake_pages[ref]) == 2;
	return nr;
}

int fake_gnttab_alloc(u16 count, grant_ref_t *head)
{
	if (points_fail() || fake_grant_next + count > FAKE_GRANTS)
		return -ENOSPC;
	*head = fake_grant_next;
	fake_grant_next += count;
	return 0;
}

int fake_gnttab_claim(grant_ref_t *head)
{
	return (*head)++;
}

void fake_gnttab_grant(grant_ref_t ref, domid_t domid, unsigned long gfn,
		       int readonly)
{
	fake_pages[ref] = pfn_to_page(gfn);
	atomic_inc(&fake_grants);
}

int fake_gnttab_try_end(grant_ref_t ref)
{
	WARN_ON_ONCE(!fake_pages[ref] || fake_deferred[ref]);
	if (fake_kept[ref])
		return 0;
	fake_pages[ref] = NULL;
	atomic_dec(&fake_grants);
	return 1;
}

void fake_gnttab_end(grant_ref_t ref, struct page *page)
{
	WARN_ON_ONCE(!fake_kept[ref] || fake_pages[ref] != page);
	fake_deferred[ref] = true;
	atomic_dec(&fake_grants);
}
