/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xenstore over /dev/xen/xenbus, for a guest's agent and for dom0's end of it.
 *
 * Not libxenstore: the guest has no libraries, and in a static program its
 * xs_watch(), which makes a thread, failed.
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
bool bus_remove(const char *path);

#endif /* BUS_H */
