// SPDX-License-Identifier: GPL-2.0-only
/*
 * Points of failure.  See points.h.  Included by the file that compiles a
 * driver for its suite.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/mm.h>

#include "points.h"

/* Points to pass until one fails; below 1, none will. */
static atomic_t points_left;
static atomic_t points_hit;
static atomic_t points_allocated;
static atomic_t points_open;

/**
 * points_arm - make one point fail
 * @nth: 1 for the next one; 0 for none
 */
void points_arm(unsigned int nth)
{
	atomic_set(&points_hit, 0);
	atomic_set(&points_left, nth);
}

/**
 * points_fired - has the point of points_arm() been reached?
 */
bool points_fired(void)
{
	return atomic_read(&points_hit);
}

/**
 * points_fail - pass a point
 *
 * Return: true if this is the one to fail.
 */
bool points_fail(void)
{
	if (atomic_read(&points_left) < 1 || atomic_dec_return(&points_left))
		return false;
	atomic_set(&points_hit, 1);
	return true;
}

/**
 * points_memory - pieces of memory that the driver holds
 */
int points_memory(void)
{
	return atomic_read(&points_allocated);
}

/**
 * points_sockets - kernel sockets that the driver holds
 */
int points_sockets(void)
{
	return atomic_read(&points_open);
}

static void *points_counted(void *mem)
{
	if (mem)
		atomic_inc(&points_allocated);
	return mem;
}

void *points_kzalloc(size_t size, gfp_t gfp)
{
	return points_fail() ? NULL : points_counted(kzalloc(size, gfp));
}

void *points_kvzalloc(size_t size, gfp_t gfp)
{
	return points_fail() ? NULL : points_counted(kvzalloc(size, gfp));
}

void *points_kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return points_fail() ? NULL : points_counted(kvcalloc(n, size, gfp));
}

void *points_kvmalloc(size_t size, gfp_t gfp)
{
	return points_fail() ? NULL : points_counted(kvmalloc(size, gfp));
}

void *points_kmemdup(const void *src, size_t size, gfp_t gfp)
{
	return points_fail() ? NULL : points_counted(kmemdup(src, size, gfp));
}

void points_kfree(const void *mem)
{
	if (mem)
		atomic_dec(&points_allocated);
	kfree(mem);
}

void points_kvfree(const void *mem)
{
	if (mem)
		atomic_dec(&points_allocated);
	kvfree(mem);
}

void __percpu *points_alloc_percpu(size_t size, size_t align)
{
	void __percpu *mem;

	mem = points_fail() ? NULL : __alloc_percpu(size, align);
	if (mem)
		atomic_inc(&points_allocated);
	return mem;
}

void points_free_percpu(void __percpu *mem)
{
	if (mem)
		atomic_dec(&points_allocated);
	free_percpu(mem);
}

struct workqueue_struct *
points_alloc_workqueue(const char *format, unsigned int flags, int most, ...)
{
	char name[24];
	va_list args;

	if (points_fail())
		return NULL;
	va_start(args, most);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	return points_counted(alloc_workqueue("%s", flags, most, name));
}

void points_destroy_workqueue(struct workqueue_struct *wq)
{
	atomic_dec(&points_allocated);
	destroy_workqueue(wq);
}

/**
 * points_forget - a piece of memory that the driver frees some other way
 */
void points_forget(void)
{
	atomic_dec(&points_allocated);
}

int points_xa_insert(struct xarray *xa, unsigned long index, void *entry,
		     gfp_t gfp)
{
	return points_fail() ? -ENOMEM : xa_insert(xa, index, entry, gfp);
}

static int points_opened(int ret)
{
	if (!ret)
		atomic_inc(&points_open);
	return ret;
}

int points_sock_create_kern(struct net *net, int family, int type,
			    int protocol, struct socket **sock)
{
	if (points_fail())
		return -ENFILE;
	return points_opened(sock_create_kern(net, family, type, protocol,
					      sock));
}

int points___sock_create(struct net *net, int family, int type, int protocol,
			 struct socket **sock, int kern)
{
	if (points_fail())
		return -ENFILE;
	return points_opened(__sock_create(net, family, type, protocol, sock,
					   kern));
}

void points_sock_release(struct socket *sock)
{
	atomic_dec(&points_open);
	sock_release(sock);
}

int points_kernel_connect(struct socket *sock, struct sockaddr *addr, int len,
			  int flags)
{
	if (points_fail())
		return -ENOBUFS;
	return kernel_connect(sock, addr, len, flags);
}

int points_kernel_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	return points_fail() ? -ENOMEM : kernel_bind(sock, addr, len);
}

int points_kernel_listen(struct socket *sock, int backlog)
{
	return points_fail() ? -ENOMEM : kernel_listen(sock, backlog);
}

int points_kernel_accept(struct socket *sock, struct socket **newsock,
			 int flags)
{
	if (points_fail())
		return -ENFILE;
	return points_opened(kernel_accept(sock, newsock, flags));
}
