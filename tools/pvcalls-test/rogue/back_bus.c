// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: keys and states in xenstore.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <string.h>
#include <unistd.h>

#include "back.h"

#define BUS_PATIENCE_MS 10000

static char *bus_read(struct back *back, const char *dir, const char *key)
{
	char path[256];
	unsigned int len;

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return xs_read(back->xs, XBT_NULL, path, &len);
}

static enum xenbus_state bus_read_state(struct back *back, const char *dir)
{
	char *text = bus_read(back, dir, "state");
	enum xenbus_state state = text ? atoi(text) : XenbusStateUnknown;

	free(text);
	return state;
}

/* What a domain may not write is left out; some cases try the impossible. */
void back_bus_write(struct back *back, const char *key, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", back->path, key);
	if (!xs_write(back->xs, XBT_NULL, path, value, strlen(value)))
		perror(path);
}

void back_bus_state(struct back *back, enum xenbus_state state)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", state);
	back_bus_write(back, "state", text);
	back->state = state;
	back_say("state %d", state);
}

/* Connect to xenstore and find both directories of the device. */
void back_bus_open(struct back *back)
{
	char *own;
	unsigned int len;

	back->xs = xs_open(0);
	if (!back->xs)
		back_die("xenstore");
	own = xs_read(back->xs, XBT_NULL, "domid", &len);
	back->own_domid = own ? atoi(own) : 0;
	free(own);
	snprintf(back->path, sizeof(back->path),
		 "/local/domain/%u/backend/pvcalls/%u/0", back->own_domid,
		 back->domid);
	/* What the toolstack writes in our "frontend" key. */
	snprintf(back->front_path, sizeof(back->front_path),
		 "/local/domain/%u/device/pvcalls/0", back->domid);
}

static bool bus_front_is_closed(enum xenbus_state front)
{
	return front == XenbusStateClosed || front == XenbusStateInitialising ||
	       front == XenbusStateUnknown;
}

/* Keys and InitWait. */
void back_bus_publish(struct back *back)
{
	back_bus_write(back, PVCALLS_KEY_VERSIONS, PVCALLS_VERSION);
	back_bus_write(back, PVCALLS_KEY_MAX_PAGE_ORDER, "4");
	back_bus_write(back, PVCALLS_KEY_FUNCTION_CALLS, "1");
	back_bus_write(back, PVCALLS_FEATURE_RELEASE_ANSWERS, "1");
	if (back->which->keys)
		back->which->keys(back);
	back_bus_state(back, XenbusStateInitWait);
}

/* A backend that ran before us may have left a connected frontend. */
void back_bus_begin(struct back *back)
{
	u64 end = peer_now() + BUS_PATIENCE_MS;

	if (!bus_front_is_closed(bus_read_state(back, back->front_path)))
		back_bus_state(back, XenbusStateClosing);
	while (!bus_front_is_closed(bus_read_state(back, back->front_path))) {
		if (peer_now() > end) {
			back_say("the frontend does not close");
			exit(1);
		}
		usleep(BACK_TICK_MS * 1000);
	}
	back_bus_publish(back);
	/* For whoever waits for us to be there. */
	back_bus_write(back, "case", back->which->name);
}

static void bus_connect(struct back *back)
{
	char *ref = bus_read(back, back->front_path, PVCALLS_KEY_RING_REF);
	char *port = bus_read(back, back->front_path, PVCALLS_KEY_PORT);
	uint32_t grant = ref ? strtoul(ref, NULL, 10) : 0;

	if (!ref || !port)
		back_die("no ring-ref or port");
	back->sring = xengnttab_map_domain_grant_refs(back->grants, 1,
						      back->domid, &grant, 3);
	back->evtchn = xenevtchn_bind_interdomain(back->events, back->domid,
						  strtoul(port, NULL, 10));
	free(ref);
	free(port);
	if (!back->sring || back->evtchn < 0 || !back_command_connect(back))
		back_die("the command ring");
	back_bus_state(back, XenbusStateConnected);
}

/* Follow the frontend, as an honest backend does. */
void back_bus_look(struct back *back)
{
	enum xenbus_state front = bus_read_state(back, back->front_path);

	if (back->which->front && back->which->front(back, front))
		return;
	if (front == XenbusStateInitialised && back->state == XenbusStateInitWait) {
		bus_connect(back);
	} else if (front == XenbusStateClosing && back->state < XenbusStateClosing) {
		back_command_disconnect(back);
		back_bus_state(back, XenbusStateClosing);
	} else if (front == XenbusStateClosed && back->state != XenbusStateClosed &&
		   back->state != XenbusStateInitWait) {
		back_command_disconnect(back);
		back_bus_state(back, XenbusStateClosed);
	} else if (back->state == XenbusStateClosed && back->comes_back &&
		   bus_front_is_closed(front)) {
		back_bus_publish(back);
	}
}
