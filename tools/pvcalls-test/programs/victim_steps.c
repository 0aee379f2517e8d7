// SPDX-License-Identifier: GPL-2.0-only
/*
 * victim: steps about other steps, and their processes.  See victim.c.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "victim.h"

#define CHILDREN	8
/* "After a while": how long a call is let to get stuck first. */
#define WHILE_MS	300

struct child {
	pid_t pid;
	int out;
};

static struct child children[CHILDREN];
static unsigned int nr_children;
int victim_deadline = 5;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Times that matter are for a deadline of 5 seconds, and grow with it. */
static int scaled(int ms)
{
	return ms * victim_deadline / 5;
}

/* It rings again and again: the first one may come between two calls. */
static void alarm_in(int ms)
{
	struct itimerval timer = {
		.it_value = { ms / 1000, ms % 1000 * 1000 },
		.it_interval.tv_usec = ms ? 200000 : 0,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Returns false if the process is still there after @ms. */
bool victim_reap(int pid, int ms)
{
	int64_t end = now_ms() + ms;

	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (now_ms() > end)
			return false;
		usleep(10000);
	}
	return true;
}

static const char *argument(const char *step, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(step, name, len) || (step[len] && step[len] != ':'))
		return NULL;
	return step + len + (step[len] == ':');
}

static bool run_from(const struct step *table, const char *step,
		     struct said *said)
{
	const char *arg;

	for (; table->name; table++) {
		arg = argument(step, table->name);
		if (!arg)
			continue;
		table->run(arg, said);
		return true;
	}
	return false;
}

void victim_run(const char *step, struct said *said)
{
	if (run_from(victim_calls, step, said) ||
	    run_from(victim_steps, step, said))
		return;
	fprintf(stderr, "victim: what is %s?\n", step);
	exit(2);
}

/* TIMEOUT, not EINTR, for a call that our deadline interrupted. */
void victim_run_timed(const char *step, struct said *said)
{
	int64_t end = now_ms() + victim_deadline * 1000;

	said->text[0] = 0;
	alarm_in(victim_deadline * 1000);
	victim_run(step, said);
	alarm_in(0);
	if (!strcmp(said->text, "EINTR") && now_ms() >= end)
		strcpy(said->text, "TIMEOUT");
}

/* A process for one step; what it says comes through a pipe. */
static struct child spawn(const char *step)
{
	struct child child = { .pid = -1 };
	struct said said = {};
	int ends[2];

	if (pipe(ends))
		exit(1);
	child.out = ends[0];
	child.pid = fork();
	if (child.pid) {
		close(ends[1]);
		return child;
	}
	victim_run(step, &said);
	_exit(write(ends[1], said.text, strlen(said.text)) < 0);
}

static void child_said(struct child *child, struct said *said)
{
	ssize_t len;

	if (!victim_reap(child->pid, victim_deadline * 2000)) {
		kill(child->pid, SIGKILL);
		strcpy(said->text, victim_reap(child->pid, 5000) ? "TIMEOUT" :
								   "STUCK");
	} else {
		len = read(child->out, said->text, sizeof(said->text) - 1);
		said->text[len > 0 ? len : 0] = 0;
	}
	close(child->out);
}

static void do_bg(const char *arg, struct said *said)
{
	(void)said;
	if (nr_children < CHILDREN)
		children[nr_children++] = spawn(arg);
}

static void do_join(const char *arg, struct said *said)
{
	size_t size = sizeof(said->text), used = 0;
	struct said one;
	unsigned int i;

	(void)arg;
	/* Their own deadlines count. */
	alarm_in(0);
	for (i = 0; i < nr_children; i++) {
		child_said(&children[i], &one);
		used += snprintf(said->text + used, size - used, "%s%.60s",
				 used ? "," : "", one.text);
	}
	nr_children = 0;
}

static void do_kill(const char *arg, struct said *said)
{
	struct child child = spawn(arg);

	if (victim_reap(child.pid, scaled(WHILE_MS))) {
		child_said(&child, said);
		return;
	}
	kill(child.pid, SIGKILL);
	strcpy(said->text, victim_reap(child.pid, victim_deadline * 1000) ?
	       "killed" : "STUCK");
	close(child.out);
}

static void do_intr(const char *arg, struct said *said)
{
	alarm_in(scaled(WHILE_MS));
	victim_run(arg, said);
}

static void do_till(const char *arg, struct said *said)
{
	int64_t end = now_ms() + victim_deadline * 1000;
	const char *step = strchr(arg, ':');
	size_t len;

	if (!step)
		return;
	len = step - arg;
	do {
		victim_run(step + 1, said);
		if (!strncmp(said->text, arg, len) && !said->text[len])
			return;
		usleep(10000);
	} while (now_ms() < end);
}

static void do_sleep(const char *arg, struct said *said)
{
	int ms = scaled(atoi(arg));
	struct timespec time = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	(void)said;
	while (nanosleep(&time, &time))
		;
}

static void do_mark(const char *arg, struct said *said)
{
	(void)arg;
	(void)said;
	close(open(VICTIM_MARK, O_CREAT | O_WRONLY, 0600));
}

static void churn_round(unsigned int seed)
{
	static const char * const steps[] = {
		"connect:7", "connect:1007", "connect:19", "connect:1009",
		"start:1007", "bind:0", "listen", "accept", "send:100",
		"send:40000", "recv:100", "recv:40000", "fill", "poll", "wait",
		"error", "close", "echo:1000", "use:0", "use:1",
	};
	struct said said;
	int i;

	for (i = 0; i < 12; i++) {
		alarm_in(100);
		victim_run(steps[rand_r(&seed) % (sizeof(steps) / sizeof(*steps))],
			   &said);
	}
}

static void do_churn(const char *arg, struct said *said)
{
	int64_t end = now_ms() + atoi(arg) * 1000;
	const char *colon = strchr(arg, ':');
	unsigned int seed = colon ? atoi(colon + 1) : 1;
	pid_t pid;

	alarm_in(0);
	strcpy(said->text, "done");
	for (; now_ms() < end; seed++) {
		pid = fork();
		if (!pid) {
			churn_round(seed);
			_exit(0);
		}
		if (victim_reap(pid, 3000))
			continue;
		kill(pid, SIGKILL);
		if (victim_reap(pid, victim_deadline * 1000))
			continue;
		strcpy(said->text, "STUCK");
		return;
	}
}

const struct step victim_steps[] = {
	{ "bg", do_bg },
	{ "join", do_join },
	{ "kill", do_kill },
	{ "intr", do_intr },
	{ "till", do_till },
	{ "sleep", do_sleep },
	{ "mark", do_mark },
	{ "churn", do_churn },
	{ NULL, NULL }
};
