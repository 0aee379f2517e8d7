/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for the kernel's <linux/kernel.h> in user space.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <arpa/inet.h>
#include <stdio.h>

#define U16_MAX		UINT16_MAX

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#endif /* _SHIM_LINUX_KERNEL_H */
