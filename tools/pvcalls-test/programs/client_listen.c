// SPDX-License-Identifier: GPL-2.0-only
/*
 * socktest: listen() and accept().
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

static int listen_on(unsigned int port, int flags)
{
	struct sockaddr_in addr = address("0.0.0.0", port);
	int fd = new_socket(flags);

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 16)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool listen_and_be_called(void)
{
	int fd = listen_on(7001, 0), conn, caller;
	char buf[4];

	CHECK(fd >= 0);
	caller = order(ORDER_CALL, 7001);
	CHECK(answer_is(caller, 0));
	conn = accept(fd, NULL, NULL);
	CHECK(conn >= 0);
	CHECK(send(conn, "ping", 4, 0) == 4);
	CHECK(recv(conn, buf, 4, MSG_WAITALL) == 4 && !memcmp(buf, "ping", 4));
	CHECK(close(conn) == 0 && close(fd) == 0 && close(caller) == 0);
	return true;
}

static bool listen_nonblocking(void)
{
	int fd = listen_on(7002, SOCK_NONBLOCK), conn, i, caller[20];

	CHECK(fd >= 0);
	CHECK_ERROR(accept(fd, NULL, NULL), EAGAIN);
	CHECK(polled(fd, POLLIN, 100) == 0);
	for (i = 0; i < 20; i++) {
		caller[i] = order(ORDER_CALL, 7002);
		CHECK(caller[i] >= 0);
	}
	for (i = 0; i < 20; i++) {
		CHECK(polled(fd, POLLIN, 5000) == POLLIN);
		conn = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
		CHECK(conn >= 0);
		CHECK(fcntl(conn, F_GETFL) & O_NONBLOCK);
		CHECK(close(conn) == 0);
	}
	CHECK_ERROR(accept(fd, NULL, NULL), EAGAIN);
	for (i = 0; i < 20; i++)
		close(caller[i]);
	CHECK(close(fd) == 0);
	return true;
}

static bool listen_port_taken(void)
{
	struct sockaddr_in addr = address("0.0.0.0", 7003);
	int fd = listen_on(7003, 0), other = new_socket(0), ret;

	CHECK(fd >= 0);
	/* Both say SO_REUSEADDR for us, so it may be listen that fails. */
	ret = bind(other, (struct sockaddr *)&addr, sizeof(addr)) ?:
	      listen(other, 1);
	CHECK(ret == -1 && errno == EADDRINUSE);
	CHECK(close(fd) == 0 && close(other) == 0);
	fd = listen_on(7003, 0);
	CHECK(fd >= 0);
	CHECK(close(fd) == 0);
	return true;
}

/* A connection that nobody accepted ends with the listener. */
static bool listen_closed_with_queue(void)
{
	int fd = listen_on(7004, 0), caller, i;
	uint32_t answer;

	CHECK(fd >= 0);
	caller = order(ORDER_PENDING, 7004);
	CHECK(caller >= 0);
	CHECK(polled(fd, POLLIN, 5000) == POLLIN);
	CHECK(close(fd) == 0);
	CHECK(recv(caller, &answer, 4, MSG_WAITALL) == 4);
	answer = ntohl(answer);
	CHECK(answer == 0 || answer == ECONNRESET);
	CHECK(close(caller) == 0);
	/* Listeners come and go without using anything up. */
	for (i = 0; i < 100; i++) {
		fd = listen_on(7004, 0);
		CHECK(fd >= 0);
		CHECK(close(fd) == 0);
	}
	return true;
}

static bool listen_accept_is_interrupted(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value.tv_usec = 200000 };
	int fd = listen_on(7005, 0), conn, caller;

	CHECK(fd >= 0);
	CHECK(!sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
	CHECK_ERROR(accept(fd, NULL, NULL), EINTR);
	caller = order(ORDER_CALL, 7005);
	conn = accept(fd, NULL, NULL);
	CHECK(conn >= 0);
	CHECK(close(conn) == 0 && close(fd) == 0 && close(caller) == 0);
	return true;
}

/* A thread in accept() is let go by a shutdown of the listener. */
static bool listen_shutdown_ends_accept(void)
{
	int fd = listen_on(7007, 0), status = -1;
	pid_t pid;

	CHECK(fd >= 0);
	pid = fork();
	if (!pid)
		_exit(accept(fd, NULL, NULL) == -1 && errno == EINVAL ? 0 : 1);
	usleep(200000);
	CHECK(!shutdown(fd, SHUT_RD));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(close(fd) == 0);
	return true;
}

struct client_case listen_cases[] = {
	CASE(listen_and_be_called),
	CASE(listen_nonblocking),
	CASE(listen_port_taken),
	CASE(listen_closed_with_queue),
	CASE(listen_accept_is_interrupted),
	CASE(listen_shutdown_ends_accept),
	{ .name = NULL },
};
