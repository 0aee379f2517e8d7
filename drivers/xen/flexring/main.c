// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module, and the tables through which drivers reach the hypervisor.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>

#include "flexring.h"
#include "late.h"

const struct flexring_back_ops flexring_back_xen = {
	.map	= flexring_map_pages,
	.unmap	= flexring_unmap_pages,
	.bind	= flexring_event_bind,
	.unbind	= flexring_event_unbind,
	.notify	= flexring_event_notify,
	.eoi	= flexring_event_eoi,
};
EXPORT_SYMBOL_GPL(flexring_back_xen);

const struct flexring_front_ops flexring_front_xen = {
	.share	 = flexring_share_pages,
	.unshare = flexring_unshare_pages,
	.open	 = flexring_event_open,
	.unbind	 = flexring_event_unbind,
	.notify	 = flexring_event_notify,
	.eoi	 = flexring_event_eoi,
};
EXPORT_SYMBOL_GPL(flexring_front_xen);

/* There is nothing to begin. */
static void __exit flexring_exit(void)
{
	flexring_late_exit();
}

module_exit(flexring_exit);

MODULE_DESCRIPTION("Byte rings between Xen domains");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
