/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event channel of a ring.
 *
 * Both ends bind it with a late end of interrupt: the channel stays masked
 * from the moment it fires until flexring_event_eoi(), so a peer that sends
 * events without need is slowed down by the event channel driver.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_EVENT_H
#define _FLEXRING_EVENT_H

#include <linux/types.h>
#include <xen/interface/event_channel.h>

struct xenbus_device;

/**
 * struct flexring_event - one end of an event channel
 * @fn: called in hard interrupt context when the peer notifies
 * @name: as /proc/interrupts shows it; a string that lives for ever
 * @irq: Linux' number, 0 while unbound
 * @port: the frontend's port, as it stands on the wire
 * @owed: bit 0: the channel is masked and waits for flexring_event_eoi()
 */
struct flexring_event {
	void (*fn)(struct flexring_event *ev);
	const char *name;
	unsigned int irq;
	evtchn_port_t port;
	unsigned long owed;
};

int flexring_event_open(struct flexring_event *ev, domid_t domid);
int flexring_event_bind(struct flexring_event *ev, struct xenbus_device *dev,
			evtchn_port_t port);
void flexring_event_unbind(struct flexring_event *ev);
void flexring_event_notify(struct flexring_event *ev);
void flexring_event_eoi(struct flexring_event *ev, bool useful);

#endif /* _FLEXRING_EVENT_H */
