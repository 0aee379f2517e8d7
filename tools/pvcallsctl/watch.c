// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same again, every second and whenever xenstore changes.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "device.h"

#define WATCH_MS 1000

/* A terminal shows the newest one, anything else gets them all. */
static void watch_begin(void)
{
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
}

static enum status watch_once(char **words, int nr)
{
	enum status status = STATUS_OK;

	watch_begin();
	if (nr)
		status = command_stats(words, 1);
	else
		show_table();
	if (!isatty(STDOUT_FILENO))
		putchar('\n');
	/* A reader that has gone is the usual end of this. */
	if (fflush(stdout))
		return STATUS_FAILED;
	return status;
}

/* The change of one key is often followed by others: see them together. */
static void watch_wait(void)
{
	struct pollfd poll_store = { .fd = store_fd(), .events = POLLIN };
	const struct timespec moment = { .tv_nsec = 100 * 1000 * 1000 };

	if (poll(&poll_store, 1, WATCH_MS) > 0) {
		nanosleep(&moment, NULL);
		store_drain();
	}
}

enum status command_watch(char **words, int nr)
{
	char root[STORE_PATH];
	enum status status;

	if (!store_open())
		return STATUS_FAILED;
	device_root(root);
	if (!store_watch(root))
		return STATUS_FAILED;
	/* It fires at once. */
	store_drain();
	while (!(status = watch_once(words, nr)))
		watch_wait();
	return status;
}
