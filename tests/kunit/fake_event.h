/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels without a hypervisor: masked from the moment they fire until
 * the end of interrupt, delivered in hard interrupt context.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FAKE_EVENT_H
#define _FAKE_EVENT_H

#include <linux/irq_work.h>

#include "flexring/flexring.h"

/* Port numbers; 0 is none. */
#define FAKE_PORTS 512

void fake_event_init(void);
evtchn_port_t fake_event_new(void);
int fake_event_attach(struct flexring_event *ev, evtchn_port_t port);
void fake_event_unbind(struct flexring_event *ev);
void fake_event_notify(struct flexring_event *ev);
void fake_event_eoi(struct flexring_event *ev, bool useful);
void fake_event_fire(evtchn_port_t port);
bool fake_event_masked(evtchn_port_t port);
unsigned int fake_event_notified(evtchn_port_t port);
unsigned int fake_event_spurious(evtchn_port_t port);
int fake_event_bound(void);

#endif /* _FAKE_EVENT_H */
