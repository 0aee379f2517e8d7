/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that wait before they are free.  See late.c.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_LATE_H
#define _FLEXRING_LATE_H

struct page;

void flexring_late_begin(void);
void flexring_free_page(struct page *page);
bool flexring_late_pages(void);
void flexring_late_exit(void);

#endif /* _FLEXRING_LATE_H */
