/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces: a name, as ip-netns(8) gives it, and the number that
 * the namespace has here.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef NETNS_H
#define NETNS_H

#include <stddef.h>

int netns_open(const char *name);
int netns_id(int fd);
int netns_assign(int fd);
const char *netns_name(int id, char *name, size_t size);

#endif /* NETNS_H */
