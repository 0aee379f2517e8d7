// SPDX-License-Identifier: GPL-2.0-only
/*
 * The client of socktest: the cases.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "socktest.h"

static const char *host;
static unsigned int base_port;
static int protocol = 260;

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define CHECK(what) \
	do { \
		if (!(what)) { \
			printf("# %s:%d: %s; errno %d (%s)\n", __FILE__, \
			       __LINE__, #what, errno, strerror(errno)); \
			return false; \
		} \
	} while (0)

#define CHECK_ERROR(call, error) \
	do { \
		errno = 0; \
		CHECK((call) == -1); \
		CHECK(errno == (error)); \
	} while (0)

static struct sockaddr_in address(const char *addr, unsigned int port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(addr),
	};
}

static int new_socket(int flags)
{
	return socket(AF_INET, SOCK_STREAM | flags, protocol);
}

static int dial(int fd, unsigned int port)
{
	struct sockaddr_in addr = address(host, port);

	return connect(fd, (struct sockaddr *)&addr, sizeof(addr));
}

static int order_on(int fd, uint32_t verb, uint32_t amount)
{
	struct order words = { htonl(verb), htonl(amount) };

	return write(fd, &words, sizeof(words)) == sizeof(words) ? fd : -1;
}

static int order(uint32_t verb, uint32_t amount)
{
	int fd = new_socket(0);

	if (fd < 0 || dial(fd, base_port))
		return -1;
	return order_on(fd, verb, amount);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The lab's factor for deadlines. */
static int64_t scaled(int64_t ms)
{
	const char *slow = getenv("LAB_SLOW");
	double factor = slow ? atof(slow) : 1;

	return factor > 1 ? ms * factor : ms;
}

static int polled(int fd, int events, int timeout)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, scaled(timeout)) > 0 ? pollfd.revents : 0;
}

static bool answer_is(int fd, uint32_t expected)
{
	uint32_t answer;

	CHECK(recv(fd, &answer, sizeof(answer), MSG_WAITALL) == sizeof(answer));
	if (ntohl(answer) != expected)
		printf("# answer %u, not %u\n", ntohl(answer), expected);
	return ntohl(answer) == expected;
}

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

