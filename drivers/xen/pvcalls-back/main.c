// SPDX-License-Identifier: GPL-2.0-only
/*
 * PV Calls backend: load, unload, and the limits of a guest.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <xen/interface/io/pvcalls.h>
#include <xen/xen.h>

#include "admit.h"
#include "main.h"
#include "socket.h"

#if BITS_PER_LONG < 64
#error "identifiers of sockets have 64 bits, and the table is indexed by a long"
#endif

unsigned int pvback_max_sockets = 4096;
module_param_named(max_sockets, pvback_max_sockets, uint, 0644);
MODULE_PARM_DESC(max_sockets, "Sockets of one guest (default 4096)");

/* As many sockets with rings of 17 pages, which most frontends ask for. */
unsigned int pvback_max_pages = 69632;
module_param_named(max_pages, pvback_max_pages, uint, 0644);
MODULE_PARM_DESC(max_pages,
		 "Pages of rings mapped for one guest (default 69632)");

unsigned int pvback_linger_bytes = 8 << 20;
module_param_named(linger_bytes, pvback_linger_bytes, uint, 0644);
MODULE_PARM_DESC(linger_bytes,
		 "Unsent bytes kept of closed sockets of one guest (default 8 MiB)");

unsigned int pvback_linger_timeout = 30;
module_param_named(linger_timeout, pvback_linger_timeout, uint, 0644);
MODULE_PARM_DESC(linger_timeout,
		 "Seconds to send the unsent bytes of a closed socket (default 30)");

unsigned int pvback_max_ring_page_order = PVCALLS_MAX_RING_PAGE_ORDER;
module_param_named(max_ring_page_order, pvback_max_ring_page_order, uint, 0444);
MODULE_PARM_DESC(max_ring_page_order,
		 "Pages of a command ring, as a power of two, 0 to 4 (default 4)");

/* For the rules see policy.h. */
char *pvback_connect_policy = PVBACK_POLICY_CONNECT_DEFAULT;
module_param_named(connect_policy, pvback_connect_policy, charp, 0444);
MODULE_PARM_DESC(connect_policy,
		 "Where guests without a key connect-policy may connect to (default \""
		 PVBACK_POLICY_CONNECT_DEFAULT "\")");

char *pvback_bind_policy = PVBACK_POLICY_BIND_DEFAULT;
module_param_named(bind_policy, pvback_bind_policy, charp, 0444);
MODULE_PARM_DESC(bind_policy,
		 "What guests without a key bind-policy may bind (default \""
		 PVBACK_POLICY_BIND_DEFAULT "\")");

struct workqueue_struct *pvback_wq;

static int __init pvback_init(void)
{
	int ret;

	if (!xen_domain())
		return -ENODEV;
	ret = pvback_admit_check_defaults();
	if (ret)
		return ret;
	/*
	 * Unbound, so that a guest's bytes are moved wherever there is a CPU.
	 * No rescuer (WQ_MEM_RECLAIM): dom0 frees no memory through a guest's
	 * sockets, and what runs here allocates with GFP_KERNEL anyway.
	 */
	pvback_wq = alloc_workqueue("pvcalls-back", WQ_UNBOUND, 0);
	if (!pvback_wq)
		return -ENOMEM;
	ret = pvback_xenbus_register();
	if (ret)
		destroy_workqueue(pvback_wq);
	return ret;
}

static void __exit pvback_exit(void)
{
	/* Each guest goes through its remove function, and is told. */
	pvback_xenbus_unregister();
	/* What is left serves no guest any more. */
	pvback_linger_abort_all();
	pvback_socket_wait_all();
	/* The last reference of a socket is dropped by its work. */
	destroy_workqueue(pvback_wq);
	/*
	 * A softirq may have picked up a callback of ours just before it was
	 * restored.  It is inside a RCU read section.
	 */
	synchronize_rcu();
}

module_init(pvback_init);
module_exit(pvback_exit);

MODULE_DESCRIPTION("Xen PV Calls backend");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS("xen-backend:pvcalls");
