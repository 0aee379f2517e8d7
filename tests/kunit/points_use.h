/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts points.h in the place of the allocator and of the network.  Included
 * after every header that a driver uses and before the driver's own files.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _POINTS_USE_H
#define _POINTS_USE_H

#undef kzalloc
#define kzalloc			points_kzalloc
#undef kvzalloc
#define kvzalloc		points_kvzalloc
#undef kvcalloc
#define kvcalloc		points_kvcalloc
#undef kvmalloc
#define kvmalloc		points_kvmalloc
#undef kmemdup
#define kmemdup			points_kmemdup
#undef kfree
#define kfree			points_kfree
#undef kvfree
#define kvfree			points_kvfree
#undef alloc_percpu
#define alloc_percpu(type) \
	((type __percpu *)points_alloc_percpu(sizeof(type), __alignof__(type)))
#undef free_percpu
#define free_percpu		points_free_percpu
#undef alloc_workqueue
#define alloc_workqueue		points_alloc_workqueue
#undef destroy_workqueue
#define destroy_workqueue	points_destroy_workqueue
#undef xa_insert
#define xa_insert		points_xa_insert
#undef sock_create_kern
#define sock_create_kern	points_sock_create_kern
#undef __sock_create
#define __sock_create		points___sock_create
#undef sock_release
#define sock_release		points_sock_release
#undef kernel_connect
#define kernel_connect		points_kernel_connect
#undef kernel_bind
#define kernel_bind		points_kernel_bind
#undef kernel_listen
#define kernel_listen		points_kernel_listen
#undef kernel_accept
#define kernel_accept		points_kernel_accept

#endif /* _POINTS_USE_H */
