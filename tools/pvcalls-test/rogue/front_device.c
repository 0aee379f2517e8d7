// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frontend's side of xenstore, and what it shares with the backend.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

struct front front = { .want = FRONT_RELEASE_ANSWERS };

/* The key of each extension, by its bit. */
static const char *const device_features[] = {
	PVCALLS_FEATURE_RELEASE_ANSWERS,
	PVCALLS_FEATURE_INET6,
	PVCALLS_FEATURE_NAMES,
	PVCALLS_FEATURE_SOCKOPT,
	PVCALLS_FEATURE_SHUTDOWN,
};

void device_begin(void)
{
	char *id;

	front.shr = xengntshr_open(NULL, 0);
	front.ev = xenevtchn_open(NULL, 0);
	if (!front.shr || !front.ev)
		peer_fail("no /dev/xen/gntalloc or no /dev/xen/evtchn");
	front.back = peer_read(FRONT_DIR, "backend");
	id = peer_read(FRONT_DIR, "backend-id");
	if (!front.back || !id)
		peer_fail("no device " FRONT_DIR);
	front.back_id = strtoul(id, NULL, 10);
	free(id);
}

/* Whatever a case has left behind, the backend must be able to end it. */
void device_end(void)
{
	device_reset();
}

/* Pages that a domain may map; NULL would mean that the guest has none. */
void *device_page(u32 domid, int pages, u32 *refs, bool writable)
{
	void *page = xengntshr_share_pages(front.shr, domid, pages, refs,
					   writable);

	if (!page)
		peer_fail("can not share %d pages (gntalloc's limit?)", pages);
	memset(page, 0, (size_t)pages * FRONT_PAGE);
	return page;
}

u32 device_port(u32 domid)
{
	xenevtchn_port_or_error_t port;

	port = xenevtchn_bind_unbound_port(front.ev, domid);
	if (port < 0)
		peer_fail("no event channel");
	return port;
}

void device_share(void)
{
	front.slots = PVCALLS_RING_SLOTS(front.order);
	front.sring = device_page(front.back_id, 1 << front.order,
				  front.ring_refs, true);
	front.sring->req_event = 1;
	front.sring->rsp_event = 1;
	front.port = device_port(front.back_id);
	ring_forget();
}

void device_unshare(void)
{
	if (!front.sring)
		return;
	xengntshr_unshare(front.shr, front.sring, 1 << front.order);
	xenevtchn_unbind(front.ev, front.port);
	front.sring = NULL;
	front.order = 0;
}

void device_set_state(enum xenbus_state state)
{
	peer_write_number(FRONT_DIR, "state", state);
}

bool device_back_is(enum xenbus_state state, unsigned int ms)
{
	u64 deadline = peer_deadline(ms);

	while (peer_state(front.back) != state) {
		if (peer_passed(deadline))
			return false;
		peer_nap_store();
	}
	return true;
}

void device_want_back(enum xenbus_state state)
{
	if (!device_back_is(state, FRONT_PATIENCE))
		peer_fail("the backend is in state %d, not in %d",
			  peer_state(front.back), state);
}

/* Closed, or InitWait for a backend that found us closed. */
static void device_close(void)
{
	u64 deadline = peer_deadline(3 * FRONT_PATIENCE);
	enum xenbus_state state;

	device_set_state(XenbusStateClosed);
	for (;;) {
		state = peer_state(front.back);
		if (state == XenbusStateClosed || state == XenbusStateInitWait)
			return;
		if (peer_passed(deadline))
			peer_fail("we are closed, the backend is in state %d",
				  state);
		peer_nap_store();
	}
}

void device_init_wait(void)
{
	if (peer_state(front.back) != XenbusStateInitWait ||
	    peer_state(FRONT_DIR) != XenbusStateInitialising) {
		device_close();
		device_set_state(XenbusStateInitialising);
	}
	device_want_back(XenbusStateInitWait);
}

static bool device_offered(const char *key)
{
	char *offer = peer_read(front.back, key);
	bool offered = offer && !strcmp(offer, "1");

	free(offer);
	return offered;
}

static void device_write_refs(void)
{
	char key[32];
	u32 i;

	peer_write_number(FRONT_DIR, PVCALLS_FEATURE_MULTI_PAGE_RING,
			  front.order > 0);
	if (!front.order) {
		peer_write_number(FRONT_DIR, PVCALLS_KEY_RING_REF,
				  front.ring_refs[0]);
		return;
	}
	if (!device_offered(PVCALLS_FEATURE_MULTI_PAGE_RING))
		peer_fail("no " PVCALLS_FEATURE_MULTI_PAGE_RING " here");
	peer_write_number(FRONT_DIR, PVCALLS_KEY_RING_PAGE_ORDER, front.order);
	for (i = 0; i < 1U << front.order; i++) {
		snprintf(key, sizeof(key), PVCALLS_KEY_RING_REF_NR, i);
		peer_write_number(FRONT_DIR, key, front.ring_refs[i]);
	}
}

/* Take what we want, and leave no key of an earlier case as it was. */
static void device_take_features(void)
{
	u32 i, bit;

	front.features = 0;
	for (i = 0; i < ARRAY_SIZE(device_features); i++) {
		bit = 1u << i;
		if ((front.want & bit) && device_offered(device_features[i]))
			front.features |= bit;
		peer_write_number(FRONT_DIR, device_features[i],
				  !!(front.features & bit));
	}
}

void device_write_keys(void)
{
	device_take_features();
	peer_write(FRONT_DIR, PVCALLS_KEY_VERSION, PVCALLS_VERSION);
	device_write_refs();
	peer_write_number(FRONT_DIR, PVCALLS_KEY_PORT, front.port);
}

/* The whole way to Connected, as an honest frontend goes it. */
void device_open_order(u32 order)
{
	device_init_wait();
	front.order = order;
	device_share();
	device_write_keys();
	device_set_state(XenbusStateInitialised);
	device_want_back(XenbusStateConnected);
	device_set_state(XenbusStateConnected);
}

void device_open(void)
{
	device_open_order(0);
}

/* The same with these extensions, which have to be there. */
void device_open_order_with(u32 order, u32 features)
{
	front.want = FRONT_RELEASE_ANSWERS | features;
	device_open_order(order);
	if (features & ~front.features)
		peer_fail("extensions %#x are not offered",
			  features & ~front.features);
}

void device_open_with(u32 features)
{
	device_open_order_with(0, features);
}

void device_reset(void)
{
	device_close();
	device_unshare();
}
