// SPDX-License-Identifier: GPL-2.0-only
/*
 * The server of soak, and the bytes that both ends know.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "soak.h"
#include "socktest.h"

const char *const soak_names[SOAK_JOBS] = {
	"echo", "send", "fetch", "leave", "drop",
};

/* Any four bytes of a stream say where in which stream they are. */
static unsigned char soak_byte(uint32_t seed, uint32_t at)
{
	uint32_t word = (seed + (at >> 2)) * 2654435761U;

	word ^= word >> 15;
	word *= 2246822519U;
	word ^= word >> 13;
	return word >> 8 * (at & 3);
}

void soak_fill(unsigned char *data, size_t len, uint32_t seed, uint32_t at)
{
	while (len--)
		*data++ = soak_byte(seed, at++);
}

bool soak_right(const unsigned char *data, size_t len, uint32_t seed,
		uint32_t at)
{
	while (len--)
		if (*data++ != soak_byte(seed, at++))
			return false;
	return true;
}

void soak_files(void)
{
	struct rlimit limit = { SOAK_MOST + 64, SOAK_MOST + 64 };

	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
}

/**
 * struct served - a connection, or room for one
 * @fd: 0 if there is none
 * @events: what is waited for
 * @head: in the host's order, once it is whole
 * @have: bytes of it that have come
 * @got: bytes that came after it
 * @sent: bytes that went back
 */
struct served {
	int fd;
	uint32_t events;
	struct soak_head head;
	size_t have;
	uint32_t got;
	uint32_t sent;
};

/*
 * The listener is the first.  Most of the others wait most of the time, so they
 * are not looked at each time: it would be all that a slow machine does.
 */
static struct served served[SOAK_MOST];
static unsigned int nr;
static int epoll;
static unsigned int ended[SOAK_JOBS];
static unsigned int wrong;
static atomic_int stop;

static void on_term(int number)
{
	(void)number;
	stop = 1;
}

static void complain(unsigned int i, const char *what, int error)
{
	const struct served *one = &served[i];
	const char *job = "no head yet";

	wrong++;
	if (one->have == sizeof(one->head))
		job = soak_names[one->head.job];
	fprintf(stderr, "soak-serve: %s (%s), seed %u, %u bytes: %u came, %u went: %s\n",
		what, job, one->head.seed, one->head.bytes, one->got, one->sent,
		error ? strerror(error) : "end of the stream");
}

static void drop(unsigned int i)
{
	close(served[i].fd);
	served[i].fd = 0;
	nr--;
}

static void await(unsigned int i, int how, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = i };

	if (events == served[i].events)
		return;
	served[i].events = events;
	if (epoll_ctl(epoll, how, served[i].fd, &event)) {
		wrong++;
		perror("soak-serve: epoll");
	}
}

static void finish(unsigned int i)
{
	ended[served[i].head.job]++;
	drop(i);
}

/* The client has closed, or @error has happened: was that to come? */
static void client_gone(unsigned int i, int error)
{
	const struct served *one = &served[i];
	uint32_t bytes = one->head.bytes;
	bool good;

	if (one->have < sizeof(one->head)) {
		complain(i, "a connection without a head", error);
		drop(i);
		return;
	}
	switch (one->head.job) {
	case SOAK_ECHO:
		good = !error && one->got == bytes && one->sent == bytes;
		break;
	case SOAK_SEND:
		good = !error && one->got == bytes;
		break;
	case SOAK_LEAVE:
		good = true;
		break;
	default:
		good = false;
	}
	if (!good)
		complain(i, "it ended too early", error);
	finish(i);
}

/* How much goes back to the client, as far as it is known yet. */
static uint32_t to_send(const struct served *one)
{
	if (one->have < sizeof(one->head) || one->head.job == SOAK_SEND)
		return 0;
	return (one->head.job == SOAK_FETCH ? one->head.bytes : one->got) -
	       one->sent;
}

/* Returns false if the connection is gone. */
static bool after_bytes(unsigned int i)
{
	const struct served *one = &served[i];

	if (one->have < sizeof(one->head))
		return true;
	if ((one->head.job == SOAK_DROP && one->got >= one->head.bytes / 2) ||
	    (one->head.job == SOAK_FETCH && one->sent == one->head.bytes)) {
		finish(i);
		return false;
	}
	return true;
}

static bool take_head(unsigned int i, ssize_t bytes)
{
	struct soak_head *head = &served[i].head;

	served[i].have += bytes;
	if (served[i].have < sizeof(*head))
		return true;
	head->job = ntohl(head->job);
	head->seed = ntohl(head->seed);
	head->bytes = ntohl(head->bytes);
	if (head->job < SOAK_JOBS)
		return true;
	served[i].have = 0;
	complain(i, "a head that nobody sent", EBADMSG);
	drop(i);
	return false;
}

