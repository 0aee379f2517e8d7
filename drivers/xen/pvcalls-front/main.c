// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/net.h>
#include <xen/xen.h>

#include "sock.h"

static int __init pvfront_init(void)
{
	int ret;

	if (!xen_domain())
		return -ENODEV;
	ret = pvfront_ring_init();
	if (ret)
		return ret;
	ret = pvfront_xenbus_init();
	if (ret)
		goto err_ring;
	ret = pvfront_proto_init();
	if (ret)
		goto err_xenbus;
	return 0;

err_xenbus:
	pvfront_xenbus_exit();
err_ring:
	pvfront_ring_exit();
	return ret;
}

/*
 * No socket is left, since each holds the module; closings may still go on in
 * the background.  They end with the device.
 */
static void __exit pvfront_exit(void)
{
	pvfront_proto_exit();
	pvfront_xenbus_exit();
	pvfront_sock_wait_all_gone();
	pvfront_ring_exit();
}

module_init(pvfront_init);
module_exit(pvfront_exit);

MODULE_DESCRIPTION("Xen PV Calls frontend: sockets that live in another domain");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS("xen:pvcalls");
/* socket(PF_INET or PF_INET6, SOCK_STREAM, 260) */
MODULE_ALIAS_NET_PF_PROTO_TYPE(2, 260, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(10, 260, 1);
