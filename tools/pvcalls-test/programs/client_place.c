// SPDX-License-Identifier: GPL-2.0-only
/*
 * socktest: other families and namespaces, and many sockets.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

static bool native_loopback(void)
{
	struct sockaddr_in addr = address("127.0.0.1", 7006), peer;
	int fd = new_socket(0), caller = new_socket(0), conn;
	socklen_t len = sizeof(peer);
	char byte;

	CHECK(!bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	CHECK(!listen(fd, 1));
	CHECK(!connect(caller, (struct sockaddr *)&addr, sizeof(addr)));
	conn = accept(fd, (struct sockaddr *)&peer, &len);
	CHECK(conn >= 0);
	CHECK(peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(write(caller, "n", 1) == 1 && read(conn, &byte, 1) == 1);
	CHECK(close(conn) == 0 && close(caller) == 0 && close(fd) == 0);
	return true;
}

/* A container with a network of its own has no part in the guest's sockets. */
static bool namespace_is_refused(void)
{
	CHECK(!unshare(CLONE_NEWNET));
	CHECK_ERROR(new_socket(0), EPROTONOSUPPORT);
	CHECK_ERROR(socket(AF_INET6, SOCK_STREAM, protocol), EPROTONOSUPPORT);
	return true;
}

static bool inet6_mapped_and_unreachable(void)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(base_port),
	};
	char buf[INET6_ADDRSTRLEN];
	int fd;

	fd = socket(AF_INET6, SOCK_STREAM, protocol);
	CHECK(fd >= 0);
	CHECK(inet_pton(AF_INET6, "2001:db8::1", &addr.sin6_addr) == 1);
	CHECK_ERROR(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
		    ENETUNREACH);
	snprintf(buf, sizeof(buf), "::ffff:%s", host);
	CHECK(inet_pton(AF_INET6, buf, &addr.sin6_addr) == 1);
	CHECK(!connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	CHECK(order_on(fd, ORDER_GREET, 0) == fd);
	CHECK(recv(fd, buf, strlen(GREETING), MSG_WAITALL) ==
	      (ssize_t)strlen(GREETING));
	CHECK(close(fd) == 0);
	return true;
}

static bool many_at_once(void)
{
	enum { MANY = 300 };
	static int fds[MANY];
	char byte;
	int i;

	for (i = 0; i < MANY; i++) {
		fds[i] = order(ORDER_ECHO, 0);
		CHECK(fds[i] >= 0);
	}
	for (i = 0; i < MANY; i++)
		CHECK(send(fds[i], "m", 1, 0) == 1);
	for (i = 0; i < MANY; i++)
		CHECK(recv(fds[i], &byte, 1, 0) == 1 && byte == 'm');
	for (i = 0; i < MANY; i++)
		CHECK(close(fds[i]) == 0);
	return true;
}

static bool many_in_a_row(void)
{
	int i, fd;

	for (i = 0; i < 500; i++) {
		fd = new_socket(0);
		CHECK(fd >= 0 && dial(fd, base_port) == 0);
		CHECK(close(fd) == 0);
	}
	return true;
}

struct client_case place_cases[] = {
	CASE(native_loopback),
	CASE(namespace_is_refused),
	CASE(inet6_mapped_and_unreachable),
	CASE(many_at_once),
	CASE(many_in_a_row),
	{ .name = NULL },
};
