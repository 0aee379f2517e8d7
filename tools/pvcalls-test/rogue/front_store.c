// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: xenstore.  The backend must be there again for an honest frontend.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdlib.h>
#include <string.h>

#include "front.h"

static void comes_back(void)
{
	struct conn conn;

	device_reset();
	device_open();
	conn = conn_echo(1);
	conn_check(conn, 1000);
	conn_close(conn);
}

/* Not Connected; a backend may also go on waiting, instead of closing. */
static void refuses(const char *what)
{
	u64 deadline = peer_deadline(500);
	enum xenbus_state state;

	do {
		peer_nap_store();
		state = peer_state(front.back);
		if (state == XenbusStateConnected)
			peer_fail("%s: it is connected", what);
	} while (state < XenbusStateClosing && !peer_passed(deadline));
	device_set_state(XenbusStateClosing);
	device_reset();
}

/* A key is missing (NULL), or has a value that is no good. */
static void bad_key(const char *key, const char *value)
{
	device_init_wait();
	device_share();
	device_write_keys();
	if (value)
		peer_write(FRONT_DIR, key, value);
	else
		peer_remove(FRONT_DIR, key);
	device_set_state(XenbusStateInitialised);
	refuses(value ? value : key);
}

static void bad_port_keys(void)
{
	bad_key(PVCALLS_KEY_PORT, NULL);
	bad_key(PVCALLS_KEY_PORT, "");
	bad_key(PVCALLS_KEY_PORT, "banana");
	bad_key(PVCALLS_KEY_PORT, "0");
	bad_key(PVCALLS_KEY_PORT, "4094");
	bad_key(PVCALLS_KEY_PORT, "4294967295");
	comes_back();
}

static void bad_ring_keys(void)
{
	bad_key(PVCALLS_KEY_RING_REF, NULL);
	bad_key(PVCALLS_KEY_RING_REF, "");
	bad_key(PVCALLS_KEY_RING_REF, "banana");
	bad_key(PVCALLS_KEY_RING_REF, "30000");
	bad_key(PVCALLS_KEY_RING_REF, "4294967295");
	comes_back();
}

static void bad_versions(void)
{
	char endless[2000];

	memset(endless, '1', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = 0;
	bad_key(PVCALLS_KEY_VERSION, "2");
	bad_key(PVCALLS_KEY_VERSION, "");
	bad_key(PVCALLS_KEY_VERSION, "1,2");
	bad_key(PVCALLS_KEY_VERSION, "%s%n\n\033[2J");
	bad_key(PVCALLS_KEY_VERSION, endless);
	comes_back();
}

static void straight_to_connected(void)
{
	device_init_wait();
	device_share();
	device_write_keys();
	device_set_state(XenbusStateConnected);
	device_want_back(XenbusStateConnected);
	expect(0, req_socket(new_id()), "SOCKET");
	comes_back();
}

/* Without a ring of this life; the last one's keys are still there. */
static void connected_without_a_ring(void)
{
	device_init_wait();
	peer_remove(FRONT_DIR, PVCALLS_KEY_RING_REF);
	peer_remove(FRONT_DIR, PVCALLS_KEY_PORT);
	device_set_state(XenbusStateConnected);
	refuses("connected without a ring");
	comes_back();
}

static void back_to_initialising(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	conn_check(conn, 100);
	device_set_state(XenbusStateInitialising);
	device_want_back(XenbusStateInitWait);
	data_free(conn.ring);
	comes_back();
}

static void closed_twice(void)
{
	device_open();
	device_set_state(XenbusStateClosed);
	device_set_state(XenbusStateClosed);
	device_set_state(XenbusStateClosing);
	device_set_state(XenbusStateClosed);
	comes_back();
}

static void odd_states(void)
{
	static const char *const states[] = {
		"2", "7", "8", "9", "100", "-1", "4294967300",
	};
	unsigned int i;

	device_open();
	for (i = 0; i < ARRAY_SIZE(states); i++)
		peer_write(FRONT_DIR, "state", states[i]);
	comes_back();
}

static void any_states(void)
{
	int i;

	device_open();
	for (i = 0; i < 60; i++) {
		device_set_state(1 + peer_below(6));
		if (peer_below(3) == 0)
			peer_nap();
	}
	comes_back();
}

/* Keys that were read once do not matter any more. */
static void keys_rewritten(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	peer_write(FRONT_DIR, PVCALLS_KEY_RING_REF, "1");
	peer_write(FRONT_DIR, PVCALLS_KEY_PORT, "1");
	peer_write(FRONT_DIR, PVCALLS_KEY_VERSION, "9");
	device_set_state(XenbusStateConnected);
	conn_check(conn, 10000);
	conn_close(conn);
	comes_back();
}

/*
 * For the backend, the frontend is gone then.  The toolstack has to bring the
 * device back: see dom0/hostile.sh.
 */
static void state_is(const char *state)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	conn_check(conn, 100);
	if (state)
		peer_write(FRONT_DIR, "state", state);
	else
		peer_remove(FRONT_DIR, "state");
	device_want_back(XenbusStateClosed);
	data_free(conn.ring);
	device_set_state(XenbusStateInitialising);
}

