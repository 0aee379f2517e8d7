// SPDX-License-Identifier: GPL-2.0-only
/*
 * PV Calls backend: load, unload, and the limits of a guest.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <xen/interface/io/pvcalls.h>
#include <xen/xen.h>

#include "admit.h"
#include "main.h"
#include "place.h"
#include "socket.h"

#if BITS_PER_LONG < 64
#error "identifiers of sockets have 64 bits, and the table is indexed by a long"
#endif

/* What a guest without keys of its own may have; see limits.h. */
struct pvback_limits pvback_limit_defaults = {
	.value = {
		[PVBACK_MAX_SOCKETS]		= 4096,
		[PVBACK_MAX_LISTENERS]		= 1024,
		/* As many as the largest command ring has slots. */
		[PVBACK_MAX_BACKLOG]		= 16384,
		[PVBACK_MAX_PARKED]		= 512,
		[PVBACK_MAX_CONNECTING]		= 512,
		/* As many sockets with rings of 17 pages, the usual ones. */
		[PVBACK_MAX_PAGES]		= 69632,
		[PVBACK_MAX_LINGER_BYTES]	= SZ_8M,
		[PVBACK_TURN_BYTES]		= SZ_256K,
		[PVBACK_MAX_BUFFER]		= SZ_4M,
		[PVBACK_CONNECTS_PER_SECOND]	= 10000,
	},
};

static int pvback_limit_set(const char *text, const struct kernel_param *param)
{
	u32 *value = param->arg;
	unsigned int number;
	int ret;

	/* There may be a line's end behind it. */
	ret = kstrtouint(text, 0, &number);
	if (!ret)
		ret = pvback_limits_check(value - pvback_limit_defaults.value,
					  number);
	if (!ret)
		WRITE_ONCE(*value, number);
	return ret;
}

static const struct kernel_param_ops pvback_limit_ops = {
	.set = pvback_limit_set,
	.get = param_get_uint,
};

#define PVBACK_LIMIT_PARAM(name, which)					\
	module_param_cb(name, &pvback_limit_ops,			\
			&pvback_limit_defaults.value[which], 0644)

PVBACK_LIMIT_PARAM(max_sockets, PVBACK_MAX_SOCKETS);
MODULE_PARM_DESC(max_sockets, "Sockets of one guest (default 4096)");

PVBACK_LIMIT_PARAM(max_listeners, PVBACK_MAX_LISTENERS);
MODULE_PARM_DESC(max_listeners,
		 "Listening sockets of one guest (default 1024)");

PVBACK_LIMIT_PARAM(max_backlog, PVBACK_MAX_BACKLOG);
MODULE_PARM_DESC(max_backlog,
		 "Connections in the queues of all listeners of one guest (default 16384)");

PVBACK_LIMIT_PARAM(max_parked, PVBACK_MAX_PARKED);
MODULE_PARM_DESC(max_parked,
		 "Waiting accepts and polls of one guest (default 512)");

PVBACK_LIMIT_PARAM(max_connecting, PVBACK_MAX_CONNECTING);
MODULE_PARM_DESC(max_connecting, "Waiting connects of one guest (default 512)");

PVBACK_LIMIT_PARAM(max_pages, PVBACK_MAX_PAGES);
MODULE_PARM_DESC(max_pages,
		 "Pages of rings mapped for one guest (default 69632)");

PVBACK_LIMIT_PARAM(max_linger_bytes, PVBACK_MAX_LINGER_BYTES);
MODULE_PARM_DESC(max_linger_bytes,
		 "Unsent bytes kept of closed sockets of one guest (default 8 MiB)");

PVBACK_LIMIT_PARAM(turn_bytes, PVBACK_TURN_BYTES);
MODULE_PARM_DESC(turn_bytes,
		 "Bytes moved for one socket before others have their turn (default 256 KiB)");

PVBACK_LIMIT_PARAM(max_buffer, PVBACK_MAX_BUFFER);
MODULE_PARM_DESC(max_buffer,
		 "Bytes of the send and receive buffers of one socket (default 4 MiB)");

PVBACK_LIMIT_PARAM(connects_per_second, PVBACK_CONNECTS_PER_SECOND);
MODULE_PARM_DESC(connects_per_second,
		 "Connects of one guest in a second, 0 for any number (default 10000)");

/*
 * Far from the uids that distributions, containers and Xen's own tools give
 * away; systemd's table of uids has nothing there.
 */
unsigned int pvback_uid_base = 0x7f000000;
module_param_named(uid_base, pvback_uid_base, uint, 0444);
MODULE_PARM_DESC(uid_base,
		 "uid of a guest's sockets, less the number of its domain (default 2130706432)");

unsigned int pvback_linger_timeout = PVBACK_LINGER_LEAST;
module_param_named(linger_timeout, pvback_linger_timeout, uint, 0644);
MODULE_PARM_DESC(linger_timeout,
		 "Seconds that a peer may take none of the bytes left by a closed socket (default 120)");

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
	if (!ret)
		ret = pvback_place_check_uids();
	if (ret)
		return ret;
	/*
	 * One work of each guest, and all of equal weight: the threads that
	 * serve them at a time are few, for the reason in guest.c.
	 */
	pvback_wq = alloc_workqueue("pvcalls-back", WQ_UNBOUND,
				    max(4U, 2 * num_possible_cpus()));
	if (!pvback_wq)
		return -ENOMEM;
	pvback_debugfs_init();
	ret = pvback_xenbus_register();
	if (ret) {
		pvback_debugfs_exit();
		destroy_workqueue(pvback_wq);
	}
	return ret;
}

static void __exit pvback_exit(void)
{
	/* Each guest goes through its remove function, and is told. */
	pvback_xenbus_unregister();
	pvback_debugfs_exit();
	/* What is left serves no guest any more. */
	pvback_linger_abort_all();
	pvback_socket_wait_all();
	/* Whoever dropped the last reference of a guest has left its end here. */
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
