/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SOCKET_H
#define _SHIM_LINUX_SOCKET_H

#include <sys/socket.h>

#endif /* _SHIM_LINUX_SOCKET_H */
