// SPDX-License-Identifier: GPL-2.0-only
/*
 * Go to a state and stay there until somebody ends us: the guest is destroyed
 * under us.  data/rogue in xenstore says that we are there.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front.h"

static void stay(const char *name)
{
	peer_write("data", "rogue", name);
	for (;;)
		pause();
}

static void hold_init_wait(void)
{
	device_init_wait();
}

static void hold_connected(void)
{
	device_open();
}

static void hold_socket(void)
{
	device_open();
	expect(0, req_socket(1), "SOCKET");
}

static void hold_connecting(void)
{
	device_open();
	expect(0, req_socket(1), "SOCKET");
	ring_send(req_connect(1, FRONT_SERVER, FRONT_HOLE, data_new(4)));
	expect(0, req_socket(2), "SOCKET");
}

static void hold_established(void)
{
	device_open();
	conn_check(conn_echo(4), 10000);
}

static void hold_parked(void)
{
	u64 listener;
	int i;

	device_open();
	listener = listener_open(new_port());
	for (i = 0; i < 5; i++) {
		ring_send(req_accept(listener, 100 + i, data_new(2)));
		ring_send(req_poll(listener));
	}
	expect(0, req_socket(new_id()), "SOCKET");
}

static void hold_broken(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	peer_set(&conn.ring->intf->out_prod, 0x40000000);
	data_notify(conn.ring);
	peer_set(&front.sring->req_prod, 1000);
	xenevtchn_notify(front.ev, front.port);
}

static void hold_flowing(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(4);
	peer_write("data", "rogue", "flowing");
	for (;;)
		conn_check(conn, 10000);
}

static void hold_closing(void)
{
	device_open();
	conn_echo(2);
	device_set_state(XenbusStateClosing);
}

/**
 * front_hold - go to a state and stay there
 * @name: of the state
 *
 * Returns only if there is no such state.
 */
void front_hold(const char *name)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} states[] = {
		{ "init-wait", hold_init_wait },
		{ "connected", hold_connected },
		{ "socket", hold_socket },
		{ "connecting", hold_connecting },
		{ "established", hold_established },
		{ "flowing", hold_flowing },
		{ "parked", hold_parked },
		{ "broken", hold_broken },
		{ "closing", hold_closing },
		{ "stalled", many_stalled },
		{ "flood", flood_deep },
		{ "flood-wide", flood_wide },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		if (strcmp(states[i].name, name))
			continue;
		states[i].run();
		stay(name);
	}
	front_reach(name);
}
