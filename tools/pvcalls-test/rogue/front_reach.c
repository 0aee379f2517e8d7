// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask for something, and say in data/rogue of xenstore what comes of it; then
 * stay there, or close the device and exit.
 *
 *	reach-WHAT		as much of it as there is: "reach-WHAT COUNT
 *				ERROR"; each second once more, since the limit
 *				may have changed
 *	connect-ADDRESS:PORT	"connect-ADDRESS:PORT ERROR"
 *	bind-ADDRESS:PORT	"bind-ADDRESS:PORT ERROR"
 *	share-ADDRESS:PORT	the same with SO_REUSEPORT
 *	twice-ADDRESS:PORT	the same of a second socket, after the first
 *	queues-STEP,STEP...	listeners; "queues-STEP,STEP... 0" in the end.  A
 *				STEP is N, one more whose queue shall hold N;
 *				I=N, the I-th listens again, for N; or -I, the
 *				I-th is released
 *	linger-ADDRESS:PORT	a connection with more bytes than are taken, and
 *				released: "linger-ADDRESS:PORT BYTES"
 *
 * An ADDRESS of IPv6 stands in brackets.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front.h"

/* An answer to what waits for nobody comes sooner; one that waits, later. */
#define REACH_PATIENCE 300
/* Between two tries at the limit. */
#define REACH_PAUSE 1000
/* More than any case sets as a limit; one slot of the ring stays free. */
#define REACH_MOST (FRONT_SLOTS - 2)
/* More than any case has listeners with queues. */
#define REACH_QUEUES 8

/* One more of it: 0 if we got it. */
static s32 reach_socket(void)
{
	return call(req_socket(new_id()), "SOCKET");
}

static s32 reach_listener(void)
{
	u64 id = new_id();
	s32 ret;

	expect(0, req_socket(id), "SOCKET");
	expect(0, req_bind(id, new_port()), "BIND");
	ret = call(req_listen(id, 1), "LISTEN");
	if (ret)
		expect(0, req_release(id), "RELEASE");
	return ret;
}

/* What is not answered waits. */
static s32 reach_waiting(struct xen_pvcalls_request req)
{
	s32 ret;

	if (!ring_answer(ring_send(req), REACH_PATIENCE, &ret))
		return 0;
	return ret ? ret : -EPROTO;
}

static s32 reach_parked(void)
{
	static u64 listener;
	static bool poll;

	if (!listener)
		listener = listener_open(new_port());
	poll = !poll;
	if (poll)
		return reach_waiting(req_poll(listener));
	return reach_waiting(req_accept(listener, new_id(), data_new(1)));
}

static s32 reach_connecting(void)
{
	u64 id = new_id();

	expect(0, req_socket(id), "SOCKET");
	return reach_waiting(req_connect(id, FRONT_SERVER, FRONT_HOLE,
					 data_new(1)));
}

static s32 reach_connection(void)
{
	u64 id = new_id();

	expect(0, req_socket(id), "SOCKET");
	return call(req_connect(id, FRONT_SERVER, FRONT_PORT, data_new(1)),
		    "CONNECT");
}

/* Nobody listens there: it is the attempt that counts. */
static s32 reach_attempt(void)
{
	static struct data_ring *ring;
	static u64 id;
	s32 ret;

	if (!ring) {
		ring = data_new(1);
		id = new_id();
		expect(0, req_socket(id), "SOCKET");
	}
	ret = call(req_connect(id, FRONT_SERVER, 9, ring), "CONNECT");
	return ret == -ECONNREFUSED ? 0 : ret;
}

static void tell(const char *text)
{
	peer_write("data", "rogue", text);
	peer_say("%s", text);
}

static void reach(const char *name, s32 (*more)(void))
{
	u32 count = 0, told = ~0;
	char text[64];
	u64 pause;
	s32 ret;

	device_open();
	for (;;) {
		do {
			ret = more();
			count += !ret;
		} while (!ret && count < REACH_MOST);
		if (count != told) {
			snprintf(text, sizeof(text), "%s %u %d", name, count,
				 ret);
			tell(text);
			told = count;
		}
		pause = peer_deadline(REACH_PAUSE);
		while (!peer_passed(pause))
			peer_nap();
	}
}

/* The rest of a name that begins with @verb: where to. */
static bool reach_address(const char *name, const char *verb, char *addr,
			  unsigned int *port)
{
	if (strncmp(name, verb, strlen(verb)))
		return false;
	name += strlen(verb);
	return sscanf(name, "%45[0-9.]:%u", addr, port) == 2 ||
	       sscanf(name, "[%45[0-9a-f.:]]:%u", addr, port) == 2;
}

static bool reach_inet6(const char *addr)
{
	return strchr(addr, ':');
}

/* Whoever asked wants to know, and no more: see front_get(). */
static bool reach_leaves;

static void reach_told(const char *name, s32 ret)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %d", name, ret);
	tell(text);
	if (reach_leaves) {
		device_end();
		exit(0);
	}
	for (;;)
		pause();
}

/* A socket that the address fits; without one, that is the end of it. */
static u64 reach_socket_for(const char *name, const char *addr, u32 features)
{
	bool inet6 = reach_inet6(addr);
	u64 id = new_id();
	s32 ret;

	device_open_with(features | (inet6 ? FRONT_INET6 : 0));
	ret = call(inet6 ? req_socket6(id) : req_socket(id), "SOCKET");
	if (ret)
		reach_told(name, ret);
	return id;
}