/* On its way, or even there: the answer may be quicker than we are. */
static bool dialling(int fd, int port)
{
	return dial(fd, port) == 0 || errno == EINPROGRESS;
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

static bool stream_server_speaks_first(void)
{
	char buf[16];
	int fd = new_socket(0);

	CHECK(dial(fd, base_port + 1) == 0);
	CHECK(recv(fd, buf, strlen(GREETING), MSG_WAITALL) ==
	      (ssize_t)strlen(GREETING));
	CHECK(!memcmp(buf, GREETING, strlen(GREETING)));
	CHECK(recv(fd, buf, 1, 0) == 0);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_end_after_data(void)
{
	int fd = order(ORDER_GREET, 0);
	char buf[16];

	CHECK(fd >= 0);
	CHECK(polled(fd, POLLRDHUP, 5000) == POLLRDHUP);
	CHECK(polled(fd, POLLIN | POLLRDHUP, 0) == (POLLIN | POLLRDHUP));
	CHECK(recv(fd, buf, sizeof(buf), 0) == (ssize_t)strlen(GREETING));
	CHECK(recv(fd, buf, sizeof(buf), 0) == 0);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 0);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_reset_after_data(void)
{
	int fd = order(ORDER_RESET, 0);
	char buf[16];

	CHECK(fd >= 0);
	CHECK(polled(fd, POLLRDHUP, 5000) & POLLERR);
	CHECK(recv(fd, buf, sizeof(buf), 0) == (ssize_t)strlen(GREETING));
	CHECK_ERROR(recv(fd, buf, sizeof(buf), 0), ECONNRESET);
	CHECK(recv(fd, buf, sizeof(buf), 0) == 0);
	CHECK_ERROR(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK(close(fd) == 0);
	return true;
}

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

static void on_alarm(int signal)
{
	(void)signal;
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

/* As much as fits; then not one byte more, until the peer reads. */
static bool stream_full_then_drained(void)
{
	int fd = order(ORDER_STALL, 1500);
	static char buf[65536];
	size_t sent = 0, got = 0;
	ssize_t ret;

	CHECK(fd >= 0);
	do {
		ret = send(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (ret < 0 && errno == EAGAIN && polled(fd, POLLOUT, 300))
			ret = 0;
		if (ret > 0)
			sent += ret;
	} while (ret >= 0 && sent < (64 << 20));
	CHECK(ret < 0 && errno == EAGAIN);
	CHECK(sent >= 65536);
	while (got < sent) {
		ret = recv(fd, buf, sizeof(buf), 0);
		CHECK(ret > 0);
		got += ret;
	}
	CHECK(got == sent);
	CHECK(polled(fd, POLLOUT, 1000) == POLLOUT);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_blocking_send_is_whole(void)
{
	const size_t size = 4 << 20;
	char *data = malloc(size);
	int fd;

	CHECK(data);
	fill(data, size, 7);
	fd = order(ORDER_COUNT, size);
	CHECK(fd >= 0);
	CHECK(send(fd, data, size, 0) == (ssize_t)size);
	CHECK(answer_is(fd, checksum(0, data, size)));
	CHECK(close(fd) == 0);
	free(data);
	return true;
}

static bool stream_mib_each_way(void)
{
	const size_t size = 1 << 20;
	char *data = malloc(size), *got = malloc(size);
	int fd;

	CHECK(data && got);
	fill(data, size, FILL_SEED);
	fd = order(ORDER_FILL, size);
	CHECK(fd >= 0);
	CHECK(recv(fd, got, size, MSG_WAITALL) == (ssize_t)size);
	CHECK(!memcmp(data, got, size));
	CHECK(recv(fd, got, 1, 0) == 0);
	CHECK(close(fd) == 0);
	fd = order(ORDER_COUNT, size);
	CHECK(fd >= 0);
	CHECK(send(fd, data, size, 0) == (ssize_t)size);
	CHECK(answer_is(fd, checksum(0, data, size)));
	CHECK(close(fd) == 0);
	free(got);
	free(data);
	return true;
}

static bool stream_close_loses_nothing(void)
{
	const size_t size = 1 << 20;
	char *data = calloc(1, size);
	int fd;

	CHECK(data);
	fd = order(ORDER_SINK, 0);
	CHECK(fd >= 0);
	CHECK(send(fd, data, size, 0) == (ssize_t)size);
	CHECK(close(fd) == 0);
	usleep(100000);
	fd = order(ORDER_TOTAL, 0);
	CHECK(answer_is(fd, size));
	close(fd);
	free(data);
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

static bool stream_sendfile_and_splice(void)
{
	int fd = order(ORDER_ECHO, 0), file, pipes[2];
	static char in[30000], out[30000];
	size_t got = 0;
	ssize_t ret;

	CHECK(fd >= 0);
	file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	fill(in, sizeof(in), 3);
	CHECK(write(file, in, sizeof(in)) == sizeof(in));
	CHECK(lseek(file, 0, SEEK_SET) == 0);
	CHECK(sendfile(fd, file, NULL, sizeof(in)) == sizeof(in));
	CHECK(!pipe(pipes));
	while (got < sizeof(in)) {
		ret = splice(fd, NULL, pipes[1], NULL, 4096, 0);
		CHECK(ret > 0);
		CHECK(read(pipes[0], out + got, ret) == ret);
		got += ret;
	}
	CHECK(!memcmp(in, out, sizeof(in)));
	CHECK(close(file) == 0 && close(fd) == 0);
	CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
	return true;
}

static bool stream_shutdown(void)
{
	int fd = order(ORDER_ECHO, 0);
	char byte;

	CHECK(fd >= 0);
	CHECK(shutdown(fd, SHUT_RDWR) == 0);
	CHECK(recv(fd, &byte, 1, 0) == 0);
	CHECK_ERROR(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK(polled(fd, POLLIN, 0) & POLLHUP);
	CHECK(close(fd) == 0);
	return true;
}

static bool stream_survives_fork(void)
{
	int fd = order(ORDER_ECHO, 0), status = -1;
	char byte = 0;
	pid_t pid;

	CHECK(fd >= 0);
	pid = fork();
	if (!pid)
		_exit(close(fd));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(send(fd, "z", 1, 0) == 1);
	CHECK(recv(fd, &byte, 1, 0) == 1 && byte == 'z');
	CHECK(close(fd) == 0);
	return true;
}

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

/* A container with a network of its own has no part in the guest's sockets. */
static bool namespace_is_refused(void)
{
	CHECK(!unshare(CLONE_NEWNET));
	CHECK_ERROR(new_socket(0), EPROTONOSUPPORT);
	CHECK_ERROR(socket(AF_INET6, SOCK_STREAM, protocol), EPROTONOSUPPORT);
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

#define CASE(name) { #name, name, false }

static struct {
	const char *name;
	bool (*run)(void);
	bool failed;
} cases[] = {
	CASE(connect_refused_then_accepted),
	CASE(connect_nonblocking),
	CASE(connect_nonblocking_refused),
	CASE(connect_slow_delays_nobody),
	CASE(connect_burst),
	CASE(connect_unbound_operations),
	CASE(stream_server_speaks_first),
	CASE(stream_end_after_data),
	CASE(stream_reset_after_data),
	CASE(stream_flags),
	CASE(stream_newer_kernels),
	CASE(stream_receive_timeout),
	CASE(stream_signal_interrupts),
	CASE(stream_sleeper_can_be_killed),
	CASE(stream_full_then_drained),
	CASE(stream_blocking_send_is_whole),
	CASE(stream_mib_each_way),
	CASE(stream_close_loses_nothing),
	CASE(stream_edge_triggered),
	CASE(stream_sendfile_and_splice),
	CASE(stream_shutdown),
	CASE(stream_survives_fork),
	CASE(listen_and_be_called),
	CASE(listen_nonblocking),
	CASE(listen_port_taken),
	CASE(listen_closed_with_queue),
	CASE(listen_accept_is_interrupted),
	CASE(listen_shutdown_ends_accept),
	CASE(native_loopback),
	CASE(namespace_is_refused),
	CASE(inet6_mapped_and_unreachable),
	CASE(many_at_once),
	CASE(many_in_a_row),
};

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

static int client(const char *only)
{
	unsigned int i, passed = 0, failed = 0;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t start = now_ms();
		bool ok;

		if (only && strcmp(only, cases[i].name))
			continue;
		ok = run_case(cases[i].run);
		printf("%sok %u %s (%lld ms)\n", ok ? "" : "not ", i + 1,
		       cases[i].name, (long long)(now_ms() - start));
		cases[i].failed = !ok;
		passed += ok;
		failed += !ok;
	}
	/* Once more, since of a long log only the end is shown. */
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].failed)
			printf("# failed: %s\n", cases[i].name);
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
	      "       socktest churn ADDRESS PORT PROTOCOL TIMES\n", stderr);
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
	if (argc < 4 || strcmp(argv[1], "client"))
		return usage();
	host = argv[2];
	base_port = atoi(argv[3]);
	if (argc > 4)
		protocol = atoi(argv[4]);
	return client(argc > 5 ? argv[5] : NULL);
}
