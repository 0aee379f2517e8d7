// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many connections at a time, of one process on each side.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socktest.h"

#define HOLD_MOST	8192
/* How many there are; and how many we may go on to have. */
#define HOLD_HAVE	"/run/socktest.have"
#define HOLD_MAY	"/run/socktest.may"

static struct sockaddr_in hold_address(const char *addr, unsigned int port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(addr),
	};
}

static void hold_limit(void)
{
	struct rlimit limit = { HOLD_MOST + 64, HOLD_MOST + 64 };

	setrlimit(RLIMIT_NOFILE, &limit);
}

static int hold_failed(const char *what, unsigned int nr)
{
	printf("connection %u: %s: %s\n", nr, what, strerror(errno));
	return 1;
}

/* The number in a file that somebody else writes, 0 if there is none. */
static unsigned int hold_read(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int number = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%u", &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

static void hold_write(const char *path, unsigned int number)
{
	FILE *file = fopen(path, "w");

	if (!file)
		exit(1);
	fprintf(file, "%u\n", number);
	fclose(file);
}

/* A byte there and back. */
static int hold_check(int fd)
{
	char byte = 'h';

	return write(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 1 &&
	       byte == 'h';
}

static int hold_open(const char *addr, unsigned int port, int protocol)
{
	struct sockaddr_in to = hold_address(addr, port);
	int fd = socket(AF_INET, SOCK_STREAM, protocol);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * hold - have more and more connections, waiting at each number
 * @addr: of keep()
 * @port: of keep()
 * @protocol: of the sockets
 * @steps: the numbers, ends with NULL
 */
int hold(const char *addr, unsigned int port, int protocol, char **steps)
{
	static int fds[HOLD_MOST];
	unsigned int nr = 0, want, i;

	hold_limit();
	unlink(HOLD_MAY);
	for (; *steps; steps++) {
		want = strtoul(*steps, NULL, 10);
		for (; nr < want && nr < HOLD_MOST; nr++) {
			fds[nr] = hold_open(addr, port, protocol);
			if (fds[nr] < 0)
				return hold_failed("connect", nr);
		}
		for (i = 0; i < nr; i++)
			if (!hold_check(fds[i]))
				return hold_failed("a byte", i);
		hold_write(HOLD_HAVE, nr);
		while (hold_read(HOLD_MAY) < nr)
			usleep(50000);
	}
	return 0;
}

/**
 * churn - connect, pass a byte and close, again and again
 * @addr: of keep()
 * @port: of keep()
 * @protocol: of the sockets
 * @times: how often
 */
int churn(const char *addr, unsigned int port, int protocol,
	  unsigned int times)
{
	unsigned int i;
	int fd;

	for (i = 0; i < times; i++) {
		fd = hold_open(addr, port, protocol);
		if (fd < 0)
			return hold_failed("connect", i);
		if (!hold_check(fd))
			return hold_failed("a byte", i);
		close(fd);
	}
	return 0;
}

/**
 * gush - write without end, and say how it ended
 * @addr: of somebody who reads
 * @port: of somebody who reads
 * @protocol: of the socket
 */
int gush(const char *addr, unsigned int port, int protocol)
{
	static char bytes[65536];
	int fd = hold_open(addr, port, protocol);
	unsigned long long gushed = 0;
	ssize_t ret;

	if (fd < 0)
		return hold_failed("connect", 0);
	while ((ret = write(fd, bytes, sizeof(bytes))) > 0)
		gushed += ret;
	printf("after %llu bytes: %s\n", gushed,
	       ret ? strerror(errno) : "nothing");
	return 1;
}

static struct pollfd keep_fds[HOLD_MOST];
static unsigned int keep_nr;

static void keep_accept(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (keep_nr == HOLD_MOST) {
		close(fd);
		return;
	}
	keep_fds[keep_nr].fd = fd;
	keep_fds[keep_nr].events = POLLIN;
	keep_nr++;
}

/* Send back what came; at its end the last connection takes the place. */
static void keep_serve(unsigned int i)
{
	char bytes[64];
	ssize_t ret = read(keep_fds[i].fd, bytes, sizeof(bytes));

	if (ret > 0 && write(keep_fds[i].fd, bytes, ret) == ret)
		return;
	close(keep_fds[i].fd);
	keep_fds[i] = keep_fds[--keep_nr];
}

/**
 * keep - the server: keeps every connection until the client closes it
 * @addr: to listen at
 * @port: to listen at
 */
int keep(const char *addr, unsigned int port)
{
	struct sockaddr_in local = hold_address(addr, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	unsigned int i;

	hold_limit();
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) ||
	    listen(fd, 1024)) {
		perror("socktest: server");
		return 1;
	}
	keep_fds[keep_nr].fd = fd;
	keep_fds[keep_nr++].events = POLLIN;
	while (poll(keep_fds, keep_nr, -1) > 0) {
		for (i = keep_nr - 1; i > 0; i--)
			if (keep_fds[i].revents)
				keep_serve(i);
		if (keep_fds[0].revents)
			keep_accept(fd);
	}
	return 1;
}
