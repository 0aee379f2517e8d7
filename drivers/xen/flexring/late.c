// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that a dying peer may still have in its page tables.
 *
 * When a PV domain is destroyed, Xen first takes all grants from it that it had
 * mapped, and tears down its page tables afterwards.  In between the granter
 * sees its grants unused and may free the pages, but to Xen they are writable
 * in another domain: if one of them becomes a page table next, Xen refuses it,
 * and a process of the granter dies with a warning of the kernel.  The dying
 * domain runs no more, so nothing is written meanwhile.
 *
 * The granter can not see that directly.  But a peer that has pages mapped when
 * they are taken from it has broken the handshake of xenbus, because it is
 * hostile or because it is no more: what is taken back after that, waits.
 *
 *	flexring_free_page()         a period          a period
 *	                     young ----------> old ----------> free
 *
 * Only a PV domain has pages of which Xen knows what they are used for.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <xen/xen.h>

#include "late.h"

/* Longer than Xen took for a domain of the lab; not measured for large ones. */
#ifndef FLEXRING_LATE_PERIOD
#define FLEXRING_LATE_PERIOD (5 * HZ)
#endif

static void flexring_late_work(struct work_struct *work);

static DECLARE_DELAYED_WORK(flexring_late_next, flexring_late_work);
/* Protects what follows; taken by itself. */
static DEFINE_SPINLOCK(flexring_late_lock);
/* Linked by page->lru, which nobody else uses in a page of ours. */
static LIST_HEAD(flexring_late_young);
static LIST_HEAD(flexring_late_old);
static bool flexring_late_waits;
static unsigned long flexring_late_until;

/**
 * flexring_late_begin - a page was found mapped: its peer may be dying
 *
 * Context: any but interrupts.
 */
void flexring_late_begin(void)
{
	if (!xen_pv_domain())
		return;
	spin_lock(&flexring_late_lock);
	flexring_late_waits = true;
	flexring_late_until = jiffies + FLEXRING_LATE_PERIOD;
	spin_unlock(&flexring_late_lock);
}

/**
 * flexring_free_page - free a page whose grant was ended
 * @page: nobody else has it; its lru is not used
 *
 * It is free at once, unless flexring_late_begin() was called a short while
 * ago: then after one to two periods.
 *
 * Context: any but interrupts.
 */
void flexring_free_page(struct page *page)
{
	bool late;

	spin_lock(&flexring_late_lock);
	if (flexring_late_waits && time_after(jiffies, flexring_late_until))
		flexring_late_waits = false;
	late = flexring_late_waits;
	if (late)
		list_add(&page->lru, &flexring_late_young);
	spin_unlock(&flexring_late_lock);
	if (late)
		schedule_delayed_work(&flexring_late_next,
				      FLEXRING_LATE_PERIOD);
	else
		__free_page(page);
}

/**
 * flexring_late_pages - are there pages that wait?
 *
 * Context: any but interrupts.
 */
bool flexring_late_pages(void)
{
	bool some;

	spin_lock(&flexring_late_lock);
	some = !list_empty(&flexring_late_young) ||
	       !list_empty(&flexring_late_old);
	spin_unlock(&flexring_late_lock);
	return some;
}

static void flexring_late_work(struct work_struct *work)
{
	struct page *page, *next;
	LIST_HEAD(free);

	spin_lock(&flexring_late_lock);
	list_splice_init(&flexring_late_old, &free);
	list_splice_init(&flexring_late_young, &flexring_late_old);
	spin_unlock(&flexring_late_lock);
	list_for_each_entry_safe(page, next, &free, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	if (flexring_late_pages())
		schedule_delayed_work(&flexring_late_next,
				      FLEXRING_LATE_PERIOD);
}

/**
 * flexring_late_exit - wait until every page is free
 *
 * Context: sleeps, for two periods at most.
 */
void flexring_late_exit(void)
{
	while (flexring_late_pages())
		msleep(100);
	cancel_delayed_work_sync(&flexring_late_next);
}