static bool take_bytes(unsigned int i, const unsigned char *data, ssize_t len)
{
	struct served *one = &served[i];
	const struct soak_head *head = &one->head;

	if (head->job != SOAK_FETCH && len <= head->bytes - one->got &&
	    soak_right(data, len, head->seed, one->got)) {
		one->got += len;
		return true;
	}
	complain(i, "bytes that nobody sent", EBADMSG);
	drop(i);
	return false;
}

static bool receive(unsigned int i)
{
	static unsigned char data[SOAK_PIECE];
	struct served *one = &served[i];
	bool has_head = one->have == sizeof(one->head);
	ssize_t ret;

	if (has_head)
		ret = recv(one->fd, data, sizeof(data), MSG_DONTWAIT);
	else
		ret = recv(one->fd, (char *)&one->head + one->have,
			   sizeof(one->head) - one->have, MSG_DONTWAIT);
	if (ret < 0 && errno == EAGAIN)
		return true;
	if (ret <= 0) {
		client_gone(i, ret ? errno : 0);
		return false;
	}
	return has_head ? take_bytes(i, data, ret) : take_head(i, ret);
}

static bool give_back(unsigned int i)
{
	static unsigned char data[SOAK_PIECE];
	struct served *one = &served[i];
	size_t len = to_send(one);
	ssize_t ret;

	if (len > sizeof(data))
		len = sizeof(data);
	soak_fill(data, len, one->head.seed, one->sent);
	ret = send(one->fd, data, len, MSG_DONTWAIT);
	if (ret >= 0) {
		one->sent += ret;
		return true;
	}
	if (errno == EAGAIN)
		return true;
	client_gone(i, errno);
	return false;
}

static void serve_one(unsigned int i, uint32_t events)
{
	if ((events & ~EPOLLOUT) && !receive(i))
		return;
	if (to_send(&served[i]) && !give_back(i))
		return;
	if (!after_bytes(i))
		return;
	await(i, EPOLL_CTL_MOD,
	      EPOLLIN | (to_send(&served[i]) ? EPOLLOUT : 0));
}

/* Returns false if there was none. */
static bool accept_one(void)
{
	int fd = accept(served[0].fd, NULL, NULL);
	unsigned int i;

	if (fd < 0 && errno == EAGAIN)
		return false;
	if (fd < 0 || nr == SOAK_MOST) {
		wrong++;
		fprintf(stderr, "soak-serve: accept: %s\n",
			fd < 0 ? strerror(errno) : "too many");
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (i = 1; served[i].fd; i++)
		;
	served[i] = (struct served) { .fd = fd };
	nr++;
	await(i, EPOLL_CTL_ADD, EPOLLIN);
	return true;
}

static int listen_at(const char *addr, unsigned int port, int protocol)
{
	struct sockaddr_storage local;
	socklen_t len = local_address(&local, addr, port);
	int fd = socket(local.ss_family, SOCK_STREAM | SOCK_NONBLOCK, protocol);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&local, len) ||
	    listen(fd, SOAK_MOST)) {
		perror("soak-serve");
		return -1;
	}
	return fd;
}

/**
 * soak_serve - until SIGTERM; then it says what there was
 * @addr: to listen at
 * @port: to listen at
 * @protocol: of the listener
 *
 * Return: 0 if nothing was wrong.
 */
int soak_serve(const char *addr, unsigned int port, int protocol)
{
	struct sigaction action = { .sa_handler = on_term };
	struct epoll_event events[64];
	int i, n;

	soak_files();
	sigaction(SIGTERM, &action, NULL);
	epoll = epoll_create1(0);
	served[0].fd = listen_at(addr, port, protocol);
	if (epoll < 0 || served[0].fd < 0)
		return 1;
	nr = 1;
	await(0, EPOLL_CTL_ADD, EPOLLIN);
	while (!stop && (n = epoll_wait(epoll, events, 64, 1000)) >= 0) {
		for (i = 0; i < n; i++) {
			if (events[i].data.u32) {
				serve_one(events[i].data.u32, events[i].events);
				continue;
			}
			/* All: clients that send and leave wait for none. */
			while (accept_one())
				;
		}
	}
	printf("served");
	for (i = 0; i < SOAK_JOBS; i++)
		printf(" %s %u", soak_names[i], ended[i]);
	printf(" open %u wrong %u\n", nr - 1, wrong);
	return wrong > 0;
}
