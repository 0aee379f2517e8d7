/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for the kernel's <linux/inet.h> in user space.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _SHIM_LINUX_INET_H
#define _SHIM_LINUX_INET_H

#include <arpa/inet.h>
#include <linux/types.h>
#include <string.h>

/* The kernel's reads up to a delimiter, inet_pton() up to the end. */
static inline int in6_pton(const char *src, int srclen, u8 *dst, int delim,
			   const char **end)
{
	char copy[INET6_ADDRSTRLEN];
	const char *stop = strchr(src, delim);

	(void)srclen;
	if (!stop || stop - src >= (long)sizeof(copy))
		return 0;
	memcpy(copy, src, stop - src);
	copy[stop - src] = '\0';
	*end = stop;
	return inet_pton(AF_INET6, copy, dst);
}

#endif /* _SHIM_LINUX_INET_H */
