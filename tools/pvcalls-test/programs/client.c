// SPDX-License-Identifier: GPL-2.0-only
/*
 * The client of socktest: what its cases call, and how they are run.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "soak.h"

const char *host;
unsigned int base_port;
int protocol = 260;

struct sockaddr_in address(const char *addr, unsigned int port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(addr),
	};
}

/* Of the kind that is tested. */
int new_socket(int flags)
{
	return socket(AF_INET, SOCK_STREAM | flags, protocol);
}

/* connect() to a port of the server. */
int dial(int fd, unsigned int port)
{
	struct sockaddr_in addr = address(host, port);

	return connect(fd, (struct sockaddr *)&addr, sizeof(addr));
}

/* Returns @fd, or -1. */
int order_on(int fd, uint32_t verb, uint32_t amount)
{
	struct order words = { htonl(verb), htonl(amount) };

	return write(fd, &words, sizeof(words)) == sizeof(words) ? fd : -1;
}

/* A connection that the server has its order for, or -1. */
int order(uint32_t verb, uint32_t amount)
{
	int fd = new_socket(0);

	if (fd < 0 || dial(fd, base_port))
		return -1;
	return order_on(fd, verb, amount);
}

int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The lab's factor for deadlines. */
int64_t scaled(int64_t ms)
{
	const char *slow = getenv("LAB_SLOW");
	double factor = slow ? atof(slow) : 1;

	return factor > 1 ? ms * factor : ms;
}

/* Which of @events are there within @timeout ms, stretched. */
int polled(int fd, int events, int timeout)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, scaled(timeout)) > 0 ? pollfd.revents : 0;
}

bool answer_is(int fd, uint32_t expected)
{
	uint32_t answer;

	CHECK(recv(fd, &answer, sizeof(answer), MSG_WAITALL) == sizeof(answer));
	if (ntohl(answer) != expected)
		printf("# answer %u, not %u\n", ntohl(answer), expected);
	return ntohl(answer) == expected;
}

/* On its way, or even there: the answer may be quicker than we are. */
bool dialling(int fd, int port)
{
	return dial(fd, port) == 0 || errno == EINPROGRESS;
}

/* A handler: that a signal comes is all. */
void on_alarm(int signal)
{
	(void)signal;
}

/* A case that hangs is a case that failed: each has a process and a minute. */
static bool run_case(bool (*run)(void))
{
	int64_t end = now_ms() + scaled(60000);
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		bool ok = run();

		fflush(stdout);
		_exit(!ok);
	}
	while (now_ms() < end) {
		if (waitpid(pid, &status, WNOHANG))
			return status == 0;
		usleep(10000);
	}
	printf("# still running after a minute\n");
	kill(pid, SIGKILL);
	return false;
}

static struct client_case *const subjects[] = {
	connect_cases, stream_cases, wait_cases, listen_cases, place_cases,
};

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static void try_case(struct client_case *one, unsigned int number)
{
	int64_t start = now_ms();

	one->failed = !run_case(one->run);
	printf("%sok %u %s (%lld ms)\n", one->failed ? "not " : "", number,
	       one->name, (long long)(now_ms() - start));
}

static int client(const char *only)
{
	unsigned int i, number = 0, passed = 0, failed = 0;
	struct client_case *one;

	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		for (one = subjects[i]; one->name; one++) {
			number++;
			if (only && strcmp(only, one->name))
				continue;
			try_case(one, number);
			passed += !one->failed;
			failed += one->failed;
		}
	}
	/* Once more, since of a long log only the end is shown. */
	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		for (one = subjects[i]; one->name; one++) {
			if (one->failed)
				printf("# failed: %s\n", one->name);
		}
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

static int usage(void)
{
	fputs("usage: socktest server ADDRESS PORT GUEST-LISTENS-AT\n"
	      "       socktest client ADDRESS PORT [PROTOCOL [CASE]]\n"
	      "       socktest keep ADDRESS PORT\n"
	      "       socktest hold ADDRESS PORT PROTOCOL CONNECTIONS...\n"
	      "       socktest churn ADDRESS PORT PROTOCOL TIMES\n"
	      "       socktest gush ADDRESS PORT PROTOCOL\n"
	      "       socktest soak-serve ADDRESS PORT PROTOCOL\n"
	      "       socktest soak ADDRESS PORT PROTOCOL CONNECTIONS SECONDS SEED\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 5 && !strcmp(argv[1], "server"))
		return server(argv[2], atoi(argv[3]), argv[4]);
	if (argc == 4 && !strcmp(argv[1], "hole"))
		return hole(argv[2], atoi(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "keep"))
		return keep(argv[2], atoi(argv[3]));
	if (argc > 5 && !strcmp(argv[1], "hold"))
		return hold(argv[2], atoi(argv[3]), atoi(argv[4]), argv + 5);
	if (argc == 6 && !strcmp(argv[1], "churn"))
		return churn(argv[2], atoi(argv[3]), atoi(argv[4]),
			     atoi(argv[5]));
	if (argc == 5 && !strcmp(argv[1], "gush"))
		return gush(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc == 5 && !strcmp(argv[1], "soak-serve"))
		return soak_serve(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc == 8 && !strcmp(argv[1], "soak"))
		return soak(argv + 2);
	if (argc < 4 || strcmp(argv[1], "client"))
		return usage();
	host = argv[2];
	base_port = atoi(argv[3]);
	if (argc > 4)
		protocol = atoi(argv[4]);
	return client(argc > 5 ? argv[5] : NULL);
}
