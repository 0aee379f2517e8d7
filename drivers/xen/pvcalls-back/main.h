/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the whole module shares: limits and a workqueue.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_MAIN_H
#define _PVBACK_MAIN_H

#include <linux/workqueue.h>

#include "limits.h"

struct pvback_guest;
struct xenbus_device;
struct xenbus_transaction;

/*
 * How long a peer may take none of a closed socket's bytes, in seconds: the
 * default, and what it has at least where TCP has all of them.  It is about
 * what TCP gives to sockets that a program of this host has closed.
 */
#define PVBACK_LINGER_LEAST 120U

extern struct pvback_limits pvback_limit_defaults;
extern unsigned int pvback_linger_timeout;
extern unsigned int pvback_uid_base;

extern unsigned int pvback_max_ring_page_order;

extern char *pvback_connect_policy;
extern char *pvback_bind_policy;

extern struct workqueue_struct *pvback_wq;

/* xenbus.c */
int pvback_xenbus_register(void);
void pvback_xenbus_unregister(void);

/* xenbus_ring.c */
int pvback_xenbus_offer_ring(struct xenbus_device *dev,
			     struct xenbus_transaction xbt);
int pvback_xenbus_connect_ring(struct pvback_guest *guest);

/* sysfs.c */
int pvback_sysfs_add(struct pvback_guest *guest);
void pvback_sysfs_remove(struct pvback_guest *guest);

/* debugfs.c */
void pvback_debugfs_init(void);
void pvback_debugfs_exit(void);
void pvback_debugfs_add(struct pvback_guest *guest);
void pvback_debugfs_remove(struct pvback_guest *guest);

/* xenbus_keys.c */
int pvback_xenbus_watch_keys(struct pvback_guest *guest);
void pvback_xenbus_unwatch_keys(struct pvback_guest *guest);

#endif /* _PVBACK_MAIN_H */
