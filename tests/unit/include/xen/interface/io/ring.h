/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of Xen's command rings, enough of it to check the wire header.
 * The build of the modules does the same with the kernel's real header.
 */
#ifndef _SHIM_XEN_RING_H
#define _SHIM_XEN_RING_H

#include <linux/types.h>

#define DEFINE_RING_TYPES(name, req_t, rsp_t)	\
	union name##_sring_entry {		\
		req_t req;			\
		rsp_t rsp;			\
	};					\
	struct name##_sring {			\
		u32 req_prod, req_event;	\
		u32 rsp_prod, rsp_event;	\
		u8 pad[48];			\
		union name##_sring_entry ring[];	\
	}

#endif /* _SHIM_XEN_RING_H */
