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
 * through read_iter.  What sendpage had been told by a flag, that more is to
 * come, ends with a call of the struct proto.  Its ioctl got an argument in
 * kernel memory, and is reached past the proto_ops, by io_uring.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define PVCALLS_HAVE_SENDPAGE
#define pvcalls_splice_read generic_file_splice_read
#else
#define PVCALLS_HAVE_SPLICE_EOF
#define PVCALLS_HAVE_PROTO_IOCTL
#define pvcalls_splice_read copy_splice_read
#endif

/* 6.2 gave kernel sockets a tracker of a reference that they do not hold. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define pvcalls_untrack_net(net, sk) do { } while (0)
#else
#define pvcalls_untrack_net(net, sk) \
	__netns_tracker_free(net, &(sk)->ns_tracker, false)
#endif

/*
 * 6.14 let kernel sockets hold the memory of their namespace, and brought
 * sk_net_refcnt_upgrade() for those that hold the namespace itself.  Stable
 * kernels have both since these.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define PVCALLS_HAVE_REFCNT_UPGRADE
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 43) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define PVCALLS_HAVE_REFCNT_UPGRADE
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 103) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define PVCALLS_HAVE_REFCNT_UPGRADE
#endif

/*
 * 6.10 put what accept is told, and some of what it tells, into a structure.
 * These are the last parameters of proto_ops.accept, what to hand on for
 * them, the flags among them, and what the in-tree frontend takes of them.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define PVCALLS_ACCEPT_PARAMS	int flags, bool kern
#define PVCALLS_ACCEPT_ARGS	flags, kern
#define PVCALLS_ACCEPT_FLAGS	flags
#define PVCALLS_ACCEPT_INTREE	flags
#else
#define PVCALLS_ACCEPT_PARAMS	struct proto_accept_arg *arg
#define PVCALLS_ACCEPT_ARGS	arg
#define PVCALLS_ACCEPT_FLAGS	((arg)->flags)
#define PVCALLS_ACCEPT_INTREE	arg
#endif

/* 6.19 gave addresses whose length is told apart a type of their own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define pvcalls_sockaddr sockaddr
#else
#define pvcalls_sockaddr sockaddr_unsized
#endif

/* 7.0 wants to know whose state is read: that of a vanished device is none. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define pvcalls_read_state(dev, path) xenbus_read_driver_state(path)
#else
#define pvcalls_read_state(dev, path) xenbus_read_driver_state(dev, path)
#endif

#endif /* _XEN_PVCALLS_COMPAT_H */
