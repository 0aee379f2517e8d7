/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything in a driver that may fail for want of memory, counted, and one
 * of them made to fail.
 *
 * The driver's files are compiled against this in place of the allocator: by
 * name, so that it works in whatever thread the driver allocates, which
 * failslab with its faults per task does not.  What the network stack
 * allocates inside one of its functions is one point: the call.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _POINTS_H
#define _POINTS_H

#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

void points_arm(unsigned int nth);
bool points_fired(void);
bool points_fail(void);
int points_memory(void);
int points_sockets(void);
void points_forget(void);

void *points_kzalloc(size_t size, gfp_t gfp);
void *points_kvzalloc(size_t size, gfp_t gfp);
void *points_kvcalloc(size_t n, size_t size, gfp_t gfp);
void *points_kvmalloc(size_t size, gfp_t gfp);
void *points_kmemdup(const void *src, size_t size, gfp_t gfp);
void points_kfree(const void *mem);
void points_kvfree(const void *mem);
void __percpu *points_alloc_percpu(size_t size, size_t align);
void points_free_percpu(void __percpu *mem);
__printf(1, 4) struct workqueue_struct *
points_alloc_workqueue(const char *format, unsigned int flags, int most, ...);
void points_destroy_workqueue(struct workqueue_struct *wq);
int points_xa_insert(struct xarray *xa, unsigned long index, void *entry,
		     gfp_t gfp);
int points_sock_create_kern(struct net *net, int family, int type,
			    int protocol, struct socket **sock);
int points___sock_create(struct net *net, int family, int type, int protocol,
			 struct socket **sock, int kern);
void points_sock_release(struct socket *sock);
int points_kernel_connect(struct socket *sock, struct sockaddr *addr, int len,
			  int flags);
int points_kernel_bind(struct socket *sock, struct sockaddr *addr, int len);
int points_kernel_listen(struct socket *sock, int backlog);
int points_kernel_accept(struct socket *sock, struct socket **newsock,
			 int flags);

#endif /* _POINTS_H */
