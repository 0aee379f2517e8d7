// SPDX-License-Identifier: GPL-2.0-only
/*
 * victim: system calls on PV Calls sockets, one after the other, and what came
 * of each: a number, the name of an error, or poll's bits.  Whatever the
 * backend does, every call has a deadline: it says TIMEOUT, and STUCK for a
 * process that can not even be killed.
 *
 *	victim [-t SECONDS] STEP...
 *
 *	use:N		the socket in slot N is meant from here on, at first 0
 *	connect:PORT	a new socket, connected
 *	start:PORT	the same, nonblocking
 *	bind:PORT	a new socket, bound
 *	listen		on it
 *	accept		puts the connection into the next slot, and means that
 *	send:N recv:N	so many bytes; recv takes what comes
 *	all:N		recv until there are so many, and check their pattern
 *	echo:N		send so many bytes and compare what comes back
 *	fill		send until no more fits, without waiting
 *	wait		poll until there is something to read, or an end
 *	poll		poll without waiting
 *	error		SO_ERROR
 *	close
 *	memory:MIB	so much new memory stays as it is for a second
 *	sleep:MS	longer if the deadline is
 *	mark		makes the file VICTIM_MARK, for whoever waits for it
 *	churn:S:SEED	whatever comes to mind, S seconds long
 *	till:SAID:STEP	again and again until it says so
 *	bg:STEP		in another process
 *	join		wait for all of those, and tell what came of them
 *	intr:STEP	interrupted by a signal after a while
 *	kill:STEP	in another process, which is killed after a while
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "victim.h"

static void on_alarm(int signal)
{
	(void)signal;
}

static void run_all(char **steps)
{
	struct said said;

	for (; *steps; steps++) {
		victim_run_timed(*steps, &said);
		if (said.text[0])
			printf("%s%s", said.text, steps[1] ? " " : "");
		fflush(stdout);
	}
	printf("\n");
}

/* The steps have a process of their own, which may get stuck. */
int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };
	pid_t pid;

	if (argc > 2 && !strcmp(argv[1], "-t")) {
		victim_deadline = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	sigaction(SIGALRM, &action, NULL);
	pid = fork();
	if (!pid) {
		run_all(argv + 1);
		exit(0);
	}
	if (victim_reap(pid, victim_deadline * 1000 * (argc + 10)))
		return 0;
	kill(pid, SIGKILL);
	printf(" %s\n", victim_reap(pid, 5000) ? "LATE" : "STUCK");
	return 1;
}
