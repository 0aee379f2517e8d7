/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_NOSPEC_H
#define _SHIM_LINUX_NOSPEC_H

/* A program is not attacked through its branch predictor here. */
#define array_index_nospec(index, size)	(index)

#endif /* _SHIM_LINUX_NOSPEC_H */
