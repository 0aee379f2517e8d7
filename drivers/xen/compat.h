/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that we build for.  Included before every
 * file by the compiler's command line; the only place that may ask which
 * kernel this is.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _XEN_PVCALLS_COMPAT_H
#define _XEN_PVCALLS_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "xen-pvcalls needs Linux 6.1 or newer"
#endif

/*
 * 6.5 took sendpage out of the proto_ops, and replaced the splice that reads
 * through read_iter.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define PVCALLS_HAVE_SENDPAGE
#define pvcalls_splice_read generic_file_splice_read
#else
#define pvcalls_splice_read copy_splice_read
#endif

/* 6.2 gave kernel sockets a tracker of a reference that they do not hold. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define pvcalls_untrack_net(net, sk) do { } while (0)
#else
#define pvcalls_untrack_net(net, sk) \
	__netns_tracker_free(net, &(sk)->ns_tracker, false)
#endif

#endif /* _XEN_PVCALLS_COMPAT_H */
