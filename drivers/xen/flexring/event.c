// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event channel of a ring.  See event.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "event.h"

static irqreturn_t flexring_event_irq(int irq, void *arg)
{
	struct flexring_event *ev = arg;

	/* The first one may come before the function that binds it returns. */
	WRITE_ONCE(ev->irq, irq);
	set_bit(0, &ev->owed);
	/* Whoever @fn finds not to be listening yet will see that it is owed. */
	smp_mb__after_atomic();
	ev->fn(ev);
	return IRQ_HANDLED;
}

/*
 * A full table of event channels is reported as full buffers: "no space left
 * on device" would send a user looking at his disks.
 */
static int flexring_event_error(int ret)
{
	return ret == -ENOSPC ? -ENOBUFS : ret;
}

static int flexring_port_alloc(domid_t domid, evtchn_port_t *port)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = domid,
	};
	int ret;

	ret = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);
	*port = alloc.port;
	return ret;
}

static void flexring_port_close(evtchn_port_t port)
{
	struct evtchn_close close = { .port = port };

	HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
}

/*
 * Listen on a port of ours, or close it.  In two steps, since it matters which
 * of them fails.  While there is no interrupt for it, the port is still ours
 * to close; from then on it is the kernel's, and
 * bind_evtchn_to_irqhandler_lateeoi() closes it without telling.  To close it
 * once more would hit whoever was given its number in between.
 */
static int flexring_port_listen(struct flexring_event *ev)
{
	int irq, ret;

	irq = bind_evtchn_to_irq_lateeoi(ev->port);
	if (irq < 0) {
		flexring_port_close(ev->port);
		return irq;
	}
	ret = request_irq(irq, flexring_event_irq, 0, ev->name, ev);
	if (ret) {
		evtchn_put(ev->port);
		return ret;
	}
	return irq;
}

/**
 * flexring_event_open - the frontend's end: allocate a port and listen on it
 * @ev: @fn and @name are set; @irq and @port are filled in
 * @domid: the peer
 *
 * Needs no device: a socket may outlive the device that it was made on. Nor
 * does it take one down, as xenbus_alloc_evtchn() would, when there are no
 * event channels left.
 *
 * Context: may sleep.
 * Return: 0, -ENOBUFS when there are no event channels left, or an error.
 */
int flexring_event_open(struct flexring_event *ev, domid_t domid)
{
	int ret, irq;

	ret = flexring_port_alloc(domid, &ev->port);
	if (ret)
		return flexring_event_error(ret);
	irq = flexring_port_listen(ev);
	if (irq < 0)
		return flexring_event_error(irq);
	WRITE_ONCE(ev->irq, irq);
	return 0;
}

/**
 * flexring_event_bind - the backend's end: connect to the frontend's port
 * @ev: @fn and @name are set; @irq and @port are filled in
 * @dev: the device, which names the peer
 * @port: of the frontend, straight from it: the hypervisor checks it
 *
 * Context: may sleep.
 * Return: 0, -ENOBUFS when there are no event channels left, or an error.
 */
int flexring_event_bind(struct flexring_event *ev, struct xenbus_device *dev,
			evtchn_port_t port)
{
	int irq;

	irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(dev, port,
							    flexring_event_irq,
							    0, ev->name, ev);
	if (irq < 0)
		return flexring_event_error(irq);
	WRITE_ONCE(ev->irq, irq);
	ev->port = port;
	return 0;
}

/**
 * flexring_event_unbind - close our end
 * @ev: bound or not
 *
 * After it @fn is not running and will not run.  Whoever might call
 * flexring_event_notify() or flexring_event_eoi() was stopped before.
 *
 * Context: may sleep.
 */
void flexring_event_unbind(struct flexring_event *ev)
{
	if (!ev->irq)
		return;
	unbind_from_irqhandler(ev->irq, ev);
	ev->irq = 0;
}

/**
 * flexring_event_notify - tell the peer that something moved
 * @ev: bound
 *
 * Context: any.
 */
void flexring_event_notify(struct flexring_event *ev)
{
	notify_remote_via_irq(ev->irq);
}

/**
 * flexring_event_eoi - we have done what the last notification asked for
 * @ev: bound
 * @useful: there was something to do; if false, the next one may be delayed
 *
 * Does nothing if no notification is pending.
 *
 * Context: any.
 */
void flexring_event_eoi(struct flexring_event *ev, bool useful)
{
	if (test_and_clear_bit(0, &ev->owed))
		xen_irq_lateeoi(ev->irq, useful ? 0 : XEN_EOI_FLAG_SPURIOUS);
}
