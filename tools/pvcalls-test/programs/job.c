// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives a guest's agent commands, and waits for their ends: see agent.c.
 *
 *	job start DOMAIN NUMBER COMMAND
 *	job wait DOMAIN NUMBER SECONDS
 *	job run DOMAIN NUMBER SECONDS COMMAND
 *
 * DOMAIN is the guest's node, /local/domain/ID.  What the job printed is
 * printed here and its status is ours; 124 after SECONDS without an end, when
 * the job's node is left.  A job that has ended leaves nothing.
 *
 * This is no script because one asks again and again, with a process each time,
 * while dom0's one processor has the backend to run.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus.h"

/* As timeout(1) says it, and what a shell says of a command it can not run. */
#define STATUS_LATE	124
#define STATUS_BROKEN	126
/* A node of xenstore holds 2048 bytes. */
#define COMMAND_MOST	1800

static char node[256];
static const char *number;

static int broken(const char *what)
{
	fprintf(stderr, "job %s: %s: %s\n", number, what, strerror(errno));
	return STATUS_BROKEN;
}

/* The agent looks for the command when it sees the number: that comes last. */
static bool job_start(const char *domain, const char *command)
{
	char cmd[sizeof(node) + 8], next[sizeof(node)];

	if (strlen(command) > COMMAND_MOST) {
		errno = E2BIG;
		return false;
	}
	snprintf(cmd, sizeof(cmd), "%s/cmd", node);
	snprintf(next, sizeof(next), "%s/data/next", domain);
	return bus_write(cmd, command, strlen(command)) &&
	       bus_write(next, number, strlen(number));
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The text that a job leaves when it ends, or NULL at the deadline. */
static char *job_end(int events, const char *end, long seconds)
{
	struct pollfd fd = { .fd = events, .events = POLLIN };
	long long late = now_ms() + seconds * 1000LL, left;
	char *text;

	/* The first event is that of the watch itself. */
	for (;;) {
		if (bus_event()) {
			text = bus_read(end);
			if (text)
				return text;
			continue;
		}
		left = late - now_ms();
		if (left <= 0)
			return NULL;
		poll(&fd, 1, left);
	}
}

/* A line with the status, then the output; returns the status. */
static int job_said(const char *text)
{
	const char *line = strchr(text, '\n');

	if (line && line[1]) {
		fputs(line + 1, stdout);
		if (text[strlen(text) - 1] != '\n')
			putchar('\n');
	}
	return atoi(text);
}

static int job_wait(int events, const char *seconds)
{
	char end[sizeof(node) + 8];
	char *text;
	int status;

	snprintf(end, sizeof(end), "%s/end", node);
	if (!bus_watch(end))
		return broken("no watch");
	text = job_end(events, end, atol(seconds));
	if (!text)
		return STATUS_LATE;
	status = job_said(text);
	free(text);
	if (!bus_remove(node))
		return broken(node);
	return status;
}

int main(int argc, char **argv)
{
	bool start = argc == 5 && !strcmp(argv[1], "start");
	bool wait = argc == 5 && !strcmp(argv[1], "wait");
	bool run = argc == 6 && !strcmp(argv[1], "run");
	int events;

	if (!start && !wait && !run) {
		fprintf(stderr, "job start|wait|run DOMAIN NUMBER [SECONDS] [COMMAND]\n");
		return STATUS_BROKEN;
	}
	number = argv[3];
	snprintf(node, sizeof(node), "%s/data/job/%s", argv[2], number);
	events = bus_open();
	if (events < 0)
		return broken("no xenstore");
	if (!wait && !job_start(argv[2], argv[argc - 1]))
		return broken("no start");
	return start ? 0 : job_wait(events, argv[4]);
}