static void state_removed(void)
{
	state_is(NULL);
}

static void state_garbage(void)
{
	state_is("banana");
}

static void directory_removed(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	conn_check(conn, 100);
	peer_remove(FRONT_DIR, "");
	device_want_back(XenbusStateClosed);
	data_free(conn.ring);
	device_unshare();
	/* There is nothing to close any more. */
	exit(0);
}

/* The same ring again, without a reset in between. */
static void used_ring(void)
{
	device_open();
	expect(0, req_socket(new_id()), "SOCKET");
	device_set_state(XenbusStateClosed);
	device_want_back(XenbusStateClosed);
	device_set_state(XenbusStateInitialising);
	device_want_back(XenbusStateInitWait);
	device_set_state(XenbusStateInitialised);
	device_back_is(XenbusStateConnected, 500);
	comes_back();
}

static void reconnect(int times)
{
	struct conn conn;
	int i;

	for (i = 0; i < times; i++) {
		device_open();
		conn = conn_connect(FRONT_PORT, 1);
		if (i % 3 == 0)
			conn_close(conn);
		device_reset();
		if (i % 3)
			data_free(conn.ring);
	}
	comes_back();
}

static void reconnect_short(void)
{
	reconnect(100);
}

static void reconnect_long(void)
{
	reconnect(1000);
}

const struct peer_case store_cases[] = {
	PEER_CASE("bad-port-keys", "port missing, empty, garbage, huge",
		  bad_port_keys),
	PEER_CASE("bad-ring-keys", "ring-ref missing, empty, garbage, huge",
		  bad_ring_keys),
	PEER_SLOW("bad-versions", "version 2, empty, garbage, endless",
		  bad_versions),
	PEER_SLOW("straight-to-connected", "Initialising to Connected",
		  straight_to_connected),
	PEER_SLOW("no-ring", "Connected without ring-ref and port",
		  connected_without_a_ring),
	PEER_CASE("back-to-initialising", "Connected to Initialising",
		  back_to_initialising),
	PEER_SLOW("closed-twice", "Closed, Closed, Closing, Closed",
		  closed_twice),
	PEER_SLOW("odd-states", "states that are none", odd_states),
	PEER_CASE("any-states", "states by chance, fast", any_states),
	PEER_CASE("keys-rewritten", "keys change while connected",
		  keys_rewritten),
	PEER_SLOW("used-ring", "a ring that has been used before", used_ring),
	PEER_CASE("state-removed", "the state is removed while connected",
		  state_removed),
	PEER_SLOW("state-garbage", "the state is no number", state_garbage),
	PEER_CASE("directory-removed", "the whole directory is removed",
		  directory_removed),
	PEER_CASE("reconnect", "100 times connected and closed",
		  reconnect_short),
	PEER_SLOW("reconnect-long", "1000 times connected and closed",
		  reconnect_long),
	PEER_END,
};
