// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask for something, and say in data/rogue of xenstore what comes of it; then
 * stay there.
 *
 *	reach-WHAT		as much of it as there is: "reach-WHAT COUNT
 *				ERROR"; each second once more, since the limit
 *				may have changed
 *	connect-ADDRESS:PORT	"connect-ADDRESS:PORT ERROR"
 *	bind-ADDRESS:PORT	"bind-ADDRESS:PORT ERROR"
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "front.h"

/* An answer to what waits for nobody comes sooner; one that waits, later. */
#define REACH_PATIENCE 300
/* Between two tries at the limit. */
#define REACH_PAUSE 1000
/* More than any case sets as a limit; one slot of the ring stays free. */
#define REACH_MOST (FRONT_SLOTS - 2)

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

/* The rest of a name that begins with @verb, as an address. */
static bool reach_address(const char *name, const char *verb,
			  struct sockaddr_in *in)
{
	unsigned int port;
	char addr[16];

	if (strncmp(name, verb, strlen(verb)) ||
	    sscanf(name + strlen(verb), "%15[0-9.]:%u", addr, &port) != 2)
		return false;
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = inet_addr(addr);
	return true;
}

static void reach_once(const char *name, struct xen_pvcalls_request req)
{
	char text[64];

	expect(0, req_socket(req.u.poll.id), "SOCKET");
	snprintf(text, sizeof(text), "%s %d", name, call(req, name));
	tell(text);
	for (;;)
		peer_nap();
}

static void reach_connect(const char *name, const struct sockaddr_in *in)
{
	device_open();
	reach_once(name, req_connect(new_id(), ntohl(in->sin_addr.s_addr),
				     ntohs(in->sin_port), data_new(1)));
}

static void reach_bind(const char *name, const struct sockaddr_in *in)
{
	struct xen_pvcalls_request req = req_bind(new_id(), 0);

	memcpy(req.u.bind.addr, in, sizeof(*in));
	device_open();
	reach_once(name, req);
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
	struct sockaddr_in in = { };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++)
		if (!strcmp(limits[i].name, name))
			reach(name, limits[i].more);
	if (reach_address(name, "connect-", &in))
		reach_connect(name, &in);
	if (reach_address(name, "bind-", &in))
		reach_bind(name, &in);
}
