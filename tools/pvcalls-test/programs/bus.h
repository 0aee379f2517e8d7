/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's own part of xenstore, over /dev/xen/xenbus.
 *
 * libxenstore wants a thread for a watch, whose stack it measures with dlsym():
 * in a static program, and the guest has no libraries to link with, xs_watch()
 * fails.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef BUS_H
#define BUS_H

#include <stdbool.h>
#include <stddef.h>

int bus_open(void);
bool bus_watch(const char *path);
bool bus_event(void);
char *bus_read(const char *path);
bool bus_write(const char *path, const void *data, size_t len);

#endif /* BUS_H */