static void reach_connect(const char *name, const char *addr, u16 port)
{
	u64 id = reach_socket_for(name, addr, 0);
	struct data_ring *ring = data_new(1);

	if (reach_inet6(addr))
		reach_told(name, call(req_connect6(id, addr, port, ring),
				      name));
	reach_told(name, call(req_connect(id, ntohl(inet_addr(addr)), port,
					  ring), name));
}

static s32 reach_bind_socket(u64 id, const char *addr, u16 port)
{
	struct xen_pvcalls_request req = req_bind(id, port);
	const struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(addr),
	};

	if (reach_inet6(addr))
		return call(req_bind6(id, addr, port), addr);
	memcpy(req.u.bind.addr, &in, sizeof(in));
	return call(req, addr);
}

static void reach_bind(const char *name, const char *addr, u16 port)
{
	u64 id = reach_socket_for(name, addr, 0);

	reach_told(name, reach_bind_socket(id, addr, port));
}

static s32 reach_share_socket(u64 id, const char *addr, u16 port)
{
	expect(0, req_reuseport(id), "SETSOCKOPT of SO_REUSEPORT");
	return reach_bind_socket(id, addr, port);
}

static void reach_share(const char *name, const char *addr, u16 port)
{
	u64 id = reach_socket_for(name, addr, FRONT_SOCKOPT);

	reach_told(name, reach_share_socket(id, addr, port));
}

static void reach_twice(const char *name, const char *addr, u16 port)
{
	u64 id = reach_socket_for(name, addr, FRONT_SOCKOPT);
	u64 second = new_id();

	if (reach_share_socket(id, addr, port))
		peer_fail("the first socket does not get the port");
	expect(0, reach_inet6(addr) ? req_socket6(second) : req_socket(second),
	       "SOCKET");
	reach_told(name, reach_share_socket(second, addr, port));
}

static u64 reach_nth(const u64 *ids, unsigned int count, unsigned long nth)
{
	if (!nth || nth > count)
		peer_fail("there is no listener %lu", nth);
	return ids[nth - 1];
}

/* Returns how many listeners there have been by now. */
static unsigned int reach_queue(u64 *ids, unsigned int count, const char *step)
{
	bool release = *step == '-';
	unsigned long number;
	char *end;
	u64 id;

	number = strtoul(step + release, &end, 10);
	if (release) {
		expect(0, req_release(reach_nth(ids, count, number)),
		       "RELEASE");
		return count;
	}
	if (*end == '=') {
		id = reach_nth(ids, count, number);
		expect(0, req_listen(id, strtoul(end + 1, NULL, 10)),
		       "LISTEN again");
		return count;
	}
	if (count == REACH_QUEUES)
		peer_fail("too many listeners");
	id = new_id();
	expect(0, req_socket(id), "SOCKET");
	expect(0, req_bind(id, new_port()), "BIND");
	expect(0, req_listen(id, number), "LISTEN");
	ids[count] = id;
	return count + 1;
}

static void reach_queues(const char *name, const char *step)
{
	unsigned int count = 0;
	u64 ids[REACH_QUEUES] = { 0 };

	device_open();
	for (;;) {
		count = reach_queue(ids, count, step);
		step = strchr(step, ',');
		if (!step)
			break;
		step++;
	}
	reach_told(name, 0);
}

/* All that is taken of lines that are numbers, each of eight bytes. */
static u32 reach_fill(struct data_ring *ring)
{
	u64 quiet = peer_deadline(REACH_PAUSE);
	u32 used, i, line = 0;
	char lines[4096 + 1];

	while (!peer_passed(quiet)) {
		used = ring->out_prod - peer_get(&ring->intf->out_cons);
		if (used + 4096 > ring->size) {
			peer_nap();
			continue;
		}
		for (i = 0; i < 4096; i += 8)
			snprintf(lines + i, 9, "%07u\n", line++);
		data_write(ring, lines, 4096);
		quiet = peer_deadline(REACH_PAUSE);
	}
	return line * 8;
}

static void reach_linger(const char *name, const char *addr, u16 port)
{
	struct conn conn = {
		.id = reach_socket_for(name, addr, 0),
		.ring = data_new(4),
	};
	u32 bytes;

	expect(0, req_connect(conn.id, ntohl(inet_addr(addr)), port, conn.ring),
	       name);
	bytes = reach_fill(conn.ring);
	conn_close(conn);
	reach_told(name, bytes);
}

/**
 * front_reach - ask for something and stay there
 * @name: see above
 *
 * Returns only if it is nothing that we know.
 */
void front_reach(const char *name)
{
	static const struct {
		const char *name;
		s32 (*more)(void);
	} limits[] = {
		{ "reach-sockets", reach_socket },
		{ "reach-listeners", reach_listener },
		{ "reach-parked", reach_parked },
		{ "reach-connecting", reach_connecting },
		{ "reach-connections", reach_connection },
		{ "reach-attempts", reach_attempt },
	};
	static const struct {
		const char *verb;
		void (*run)(const char *name, const char *addr, u16 port);
	} verbs[] = {
		{ "connect-", reach_connect },
		{ "bind-", reach_bind },
		{ "share-", reach_share },
		{ "twice-", reach_twice },
		{ "linger-", reach_linger },
	};
	unsigned int i, port;
	char addr[46];

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (!strcmp(limits[i].name, name))
			reach(name, limits[i].more);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (reach_address(name, verbs[i].verb, addr, &port))
			verbs[i].run(name, addr, port);
	if (!strncmp(name, "queues-", 7))
		reach_queues(name, name + 7);
}

/**
 * front_get - ask for something, say what the answer is, close and exit
 * @name: as for front_reach()
 *
 * Returns only if it is nothing that we know, and never from what has no end.
 */
void front_get(const char *name)
{
	reach_leaves = true;
	front_reach(name);
}
