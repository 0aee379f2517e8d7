// SPDX-License-Identifier: GPL-2.0-only
/*
 * socktest: flags of calls, and what ends one that waits.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

static bool stream_flags(void)
{
	int fd = order(ORDER_ECHO, 0), bytes = 0;
	char buf[64];

	CHECK(fd >= 0);
	CHECK_ERROR(recv(fd, buf, 1, MSG_DONTWAIT), EAGAIN);
	CHECK(send(fd, "0123456789", 10, 0) == 10);
	CHECK(recv(fd, buf, 10, MSG_WAITALL | MSG_PEEK) == 10);
	CHECK(ioctl(fd, FIONREAD, &bytes) == 0 && bytes == 10);
	CHECK(recv(fd, buf, 4, MSG_PEEK) == 4 && !memcmp(buf, "0123", 4));
	CHECK(recv(fd, buf, 4, 0) == 4 && !memcmp(buf, "0123", 4));
	memset(buf, 'x', sizeof(buf));
	CHECK(recv(fd, buf, 2, MSG_TRUNC) == 2 && buf[0] == 'x');
	CHECK(send(fd, "abc", 3, 0) == 3);
	CHECK(recv(fd, buf, 7, MSG_WAITALL) == 7 && !memcmp(buf, "6789abc", 7));
	CHECK(ioctl(fd, TIOCOUTQ, &bytes) == 0 && bytes == 0);
	CHECK_ERROR(recv(fd, buf, 1, MSG_OOB), EINVAL);
	CHECK(close(fd) == 0);
	return true;
}

/* What newer kernels let io_uring ask, and programs ask of newer kernels. */
static bool stream_newer_kernels(void)
{
	int plain = socket(AF_INET, SOCK_STREAM, 0), fd, bytes = 0, ret, on = 1;
	char buf[10];

	fd = order(ORDER_ECHO, 0);
	CHECK(write(fd, "0123456789", 10) == 10);
	CHECK(recv(fd, buf, 10, MSG_WAITALL | MSG_PEEK) == 10);
	CHECK(ioctl(fd, FIONREAD, &bytes) == 0 && bytes == 10);
	ret = uring_bytes(fd, 0);
	printf("# io_uring: %d to receive, %d to send; on a plain socket %d\n",
	       ret, uring_bytes(fd, 1), uring_bytes(plain, 0));
	CHECK(ret == (uring_bytes(plain, 0) == 0 ? 10 : -EOPNOTSUPP));
	CHECK(uring_bytes(fd, 1) == uring_bytes(plain, 1));
	/* A peek that begins further on: not by us, whatever TCP can do. */
	if (protocol)
		CHECK_ERROR(setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &on,
				       sizeof(on)), EOPNOTSUPP);
	CHECK(close(fd) == 0 && close(plain) == 0);
	return true;
}

static bool stream_receive_timeout(void)
{
	struct timeval timeout = { .tv_usec = 300000 };
	int fd = order(ORDER_ECHO, 0);
	int64_t start;
	char byte;

	CHECK(fd >= 0);
	CHECK(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
			  sizeof(timeout)));
	start = now_ms();
	CHECK_ERROR(recv(fd, &byte, 1, 0), EAGAIN);
	CHECK(now_ms() - start >= 290);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_signal_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value.tv_usec = 200000 };
	int fd = order(ORDER_ECHO, 0);
	char byte;

	CHECK(fd >= 0);
	CHECK(!sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &timer, NULL));
	CHECK_ERROR(recv(fd, &byte, 1, 0), EINTR);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_sleeper_can_be_killed(void)
{
	int fd = order(ORDER_ECHO, 0), status, i;
	char byte;
	pid_t pid;

	CHECK(fd >= 0);
	pid = fork();
	if (!pid)
		_exit(recv(fd, &byte, 1, 0));
	usleep(200000);
	CHECK(!kill(pid, SIGKILL));
	for (i = 0; i < 200 && !waitpid(pid, &status, WNOHANG); i++)
		usleep(10000);
	CHECK(i < 200);
	CHECK(send(fd, "x", 1, 0) == 1);
	CHECK(recv(fd, &byte, 1, 0) == 1);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_edge_triggered(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int ep = epoll_create1(0), fd = new_socket(SOCK_NONBLOCK), i;
	char byte;

	/* Before connect, as event loops do it. */
	CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	CHECK(dialling(fd, base_port));
	do {
		CHECK(epoll_wait(ep, &event, 1, 5000) == 1);
	} while (!(event.events & EPOLLOUT) || event.events & EPOLLHUP);
	CHECK(order_on(fd, ORDER_ECHO, 0) == fd);
	for (i = 0; i < 50; i++) {
		CHECK(write(fd, "y", 1) == 1);
		do {
			CHECK(epoll_wait(ep, &event, 1, 5000) == 1);
		} while (!(event.events & EPOLLIN));
		CHECK(read(fd, &byte, 1) == 1);
		CHECK_ERROR(read(fd, &byte, 1), EAGAIN);
	}
	close(ep);
	CHECK(close(fd) == 0);
	return true;
}

struct client_case wait_cases[] = {
	CASE(stream_flags),
	CASE(stream_newer_kernels),
	CASE(stream_receive_timeout),
	CASE(stream_signal_interrupts),
	CASE(stream_sleeper_can_be_killed),
	CASE(stream_edge_triggered),
	{ .name = NULL },
};
