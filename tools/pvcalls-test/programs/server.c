// SPDX-License-Identifier: GPL-2.0-only
/*
 * The server of socktest: one process for each connection.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socktest.h"

/* Shared by all processes: what the last ORDER_SINK saw, -1 while it reads. */
static volatile int64_t *sunk;

uint32_t checksum(uint32_t sum, const void *data, size_t len)
{
	const unsigned char *byte = data;

	while (len--)
		sum = sum * 31 + *byte++;
	return sum;
}

void fill(void *data, size_t len, unsigned int seed)
{
	unsigned char *byte = data;

	while (len--) {
		seed = seed * 1103515245 + 12345;
		*byte++ = seed >> 16;
	}
}

static bool read_all(int fd, void *data, size_t len)
{
	ssize_t ret;

	while (len) {
		ret = read(fd, data, len);
		if (ret <= 0)
			return false;
		data = (char *)data + ret;
		len -= ret;
	}
	return true;
}

static void write_all(int fd, const void *data, size_t len)
{
	ssize_t ret;

	while (len) {
		ret = write(fd, data, len);
		if (ret <= 0)
			exit(1);
		data = (const char *)data + ret;
		len -= ret;
	}
}

static void echo(int fd)
{
	char buf[16384];
	ssize_t ret;

	while ((ret = read(fd, buf, sizeof(buf))) > 0)
		write_all(fd, buf, ret);
}

static void count(int fd, size_t amount)
{
	char buf[16384];
	uint32_t sum = 0;
	ssize_t ret;

	while (amount) {
		ret = read(fd, buf, amount < sizeof(buf) ? amount : sizeof(buf));
		if (ret <= 0)
			return;
		sum = checksum(sum, buf, ret);
		amount -= ret;
	}
	sum = htonl(sum);
	write_all(fd, &sum, sizeof(sum));
}

static void sink(int fd)
{
	char buf[16384];
	int64_t bytes = 0;
	ssize_t ret;

	*sunk = -1;
	while ((ret = read(fd, buf, sizeof(buf))) > 0)
		bytes += ret;
	/* A reset is not an end of the stream. */
	*sunk = ret < 0 ? -errno : bytes;
}

static void give(int fd, size_t amount)
{
	char *data = malloc(amount);

	if (!data)
		return;
	fill(data, amount, FILL_SEED);
	write_all(fd, data, amount);
	free(data);
}

static void total(int fd)
{
	uint32_t answer;
	int i;

	for (i = 0; i < 1000 && *sunk < 0; i++)
		usleep(10000);
	answer = htonl(*sunk);
	write_all(fd, &answer, sizeof(answer));
}

static void reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	write_all(fd, GREETING, strlen(GREETING));
	/* The bytes shall be there first. */
	usleep(200000);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* How a connection ended: 0 for an end of the stream, or an errno. */
static uint32_t ending(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char byte;

	if (poll(&pollfd, 1, 10000) <= 0)
		return ETIMEDOUT;
	return read(fd, &byte, 1) == 0 ? 0 : errno;
}

static void call(int fd, const char *guest, unsigned int port, bool wait)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(guest),
	};
	int out = socket(AF_INET, SOCK_STREAM, 0);
	uint32_t answer = 0;

	if (connect(out, (struct sockaddr *)&addr, sizeof(addr)))
		answer = errno;
	if (wait && !answer)
		answer = ending(out);
	answer = htonl(answer);
	write_all(fd, &answer, sizeof(answer));
	if (!wait)
		echo(out);
	close(out);
}

static void serve(int fd, const char *guest)
{
	struct order order;

	if (!read_all(fd, &order, sizeof(order)))
		return;
	order.verb = ntohl(order.verb);
	order.amount = ntohl(order.amount);
	switch (order.verb) {
	case ORDER_ECHO:
		echo(fd);
		break;
	case ORDER_GREET:
		write_all(fd, GREETING, strlen(GREETING));
		break;
	case ORDER_RESET:
		reset(fd);
		break;
	case ORDER_COUNT:
		count(fd, order.amount);
		break;
	case ORDER_STALL:
		usleep(order.amount * 1000);
		echo(fd);
		break;
	case ORDER_CALL:
	case ORDER_PENDING:
		call(fd, guest, order.amount, order.verb == ORDER_PENDING);
		break;
	case ORDER_SINK:
		sink(fd);
		break;
	case ORDER_TOTAL:
		total(fd);
		break;
	case ORDER_FILL:
		give(fd, order.amount);
		break;
	}
}

/* Of IPv4, or IPv6; :: is both. */
socklen_t local_address(struct sockaddr_storage *local, const char *addr,
			unsigned int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)local;
	struct sockaddr_in *in = (struct sockaddr_in *)local;

	memset(local, 0, sizeof(*local));
	if (inet_pton(AF_INET6, addr, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = inet_addr(addr);
	return sizeof(*in);
}

static int listener(const char *addr, unsigned int port)
{
	struct sockaddr_storage local;
	socklen_t len = local_address(&local, addr, port);
	int fd = socket(local.ss_family, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&local, len) || listen(fd, 1024)) {
		perror("socktest: server");
		return -1;
	}
	return fd;
}

/* Two ports: on the second one the server speaks first. */
int server(const char *addr, unsigned int port, const char *guest)
{
	struct pollfd fds[2] = {
		{ .fd = listener(addr, port), .events = POLLIN },
		{ .fd = listener(addr, port + 1), .events = POLLIN },
	};
	int i, fd;

	if (fds[0].fd < 0 || fds[1].fd < 0)
		return 1;
	sunk = mmap(NULL, sizeof(*sunk), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	while (poll(fds, 2, -1) > 0) {
		for (i = 0; i < 2; i++) {
			if (!fds[i].revents)
				continue;
			fd = accept(fds[i].fd, NULL, NULL);
			if (fork() == 0) {
				close(fds[0].fd);
				close(fds[1].fd);
				if (i)
					write_all(fd, GREETING, strlen(GREETING));
				else
					serve(fd, guest);
				return 0;
			}
			close(fd);
		}
	}
	return 1;
}
