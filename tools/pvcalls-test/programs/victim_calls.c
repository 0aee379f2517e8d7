// SPDX-License-Identifier: GPL-2.0-only
/*
 * victim: the system calls.  See victim.c.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "victim.h"

#define PROTOCOL	260
#define SLOTS		8
#define MIB		(1024 * 1024)
#define ECHO_MAX	65536

static int slots[SLOTS] = { -1, -1, -1, -1, -1, -1, -1, -1 };
static unsigned int slot;

static void say_error(struct said *said, int error)
{
	const char *name = strerrorname_np(error);

	if (name)
		snprintf(said->text, sizeof(said->text), "%s", name);
	else
		snprintf(said->text, sizeof(said->text), "error-%d", error);
}

static void say_result(struct said *said, long ret)
{
	if (ret < 0)
		say_error(said, errno);
	else
		snprintf(said->text, sizeof(said->text), "%ld", ret);
}

static void say_events(struct said *said, short events)
{
	static const struct {
		short bit;
		const char *name;
	} names[] = {
		{ POLLIN, "IN" }, { POLLOUT, "OUT" }, { POLLERR, "ERR" },
		{ POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" },
		{ POLLNVAL, "NVAL" }, { 0, NULL },
	};
	size_t size = sizeof(said->text), used = 0;
	int i;

	snprintf(said->text, size, "none");
	for (i = 0; names[i].name; i++)
		if (events & names[i].bit)
			used += snprintf(said->text + used, size - used,
					 "%s%s", used ? "|" : "",
					 names[i].name);
}

static int new_socket(int flags)
{
	if (slots[slot] >= 0)
		close(slots[slot]);
	slots[slot] = socket(AF_INET, SOCK_STREAM | flags, PROTOCOL);
	return slots[slot];
}

static void use(const char *arg, struct said *said)
{
	(void)said;
	slot = atoi(arg) % SLOTS;
}

static void dial(const char *arg, struct said *said, int flags)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(arg)),
		.sin_addr.s_addr = inet_addr("192.0.2.1"),
	};
	int ret = new_socket(flags);

	if (ret >= 0)
		ret = connect(ret, (struct sockaddr *)&addr, sizeof(addr));
	say_result(said, ret);
}

static void do_connect(const char *arg, struct said *said)
{
	dial(arg, said, 0);
}

static void do_start(const char *arg, struct said *said)
{
	dial(arg, said, SOCK_NONBLOCK);
}

static void do_bind(const char *arg, struct said *said)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(arg)),
	};
	int ret = new_socket(0);

	if (ret >= 0)
		ret = bind(ret, (struct sockaddr *)&addr, sizeof(addr));
	say_result(said, ret);
}

static void do_listen(const char *arg, struct said *said)
{
	(void)arg;
	say_result(said, listen(slots[slot], 16));
}

static void do_accept(const char *arg, struct said *said)
{
	int fd = accept(slots[slot], NULL, NULL);

	(void)arg;
	say_result(said, fd < 0 ? fd : 0);
	if (fd < 0)
		return;
	slot = (slot + 1) % SLOTS;
	if (slots[slot] >= 0)
		close(slots[slot]);
	slots[slot] = fd;
}

static void do_close(const char *arg, struct said *said)
{
	(void)arg;
	say_result(said, close(slots[slot]));
	slots[slot] = -1;
}

static void pattern(uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = i;
}

static size_t length(const char *arg, size_t max)
{
	size_t len = strtoul(arg, NULL, 10);

	return len < max ? len : max;
}

static void do_send(const char *arg, struct said *said)
{
	static uint8_t data[MIB];
	size_t len = length(arg, sizeof(data));

	pattern(data, len);
	say_result(said, send(slots[slot], data, len, MSG_NOSIGNAL));
}

static void do_recv(const char *arg, struct said *said)
{
	static uint8_t data[MIB];

	say_result(said, recv(slots[slot], data, length(arg, sizeof(data)), 0));
}

/* EBADMSG for bytes that are not those which were sent, ENODATA for an end. */
static void do_all(const char *arg, struct said *said)
{
	static uint8_t data[ECHO_MAX], want[ECHO_MAX];
	size_t len = length(arg, sizeof(data)), done;
	ssize_t ret;

	for (done = 0; done < len; done += ret) {
		ret = recv(slots[slot], data + done, len - done, 0);
		if (ret < 0)
			say_error(said, errno);
		else if (!ret)
			say_error(said, ENODATA);
		if (ret <= 0)
			return;
	}
	pattern(want, len);
	if (memcmp(data, want, len))
		say_error(said, EBADMSG);
	else
		say_result(said, len);
}

static void do_echo(const char *arg, struct said *said)
{
	do_send(arg, said);
	if (length(said->text, ECHO_MAX))
		do_all(said->text, said);
}

/* The number of bytes is nobody's business. */
static void do_fill(const char *arg, struct said *said)
{
	static const uint8_t data[4096];
	ssize_t ret = 0;
	int i;

	(void)arg;
	for (i = 0; i < 1024 && ret >= 0; i++)
		ret = send(slots[slot], data, sizeof(data),
			   MSG_DONTWAIT | MSG_NOSIGNAL);
	if (ret >= 0 || errno == EAGAIN)
		strcpy(said->text, ret >= 0 ? "endless" : "full");
	else
		say_error(said, errno);
}

static void look(struct said *said, short events, int timeout)
{
	struct pollfd pollfd = { .fd = slots[slot], .events = events };

	if (poll(&pollfd, 1, timeout) < 0)
		say_error(said, errno);
	else
		say_events(said, pollfd.revents);
}

static void do_wait(const char *arg, struct said *said)
{
	(void)arg;
	look(said, POLLIN | POLLRDHUP, -1);
}

static void do_poll(const char *arg, struct said *said)
{
	(void)arg;
	look(said, POLLIN | POLLOUT | POLLRDHUP, 0);
}

static void do_error(const char *arg, struct said *said)
{
	int error = 0;
	socklen_t len = sizeof(error);

	(void)arg;
	if (getsockopt(slots[slot], SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error)
		say_error(said, error);
	else
		say_result(said, 0);
}

static void do_memory(const char *arg, struct said *said)
{
	size_t len = strtoul(arg, NULL, 10) * MIB, i;
	uint8_t *data = mmap(NULL, len, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	bool same = true;

	if (data == MAP_FAILED) {
		say_error(said, errno);
		return;
	}
	/* Long enough for somebody else to write there. */
	usleep(1000000);
	for (i = 0; i < len; i += 64)
		same &= data[i] == 0;
	strcpy(said->text, same ? "same" : "CHANGED");
	munmap(data, len);
}

const struct step victim_calls[] = {
	{ "use", use },
	{ "connect", do_connect },
	{ "start", do_start },
	{ "bind", do_bind },
	{ "listen", do_listen },
	{ "accept", do_accept },
	{ "close", do_close },
	{ "send", do_send },
	{ "recv", do_recv },
	{ "all", do_all },
	{ "echo", do_echo },
	{ "fill", do_fill },
	{ "wait", do_wait },
	{ "poll", do_poll },
	{ "error", do_error },
	{ "memory", do_memory },
	{ NULL, NULL }
};
