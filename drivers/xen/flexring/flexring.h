/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Byte rings between domains: what the drivers on top include.
 *
 * The drivers reach the hypervisor through the tables below, so that their
 * tests can put plain memory and a scripted peer in its place.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_H
#define _FLEXRING_H

#include <linux/mm.h>
#include <xen/page.h>

#include "driver.h"
#include "event.h"
#include "index.h"
#include "lane.h"
#include "map.h"
#include "share.h"

/**
 * struct flexring_back_ops - what a backend needs of the hypervisor
 * @map: see flexring_map_pages()
 * @unmap: see flexring_unmap_pages()
 * @bind: see flexring_event_bind()
 * @unbind: see flexring_event_unbind()
 * @notify: see flexring_event_notify()
 * @eoi: see flexring_event_eoi()
 */
struct flexring_back_ops {
	int (*map)(struct flexring_map *map, domid_t domid,
		   const grant_ref_t *refs, unsigned int nr);
	void (*unmap)(struct flexring_map *map);
	int (*bind)(struct flexring_event *ev, struct xenbus_device *dev,
		    evtchn_port_t port);
	void (*unbind)(struct flexring_event *ev);
	void (*notify)(struct flexring_event *ev);
	void (*eoi)(struct flexring_event *ev, bool useful);
};

/**
 * struct flexring_front_ops - what a frontend needs of the hypervisor
 * @share: see flexring_share_pages()
 * @unshare: see flexring_unshare_pages()
 * @open: see flexring_event_open()
 * @unbind: see flexring_event_unbind()
 * @notify: see flexring_event_notify()
 * @eoi: see flexring_event_eoi()
 */
struct flexring_front_ops {
	int (*share)(struct flexring_share *share, domid_t domid,
		     unsigned int nr);
	void (*unshare)(struct flexring_share *share);
	int (*open)(struct flexring_event *ev, domid_t domid);
	void (*unbind)(struct flexring_event *ev);
	void (*notify)(struct flexring_event *ev);
	void (*eoi)(struct flexring_event *ev, bool useful);
};

/**
 * flexring_page_at - the address of a byte in pages that are not contiguous
 * @pages: of a share or a map
 * @offset: of the byte, as if they were
 *
 * For rings of slots that do not lie across the border of two pages.  Mapping
 * the pages once more, at addresses that follow one another, is no way for
 * both ends: a PV domain may map a granted page only through the grant table,
 * which vmap() knows nothing of; and the frontend would need a piece of address
 * space in place of a division.
 *
 * Context: any.
 */
static inline void *flexring_page_at(struct page *const *pages, size_t offset)
{
	return page_address(pages[offset / XEN_PAGE_SIZE]) +
	       offset % XEN_PAGE_SIZE;
}

extern const struct flexring_back_ops flexring_back_xen;
extern const struct flexring_front_ops flexring_front_xen;

#endif /* _FLEXRING_H */
