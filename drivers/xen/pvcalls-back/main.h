/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the whole module shares: limits and the workqueue.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_MAIN_H
#define _PVBACK_MAIN_H

#include <linux/workqueue.h>

struct pvback_guest;

extern unsigned int pvback_max_sockets;
extern unsigned int pvback_max_pages;
extern unsigned int pvback_linger_bytes;
extern unsigned int pvback_linger_timeout;

extern char *pvback_connect_policy;
extern char *pvback_bind_policy;

extern struct workqueue_struct *pvback_wq;

/* xenbus.c */
int pvback_xenbus_register(void);
void pvback_xenbus_unregister(void);

/* xenbus_policy.c */
int pvback_xenbus_watch_policy(struct pvback_guest *guest);
void pvback_xenbus_unwatch_policy(struct pvback_guest *guest);

#endif /* _PVBACK_MAIN_H */
