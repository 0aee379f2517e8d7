// SPDX-License-Identifier: GPL-2.0-only
/*
 * socktest: bytes, and the end of them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

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

static bool mib_each_way(bool end)
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
	if (end)
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

static bool stream_mib_each_way(void)
{
	return mib_each_way(true);
}

/* For backends that lose an end of stream which comes right behind data. */
static bool stream_mib_no_end(void)
{
	return mib_each_way(false);
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

struct client_case stream_cases[] = {
	CASE(stream_server_speaks_first),
	CASE(stream_end_after_data),
	CASE(stream_reset_after_data),
	CASE(stream_full_then_drained),
	CASE(stream_blocking_send_is_whole),
	CASE(stream_mib_each_way),
	CASE(stream_mib_no_end),
	CASE(stream_close_loses_nothing),
	CASE(stream_sendfile_and_splice),
	CASE(stream_shutdown),
	CASE(stream_survives_fork),
	{ .name = NULL },
};
