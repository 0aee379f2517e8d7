// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole frontend but its ends towards xenstore and the module loader, and
 * the granting end of its rings, once more, for its suites: as it is, except
 * that its memory comes from points.c and its grants from grant.c.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.c"
#include "../fake_event.c"
#include "../await.c"

#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/sockios.h>
#include <linux/uio.h>
#include <linux/wait_bit.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/transp_v6.h>
#include <xen/grant_table.h>
#include <xen/page.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include "fake.h"
#include "pvcalls-front/sock.h"

/* Freed by RCU, which points.c does not count. */
static void engine_free_dev(struct pvfront_dev *dev)
{
	points_forget();
	kvfree_rcu(dev, rcu);
}

#undef kvfree_rcu
#define kvfree_rcu(dev, rcu)	engine_free_dev(dev)

#include "../points_use.h"

#undef kvcalloc
#define kvcalloc(nr, size, gfp)	points_kvzalloc((nr) * (size), gfp)
#undef alloc_page
#define alloc_page(gfp)		(points_fail() ? NULL : alloc_pages(gfp, 0))

#define gnttab_alloc_grant_references	fake_gnttab_alloc
#define gnttab_claim_grant_reference	fake_gnttab_claim
#define gnttab_grant_foreign_access_ref	fake_gnttab_grant
#define gnttab_try_end_foreign_access	fake_gnttab_try_end
#define gnttab_end_foreign_access	fake_gnttab_end
#define xen_page_to_gfn			page_to_pfn

/* As in a PV guest, and quick. */
#undef xen_pv_domain
#define xen_pv_domain()			true
#define FLEXRING_LATE_PERIOD		HZ

#include "flexring/late.c"
#include "flexring/share.c"
#include "pvcalls-front/reqtab.c"
#include "pvcalls-front/addr.c"
#include "pvcalls-front/command.c"
#include "pvcalls-front/device.c"
#include "pvcalls-front/ring.c"
#include "pvcalls-front/sock.c"
#include "pvcalls-front/close.c"
#include "pvcalls-front/connect.c"
#include "pvcalls-front/listen.c"
#include "pvcalls-front/stream.c"
#include "pvcalls-front/route.c"
#include "pvcalls-front/ops.c"
#include "pvcalls-front/proto.c"

/**
 * engine_socks - how many remote halves of sockets there are
 */
int engine_socks(void)
{
	return atomic_read(&pvfront_sock_count);
}

static int engine_open(struct flexring_event *ev, domid_t domid)
{
	return points_fail() ? -ENOBUFS :
			       fake_event_attach(ev, fake_event_new());
}

static void engine_notify(struct flexring_event *ev)
{
	fake_event_notify(ev);
	fake_front_notified(ev);
}

const struct flexring_front_ops fake_front_ops = {
	.share		= flexring_share_pages,
	.unshare	= flexring_unshare_pages,
	.open		= engine_open,
	.unbind		= fake_event_unbind,
	.notify		= engine_notify,
	.eoi		= fake_event_eoi,
};
