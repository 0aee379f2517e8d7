/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_NOSPEC_H
#define _SHIM_LINUX_NOSPEC_H

#include <linux/types.h>

/* What it comes to where nobody attacks a branch predictor. */
static inline size_t array_index_nospec(size_t index, size_t size)
{
	return index < size ? index : 0;
}

#endif /* _SHIM_LINUX_NOSPEC_H */
