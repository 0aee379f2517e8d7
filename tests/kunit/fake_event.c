// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels without a hypervisor.  See fake_event.h.  Included by the
 * file that compiles a driver for its suite.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/bitops.h>
#include <linux/string.h>

#include "fake_event.h"

struct fake_event {
	struct irq_work work;
	struct flexring_event *ev;
	bool open;
	unsigned long pending;
	atomic_t notified;
	atomic_t spurious;
};

static struct fake_event fake_events[FAKE_PORTS];
static unsigned int fake_event_next;
static atomic_t fake_event_count;

/* Hard interrupt, as the real one; a second event waits for the first. */
static void fake_event_irq(struct irq_work *work)
{
	struct fake_event *fe = container_of(work, struct fake_event, work);
	struct flexring_event *ev = READ_ONCE(fe->ev);

	if (!ev || test_bit(0, &ev->owed) || !xchg(&fe->pending, 0))
		return;
	set_bit(0, &ev->owed);
	ev->fn(ev);
}

/**
 * fake_event_init - forget all ports
 */
void fake_event_init(void)
{
	unsigned int i;

	memset(fake_events, 0, sizeof(fake_events));
	for (i = 0; i < FAKE_PORTS; i++)
		init_irq_work(&fake_events[i].work, fake_event_irq);
	fake_event_next = 1;
	atomic_set(&fake_event_count, 0);
}

/**
 * fake_event_new - a port that can be bound, once at a time
 *
 * Return: it, or 0 if there are no more.
 */
evtchn_port_t fake_event_new(void)
{
	if (fake_event_next == FAKE_PORTS)
		return 0;
	fake_events[fake_event_next].open = true;
	return fake_event_next++;
}

/**
 * fake_event_attach - bind a port
 * @ev: the driver's end
 * @port: the number
 *
 * Return: 0, -EINVAL if there is no such port or it is bound.
 */
int fake_event_attach(struct flexring_event *ev, evtchn_port_t port)
{
	struct fake_event *fe;

	if (!port || port >= FAKE_PORTS)
		return -EINVAL;
	fe = &fake_events[port];
	if (!fe->open || fe->ev)
		return -EINVAL;
	ev->irq = port;
	ev->port = port;
	atomic_inc(&fake_event_count);
	WRITE_ONCE(fe->ev, ev);
	/* What came before it was bound is delivered now. */
	if (READ_ONCE(fe->pending))
		irq_work_queue(&fe->work);
	return 0;
}

void fake_event_unbind(struct flexring_event *ev)
{
	struct fake_event *fe = &fake_events[ev->irq];

	if (!ev->irq)
		return;
	WRITE_ONCE(fe->ev, NULL);
	irq_work_sync(&fe->work);
	ev->irq = 0;
	atomic_dec(&fake_event_count);
}

void fake_event_notify(struct flexring_event *ev)
{
	/* A driver must not notify through an event that it has closed. */
	if (!WARN_ON_ONCE(!ev->irq))
		atomic_inc(&fake_events[ev->irq].notified);
}

void fake_event_eoi(struct flexring_event *ev, bool useful)
{
	struct fake_event *fe = &fake_events[ev->irq];

	if (WARN_ON_ONCE(!ev->irq) || !test_and_clear_bit(0, &ev->owed))
		return;
	if (!useful)
		atomic_inc(&fe->spurious);
	if (READ_ONCE(fe->pending))
		irq_work_queue(&fe->work);
}

/**
 * fake_event_fire - what the peer does to notify the driver
 * @port: bound or not
 */
void fake_event_fire(evtchn_port_t port)
{
	struct fake_event *fe = &fake_events[port];

	WRITE_ONCE(fe->pending, 1);
	irq_work_queue(&fe->work);
	irq_work_sync(&fe->work);
}

/**
 * fake_event_masked - does the driver owe the end of an interrupt?
 * @port: bound
 */
bool fake_event_masked(evtchn_port_t port)
{
	struct flexring_event *ev = READ_ONCE(fake_events[port].ev);

	return ev && test_bit(0, &ev->owed);
}

/**
 * fake_event_notified - how often the driver notified the peer
 * @port: the number
 */
unsigned int fake_event_notified(evtchn_port_t port)
{
	return atomic_read(&fake_events[port].notified);
}

/**
 * fake_event_spurious - ends of interrupt that said there was nothing to do
 * @port: the number
 */
unsigned int fake_event_spurious(evtchn_port_t port)
{
	return atomic_read(&fake_events[port].spurious);
}

/**
 * fake_event_bound - how many ports are bound
 */
int fake_event_bound(void)
{
	return atomic_read(&fake_event_count);
}
