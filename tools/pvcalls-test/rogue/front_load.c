// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: too much of everything.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>

#include "front.h"

/* In cases/hostile.sh, by the backend's parameter. */
#define LOAD_SOCKETS 4096
/* Rings of three pages, as many as gntalloc gives us. */
#define LOAD_RINGS 500

static void storm(u32 port)
{
	u64 deadline = peer_deadline(2000), events = 0;

	while (!peer_passed(deadline)) {
		xenevtchn_notify(front.ev, port);
		events++;
	}
	peer_say("%llu events", events);
}

static void storm_command(void)
{
	u64 start;

	device_open();
	storm(front.port);
	start = peer_now();
	expect(0, req_socket(new_id()), "SOCKET after a storm");
	peer_say("answered after %llu ms", peer_now() - start);
}

static void storm_data(void)
{
	struct conn conn;

	device_open();
	conn = conn_echo(1);
	storm(conn.ring->port);
	conn_check(conn, 10000);
	conn_close(conn);
}

/* Events for indexes that move, but by nothing that is worth it. */
static void storm_moving(void)
{
	u64 deadline = peer_deadline(2000);
	struct conn conn;
	u8 byte = 0;

	device_open();
	conn = conn_echo(1);
	while (!peer_passed(deadline)) {
		data_write(conn.ring, &byte, 1);
		data_read(conn.ring, &byte, 1);
	}
	conn_close(conn);
}

/* Every socket that we get, then one too many; room again after a RELEASE. */
static void many_sockets(void)
{
	u32 made = 0;
	s32 ret;

	device_open();
	do {
		ret = call(req_socket(made), "SOCKET");
		made += !ret;
	} while (!ret && made <= LOAD_SOCKETS);
	peer_say("%u sockets, then %d", made, ret);
	if (ret != -EMFILE && ret != -ENFILE)
		peer_fail("SOCKET number %u: %d", made, ret);
	expect(0, req_release(0), "RELEASE of one of many");
	expect(0, req_socket(0), "SOCKET after that");
}

static void many_rings(void)
{
	static struct conn conns[LOAD_RINGS];
	int i, nr;

	device_open();
	for (nr = 0; nr < 100; nr++)
		conns[nr] = conn_echo(1);
	for (i = 0; i < nr; i++)
		conn_check(conns[i], 100);
	/* Half of them end with the device. */
	for (i = 0; i < nr; i += 2)
		conn_close(conns[i]);
	device_reset();
	for (i = 1; i < nr; i += 2)
		data_free(conns[i].ring);
}

static void many_rings_long(void)
{
	static struct conn conns[LOAD_RINGS];
	int i;

	device_open();
	for (i = 0; i < LOAD_RINGS; i++)
		conns[i] = conn_connect(FRONT_PORT, 1);
	device_reset();
	for (i = 0; i < LOAD_RINGS; i++)
		data_free(conns[i].ring);
}

/* As many ACCEPTs wait as the ring has slots for, but one. */
static void many_accepts(void)
{
	struct data_ring *rings[FRONT_SLOTS - 1];
	u64 listener;
	int i;

	device_open();
	listener = listener_open(new_port());
	for (i = 0; i < FRONT_SLOTS - 1; i++) {
		rings[i] = data_new(1);
		ring_send(req_accept(listener, 100 + i, rings[i]));
	}
	expect(0, req_socket(99), "SOCKET in the last slot");
	expect(0, req_release(99), "RELEASE in the last slot");
	device_reset();
	for (i = 0; i < FRONT_SLOTS - 1; i++)
		data_free(rings[i]);
}

static void connect_loop(void)
{
	int i;

	device_open();
	for (i = 0; i < 200; i++)
		conn_close(conn_connect(FRONT_PORT, 1));
}

static void connect_loop_long(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		connect_loop();
		device_reset();
	}
}

const struct peer_case load_cases[] = {
	PEER_CASE("storm-command", "events without requests", storm_command),
	PEER_CASE("storm-data", "events without bytes", storm_data),
	PEER_SLOW("storm-moving", "one byte at a time", storm_moving),
	PEER_CASE("many-sockets", "one socket more than the limit",
		  many_sockets),
	PEER_CASE("many-rings", "100 connections, half of them left open",
		  many_rings),
	PEER_SLOW("many-rings-long", "500 connections left open",
		  many_rings_long),
	PEER_SLOW("many-accepts", "31 ACCEPTs wait", many_accepts),
	PEER_CASE("connect-loop", "200 connections, one after another",
		  connect_loop),
	PEER_SLOW("connect-loop-long", "4000 connections, one after another",
		  connect_loop_long),
	PEER_END,
};
