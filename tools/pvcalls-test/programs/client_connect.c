// SPDX-License-Identifier: GPL-2.0-only
/*
 * socktest: connect().
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

static bool connect_refused_then_accepted(void)
{
	int fd = new_socket(0);

	CHECK(fd >= 0);
	CHECK_ERROR(dial(fd, 9), ECONNREFUSED);
	CHECK(dial(fd, base_port) == 0);
	CHECK_ERROR(dial(fd, base_port), EISCONN);
	CHECK(close(fd) == 0);
	return true;
}

static bool connect_nonblocking(void)
{
	int fd = new_socket(SOCK_NONBLOCK), error = -1;
	socklen_t len = sizeof(error);
	char buf[8];

	CHECK(dialling(fd, base_port));
	CHECK(polled(fd, POLLOUT, 5000) == POLLOUT);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	CHECK(error == 0);
	CHECK(order_on(fd, ORDER_GREET, 0) == fd);
	CHECK(polled(fd, POLLIN, 5000) & POLLIN);
	CHECK(read(fd, buf, sizeof(buf)) == (ssize_t)strlen(GREETING));
	CHECK(close(fd) == 0);
	return true;
}

static bool connect_nonblocking_refused(void)
{
	int fd = new_socket(SOCK_NONBLOCK), error = -1;
	socklen_t len = sizeof(error);

	if (dial(fd, 9) < 0 && errno == ECONNREFUSED)
		return close(fd) == 0;	/* the answer was quick */
	CHECK(errno == EINPROGRESS);
	CHECK(polled(fd, POLLOUT, 5000) & POLLERR);
	CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0);
	CHECK(error == ECONNREFUSED);
	CHECK(close(fd) == 0);
	return true;
}

/* Nobody has these addresses: it takes seconds to find out. */
static bool connect_slow_delays_nobody(void)
{
	struct sockaddr_in nobody = address(host, base_port);
	uint32_t net = ntohl(nobody.sin_addr.s_addr) & ~0xff;
	int64_t start = now_ms();
	int slow[20], fd, i;

	for (i = 0; i < 20; i++) {
		nobody.sin_addr.s_addr = htonl(net + 100 + i);
		slow[i] = new_socket(SOCK_NONBLOCK);
		CHECK_ERROR(connect(slow[i], (struct sockaddr *)&nobody,
				    sizeof(nobody)), EINPROGRESS);
	}
	for (i = 0; i < 20; i++) {
		fd = new_socket(0);
		CHECK(dial(fd, base_port) == 0);
		close(fd);
	}
	printf("# connects beside it: %lld ms\n", (long long)(now_ms() - start));
	CHECK(now_ms() - start < scaled(2500));
	CHECK(polled(slow[0], POLLOUT, 0) == 0);
	CHECK_ERROR(connect(slow[19], (struct sockaddr *)&nobody,
			    sizeof(nobody)), EALREADY);
	for (i = 0; i < 20; i++)
		CHECK(close(slow[i]) == 0);
	return true;
}

/* More at once than the command ring has slots. */
static bool connect_burst(void)
{
	enum { BURST = 100 };
	int fds[BURST], i;
	char buf[8];

	for (i = 0; i < BURST; i++) {
		fds[i] = new_socket(SOCK_NONBLOCK);
		CHECK(dialling(fds[i], base_port + 1));
	}
	for (i = 0; i < BURST; i++) {
		CHECK(polled(fds[i], POLLIN, 5000) & POLLIN);
		CHECK(read(fds[i], buf, sizeof(buf)) ==
		      (ssize_t)strlen(GREETING));
		CHECK(close(fds[i]) == 0);
	}
	/* And some that are closed before they got anywhere. */
	for (i = 0; i < BURST; i++) {
		fds[i] = new_socket(SOCK_NONBLOCK);
		CHECK(dialling(fds[i], base_port + 1));
	}
	for (i = 0; i < BURST; i++)
		CHECK(close(fds[i]) == 0);
	return true;
}

static bool connect_unbound_operations(void)
{
	int fd = new_socket(0);
	char byte;

	CHECK_ERROR(recv(fd, &byte, 1, 0), ENOTCONN);
	CHECK_ERROR(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_ERROR(getpeername(fd, (struct sockaddr *)&byte,
				&(socklen_t){ 1 }), ENOTCONN);
	CHECK(close(fd) == 0);
	return true;
}

struct client_case connect_cases[] = {
	CASE(connect_refused_then_accepted),
	CASE(connect_nonblocking),
	CASE(connect_nonblocking_refused),
	CASE(connect_slow_delays_nobody),
	CASE(connect_burst),
	CASE(connect_unbound_operations),
	{ .name = NULL },
};
