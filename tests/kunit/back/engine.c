// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole backend but its ends towards xenstore and the module loader, once
 * more, for its suites: as it is, except that its memory comes from points.c.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.c"
#include "../fake_event.c"
#include "../await.c"

#include <linux/bvec.h>
#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sockptr.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <xen/xenbus.h>

/* Frees by RCU, which points.c does not count. */
#include "pvcalls-back/policy.c"
#include "pvcalls-back/admit.c"

#include "../points_use.h"
#include "fake.h"

/* As if ksoftirqd had not come to its work yet. */
atomic_t fake_late;
#undef local_softirq_pending
#define local_softirq_pending() (atomic_dec_if_positive(&fake_late) >= 0)

#include "pvcalls-back/request.c"
#include "pvcalls-back/command.c"
#include "pvcalls-back/guest.c"
#include "pvcalls-back/account.c"
#include "pvcalls-back/place.c"
#include "pvcalls-back/socket.c"
#include "pvcalls-back/hook.c"
#include "pvcalls-back/ring.c"
#include "pvcalls-back/connect.c"
#include "pvcalls-back/listen.c"
#include "pvcalls-back/name.c"
#include "pvcalls-back/yield.c"
#include "pvcalls-back/ioworker.c"
#include "pvcalls-back/sockopt.c"
#include "pvcalls-back/shutdown.c"
#include "pvcalls-back/release.c"
#include "pvcalls-back/linger.c"
#include "pvcalls-back/stats.c"
#include "pvcalls-back/seen.c"
