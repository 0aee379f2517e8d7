// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deadlines, chance and xenstore for a rogue peer.  See peer.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenstore.h>

#include "peer.h"

static u64 peer_chance;

void peer_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	/* Whoever kills us shall see how far we came. */
	fflush(stdout);
}

void peer_fail(const char *format, ...)
{
	va_list args;

	printf("FAILED: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

u64 peer_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

u64 peer_deadline(unsigned int ms)
{
	const char *slow = getenv("LAB_SLOW");
	double factor = slow ? atof(slow) : 1;

	return peer_now() + (u64)(ms * (factor > 0 ? factor : 1));
}

bool peer_passed(u64 deadline)
{
	return peer_now() >= deadline;
}

static void peer_nap_us(unsigned int us)
{
	struct timespec nap = { .tv_nsec = us * 1000L };

	nanosleep(&nap, NULL);
}

/* Between two looks at shared memory. */
void peer_nap(void)
{
	peer_nap_us(500);
}

/* At xenstore: each is work for dom0, which has other things to do for us. */
void peer_nap_store(void)
{
	peer_nap_us(5000);
}

void peer_seed(u64 seed)
{
	/* This generator stays at 0 for ever. */
	peer_chance = seed ? seed : 1;
}

u32 peer_random(void)
{
	peer_chance ^= peer_chance >> 12;
	peer_chance ^= peer_chance << 25;
	peer_chance ^= peer_chance >> 27;
	return (peer_chance * 0x2545f4914f6cdd1dULL) >> 32;
}

u32 peer_below(u32 limit)
{
	return peer_random() % limit;
}

/* A number of the kind that breaks things more often than others. */
u32 peer_word(void)
{
	static const u32 edges[] = {
		0, 1, 2, 31, 32, 33, 0x7fffffff, 0x80000000, 0xfffffffe,
		0xffffffff,
	};
	u32 kind = peer_below(4);

	if (kind == 0)
		return edges[peer_below(ARRAY_SIZE(edges))];
	return kind == 1 ? peer_below(4096) : peer_random();
}

struct xs_handle *peer_store(void)
{
	static struct xs_handle *store;

	if (!store)
		store = xs_open(0);
	if (!store)
		peer_fail("no xenstore");
	return store;
}

static const char *peer_path(const char *dir, const char *key)
{
	static char path[512];

	snprintf(path, sizeof(path), *key ? "%s/%s" : "%s", dir, key);
	return path;
}

/* The value, which is never freed, or NULL. */
char *peer_read(const char *dir, const char *key)
{
	unsigned int len;

	return xs_read(peer_store(), XBT_NULL, peer_path(dir, key), &len);
}

void peer_write(const char *dir, const char *key, const char *value)
{
	if (!xs_write(peer_store(), XBT_NULL, peer_path(dir, key), value,
		      strlen(value)))
		peer_fail("can not write %s", peer_path(dir, key));
}

void peer_write_number(const char *dir, const char *key, u32 number)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", number);
	peer_write(dir, key, value);
}

void peer_remove(const char *dir, const char *key)
{
	xs_rm(peer_store(), XBT_NULL, peer_path(dir, key));
}

enum xenbus_state peer_state(const char *dir)
{
	char *value = peer_read(dir, "state");
	enum xenbus_state state = value ? atoi(value) : XenbusStateUnknown;

	free(value);
	return state;
}
