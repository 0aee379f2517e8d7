// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants without a hypervisor: numbers for pages of our own.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../points.h"
#include "fake.h"

static struct page *fake_pages[FAKE_GRANTS];
static bool fake_revoked[FAKE_GRANTS];
static u32 fake_grant_next;
static atomic_t fake_pages_mapped;

int fake_grants_init(void)
{
	memset(fake_pages, 0, sizeof(fake_pages));
	memset(fake_revoked, 0, sizeof(fake_revoked));
	fake_grant_next = 1;
	atomic_set(&fake_pages_mapped, 0);
	return 0;
}

void fake_grants_exit(void)
{
	while (--fake_grant_next)
		__free_page(fake_pages[fake_grant_next]);
}

/**
 * fake_grant - a page of the guest's
 * @test: the test
 * @page: set to it
 *
 * Return: its grant reference.
 */
u32 fake_grant(struct kunit *test, struct page **page)
{
	KUNIT_ASSERT_LT(test, fake_grant_next, (u32)FAKE_GRANTS);
	*page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, *page);
	fake_pages[fake_grant_next] = *page;
	return fake_grant_next++;
}

/**
 * fake_grant_revoke - let a reference not be mapped any more
 * @ref: the reference
 */
void fake_grant_revoke(u32 ref)
{
	fake_revoked[ref] = true;
}

/**
 * fake_mapped - how many pages the backend has mapped
 */
int fake_mapped(void)
{
	return atomic_read(&fake_pages_mapped);
}

static bool fake_grant_good(grant_ref_t ref)
{
	return ref && ref < fake_grant_next && !fake_revoked[ref];
}

/* As flexring_map_pages(): all of them or none. */
static int fake_map(struct flexring_map *map, domid_t domid,
		    const grant_ref_t *refs, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!fake_grant_good(refs[i]))
			return -EFAULT;
	}
	if (points_fail())
		return -ENOMEM;
	map->pages = kcalloc(nr, sizeof(*map->pages), GFP_KERNEL);
	if (!map->pages)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		map->pages[i] = fake_pages[refs[i]];
	map->nr = nr;
	atomic_add(nr, &fake_pages_mapped);
	return 0;
}

static void fake_unmap(struct flexring_map *map)
{
	atomic_sub(map->nr, &fake_pages_mapped);
	kfree(map->pages);
	memset(map, 0, sizeof(*map));
}

static int fake_bind(struct flexring_event *ev, struct xenbus_device *dev,
		     evtchn_port_t port)
{
	return points_fail() ? -ENOBUFS : fake_event_attach(ev, port);
}

const struct flexring_back_ops fake_back_ops = {
	.map	= fake_map,
	.unmap	= fake_unmap,
	.bind	= fake_bind,
	.unbind	= fake_event_unbind,
	.notify	= fake_event_notify,
	.eoi	= fake_event_eoi,
};
