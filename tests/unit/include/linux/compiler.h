/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for the kernel's <linux/compiler.h> in user space.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _SHIM_LINUX_COMPILER_H
#define _SHIM_LINUX_COMPILER_H

#ifndef READ_ONCE
#define READ_ONCE(x)	__atomic_load_n(&(x), __ATOMIC_RELAXED)
#endif

#endif /* _SHIM_LINUX_COMPILER_H */
