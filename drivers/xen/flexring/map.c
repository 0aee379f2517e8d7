// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mapping end.  See map.h.
 *
 * xenbus_map_ring_valloc() is not used: it stops at 16 pages, and one bad
 * reference in it takes the whole device down.  Here a bad reference fails
 * the call, and nothing else.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <xen/page.h>

#include "map.h"

/* Grant operations handed to the hypervisor in one call. */
#define FLEXRING_BATCH 32

union flexring_batch {
	struct gnttab_map_grant_ref map[FLEXRING_BATCH];
	struct gnttab_unmap_grant_ref unmap[FLEXRING_BATCH];
};

static unsigned long flexring_page_addr(struct page *page)
{
	return (unsigned long)pfn_to_kaddr(page_to_pfn(page));
}

static void flexring_map_clear(struct flexring_map *map)
{
	kvfree(map->pages);
	kvfree(map->handles);
	memset(map, 0, sizeof(*map));
}

static int flexring_map_alloc(struct flexring_map *map, unsigned int nr)
{
	int ret = -ENOMEM;

	map->pages = kvcalloc(nr, sizeof(*map->pages), GFP_KERNEL);
	map->handles = kvcalloc(nr, sizeof(*map->handles), GFP_KERNEL);
	if (map->pages && map->handles)
		ret = gnttab_alloc_pages(nr, map->pages);
	if (ret)
		flexring_map_clear(map);
	else
		map->nr = nr;
	return ret;
}

/*
 * Unmap the mapped ones among pages first..first+nr.  Pages that were never
 * mapped must not be in the call: for a PV domain they have no foreign frame
 * to clear.
 */
static void flexring_unmap_batch(struct flexring_map *map, unsigned int first,
				 unsigned int nr, union flexring_batch *ops)
{
	struct page *pages[FLEXRING_BATCH];
	unsigned int i, used = 0;

	for (i = first; i < first + nr; i++) {
		if (map->handles[i] == INVALID_GRANT_HANDLE)
			continue;
		gnttab_set_unmap_op(&ops->unmap[used],
				    flexring_page_addr(map->pages[i]),
				    GNTMAP_host_map, map->handles[i]);
		pages[used++] = map->pages[i];
		map->handles[i] = INVALID_GRANT_HANDLE;
	}
	if (!used)
		return;
	/* The hypervisor refuses only what we did not map: a bug of ours. */
	WARN_ON_ONCE(gnttab_unmap_refs(ops->unmap, NULL, pages, used));
	for (i = 0; i < used; i++)
		WARN_ON_ONCE(ops->unmap[i].status != GNTST_okay);
}

static int flexring_map_batch(struct flexring_map *map, domid_t domid,
			      const grant_ref_t *refs, unsigned int first,
			      unsigned int nr, union flexring_batch *ops)
{
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++)
		gnttab_set_map_op(&ops->map[i],
				  flexring_page_addr(map->pages[first + i]),
				  GNTMAP_host_map, refs[first + i], domid);
	ret = gnttab_map_refs(ops->map, NULL, map->pages + first, nr);
	for (i = 0; i < nr; i++) {
		if (ops->map[i].status == GNTST_okay)
			map->handles[first + i] = ops->map[i].handle;
		else if (!ret)
			ret = ops->map[i].status == GNTST_no_device_space ?
			      -ENOBUFS : -EFAULT;
	}
	return ret;
}

/**
 * flexring_map_pages - map pages that another domain has granted to us
 * @map: filled in; all zero if this fails
 * @domid: the other domain
 * @refs: its grant references, a private copy
 * @nr: how many
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -ENOBUFS when the hypervisor has no room for more
 * mappings, or -EFAULT for a reference that can not be mapped.
 */
int flexring_map_pages(struct flexring_map *map, domid_t domid,
		       const grant_ref_t *refs, unsigned int nr)
{
	union flexring_batch *ops;
	unsigned int i;
	int ret;

	ops = kmalloc(sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	ret = flexring_map_alloc(map, nr);
	if (ret)
		goto out;
	for (i = 0; i < nr; i++)
		map->handles[i] = INVALID_GRANT_HANDLE;
	for (i = 0; i < nr && !ret; i += FLEXRING_BATCH)
		ret = flexring_map_batch(map, domid, refs, i,
					 min(nr - i, FLEXRING_BATCH + 0U), ops);
	if (ret)
		flexring_unmap_pages(map);
out:
	kfree(ops);
	return ret;
}

/**
 * flexring_unmap_pages - undo flexring_map_pages()
 * @map: what it filled in, or all zero
 *
 * Nobody may use the pages any more.  Never fails: what it needs of memory is
 * taken with __GFP_NOFAIL, since there is no way back from a teardown.
 *
 * Context: may sleep.
 */
void flexring_unmap_pages(struct flexring_map *map)
{
	union flexring_batch *ops;
	unsigned int i;

	if (!map->nr)
		return;
	ops = kmalloc(sizeof(*ops), GFP_KERNEL | __GFP_NOFAIL);
	for (i = 0; i < map->nr; i += FLEXRING_BATCH)
		flexring_unmap_batch(map, i,
				     min(map->nr - i, FLEXRING_BATCH + 0U), ops);
	kfree(ops);
	gnttab_free_pages(map->nr, map->pages);
	flexring_map_clear(map);
}
