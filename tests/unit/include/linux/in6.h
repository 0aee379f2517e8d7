/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_IN6_H
#define _SHIM_LINUX_IN6_H

#include <netinet/in.h>

#endif /* _SHIM_LINUX_IN6_H */
