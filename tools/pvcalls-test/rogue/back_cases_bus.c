// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: what can be wrong in xenstore, and backends that go away.
 *
 * Those that go away do so when the first bytes come in at a connection to an
 * evil port.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "back.h"

static void key_is(struct back *back)
{
	back->hits++;
	back_bus_write(back, back->which->value.key, back->which->value.string);
}

static void key_missing(struct back *back)
{
	char path[256];

	back->hits++;
	snprintf(path, sizeof(path), "%s/%s", back->path,
		 back->which->value.key);
	xs_rm(back->xs, XBT_NULL, path);
}

/* As long as xenstored lets it be; a domain has less room than dom0. */
static void key_long(struct back *back)
{
	char path[256], value[4096];
	size_t len = sizeof(value) - 1;

	back->hits++;
	memset(value, '1', len);
	snprintf(path, sizeof(path), "%s/%s", back->path,
		 back->which->value.key);
	while (!xs_write(back->xs, XBT_NULL, path, value, len))
		len -= 64;
	back_say("%s has %zu bytes", path, len);
}

/* For whoever waits for it. */
static void tell(struct back *back)
{
	back_bus_write(back, "struck", back->which->name);
}

static void die(struct back *back, struct back_sock *sock)
{
	(void)sock;
	tell(back);
	kill(getpid(), SIGKILL);
}

static bool frozen_front(struct back *back, enum xenbus_state state)
{
	(void)state;
	return back->frozen;
}

/*
 * Nothing is served any more, but everything stays as it is.  If there is more
 * to it, that is done outside the loop that called us.
 */
static void strike(struct back *back, struct back_sock *sock)
{
	(void)sock;
	tell(back);
	back->hits++;
	back->frozen = true;
}

static bool struck_once(struct back *back)
{
	return back->hits++ == 1;
}

static void tick_close(struct back *back)
{
	if (!back->frozen || !struck_once(back))
		return;
	back_command_disconnect(back);
	back_bus_state(back, back->which->value.number);
}

static void tick_state(struct back *back)
{
	if (back->frozen && struck_once(back))
		back_bus_write(back, "state", back->which->value.string);
}

/* All but the directory itself, which only the toolstack could make again. */
static void tick_nodes(struct back *back)
{
	char path[256], **keys;
	unsigned int nr = 0, i;

	if (!back->frozen || !struck_once(back))
		return;
	keys = xs_directory(back->xs, XBT_NULL, back->path, &nr);
	for (i = 0; keys && i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", back->path, keys[i]);
		xs_rm(back->xs, XBT_NULL, path);
	}
	free(keys);
}

/* Instead of Connected, something else. */
static bool front_initialised(struct back *back, enum xenbus_state state)
{
	if (state != XenbusStateInitialised || back->hits)
		return false;
	back->hits++;
	back_bus_state(back, back->which->value.number);
	return true;
}

/* Connected before there is anything to be connected to. */
static void key_state(struct back *back)
{
	back->hits++;
	back_bus_write(back, "state", back->which->value.string);
	usleep(500000);
}

#define KEY(case_name, key_name, text_is, what) \
	{ .name = case_name, .text = what, .keys = key_is, \
	  .value = { .key = key_name, .string = text_is } }
#define JUMP(case_name, state_is, what) \
	{ .name = case_name, .text = what, .started = strike, \
	  .tick = tick_state, .front = frozen_front, \
	  .value.string = state_is }

const struct back_case back_cases_bus[] = {
	KEY("versions-empty", "versions", "", "no version"),
	KEY("versions-2", "versions", "2", "another version"),
	KEY("versions-list", "versions", "3,2, 1", "version 1 among others"),
	KEY("versions-garbage", "versions", "\x01%s%n\xff,,,", "garbage"),
	{ .name = "versions-long", .text = "a version as long as it gets",
	  .keys = key_long, .value.key = "versions" },
	{ .name = "versions-missing", .text = "no versions node",
	  .keys = key_missing, .value.key = "versions" },
	KEY("order-0", "max-page-order", "0", "max-page-order 0"),
	KEY("order-1", "max-page-order", "1", "max-page-order 1, the least"),
	KEY("order-31", "max-page-order", "31", "max-page-order 31"),
	KEY("order-huge", "max-page-order", "99999999999999999999",
	    "max-page-order beyond 64 bits"),
	KEY("order-negative", "max-page-order", "-1", "max-page-order -1"),
	KEY("order-garbage", "max-page-order", "four", "max-page-order in words"),
	{ .name = "order-missing", .text = "no max-page-order",
	  .keys = key_missing, .value.key = "max-page-order" },
	KEY("calls-0", "function-calls", "0", "function-calls 0"),
	KEY("calls-2", "function-calls", "2", "function-calls 2"),
	KEY("calls-garbage", "function-calls", "x", "function-calls in words"),
	{ .name = "calls-missing", .text = "no function-calls",
	  .keys = key_missing, .value.key = "function-calls" },
	{ .name = "early-connected", .text = "Connected before InitWait",
	  .keys = key_state, .value.string = "4" },
	{ .name = "closing-early", .text = "Closing instead of Connected",
	  .front = front_initialised, .value.number = XenbusStateClosing },
	{ .name = "closed-early", .text = "Closed instead of Connected",
	  .front = front_initialised, .value.number = XenbusStateClosed },
	{ .name = "closing", .text = "closes", .started = strike,
	  .tick = tick_close, .value.number = XenbusStateClosing },
	{ .name = "closed", .text = "is closed at once", .started = strike,
	  .tick = tick_close, .value.number = XenbusStateClosed },
	{ .name = "crash", .text = "dies, xenstore stays as it was",
	  .started = die },
	{ .name = "deaf", .text = "does nothing any more, not even close",
	  .started = strike, .front = frozen_front },
	{ .name = "vanish", .text = "all of its nodes in xenstore are deleted",
	  .started = strike, .tick = tick_nodes, .front = frozen_front },
	JUMP("jump-unknown", "0", "state 0"),
	JUMP("jump-initialising", "1", "state Initialising"),
	JUMP("jump-init-wait", "2", "state InitWait"),
	JUMP("jump-initialised", "3", "state Initialised"),
	JUMP("jump-reconfiguring", "7", "state Reconfiguring"),
	JUMP("jump-99", "99", "state 99"),
	JUMP("jump-garbage", "four", "state in words"),
	JUMP("jump-empty", "", "an empty state"),
	{ }
};
