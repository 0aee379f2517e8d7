// SPDX-License-Identifier: GPL-2.0-only
/*
 * The client of soak: so many connections at a time, each with a job that a
 * seeded random number chose, and soon a new one when one has ended.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "soak.h"

/* A connection with no byte moved for so many seconds, and its slowness. */
#define SOAK_STALLED	120

/* A rest comes before the first byte of a connection, and after some turns. */
#define SOAK_RESTS	4

/*
 * The first rest is at most so long, in milliseconds, and one with bytes on
 * their way: a server that has closed a connection keeps what nobody reads for
 * two minutes, as TCP does.
 */
#define SOAK_REST_FIRST	1800000
#define SOAK_REST_AMID	60000

/**
 * struct place - a connection, or room for one
 * @fd: -1 if there is none; that of the same place in fds is, too, in a rest
 * @head: what is done
 * @put: bytes sent, those of the head included
 * @got: bytes received
 * @leave_at: of SOAK_LEAVE: so many received, and it closes
 * @connected: connect() has ended
 * @told: that nothing happens
 * @rests: until then, in milliseconds, or 0
 * @moved: when something happened last
 */
struct place {
	int fd;
	struct soak_head head;
	uint32_t put;
	uint32_t got;
	uint32_t leave_at;
	bool connected;
	bool told;
	int64_t rests;
	time_t moved;
};

static struct pollfd fds[SOAK_MOST];
static struct place places[SOAK_MOST];
static struct sockaddr_storage server_at;
static socklen_t server_len;
static int soak_protocol;
static unsigned int done[SOAK_JOBS];
static unsigned long long bytes_right;
static unsigned int wrong;

/* So much is wrong that more of it would say nothing new. */
static bool given_up(void)
{
	return wrong >= 100;
}

static void complain(unsigned int i, const char *what, int error)
{
	const struct place *at = &places[i];

	/* The rest is much the same. */
	if (wrong++ >= 10)
		return;
	printf("%s (%s), seed %u, %u bytes: %u sent with the head, %u received: %s\n",
	       what, soak_names[at->head.job], at->head.seed, at->head.bytes,
	       at->put, at->got,
	       error ? strerror(error) : "end of the stream");
}

static void vacate(unsigned int i)
{
	if (!places[i].connected)
		soak_pace_connected();
	close(places[i].fd);
	places[i].fd = -1;
	fds[i].fd = -1;
}

static void finish(unsigned int i)
{
	done[places[i].head.job]++;
	vacate(i);
}

static void fail(unsigned int i, const char *what, int error)
{
	complain(i, what, error);
	vacate(i);
}

/* Small ones are as frequent as large ones, up to 128 KiB. */
static uint32_t random_size(void)
{
	uint32_t power = soak_random() % 17;

	return 1 + (soak_random() & ((2U << power) - 1));
}

/*
 * Who sends and closes has not waited for the server, and can be far ahead of
 * it.  The next one there does wait, behind the other: so no more than two of
 * each place are in the server's queue.
 */
static enum soak_job random_job(enum soak_job before)
{
	enum soak_job job = soak_random() % SOAK_JOBS;

	return before == SOAK_SEND && job == SOAK_SEND ? SOAK_ECHO : job;
}

static void begin(unsigned int i)
{
	struct place *at = &places[i];

	*at = (struct place) {
		.fd = socket(server_at.ss_family, SOCK_STREAM | SOCK_NONBLOCK,
			     soak_protocol),
		.head = { .job = random_job(at->head.job),
			  .seed = soak_random(), .bytes = random_size() },
		.moved = time(NULL),
	};
	at->leave_at = soak_random() % at->head.bytes;
	fds[i] = (struct pollfd) { .fd = at->fd, .events = POLLOUT };
	if (at->fd < 0) {
		complain(i, "socket", errno);
		soak_pace_connected();
		return;
	}
	if (connect(at->fd, (struct sockaddr *)&server_at, server_len) &&
	    errno != EINPROGRESS)
		fail(i, "connect", errno);
}

/* Time does not pass for a connection that rests. */
static void rest(unsigned int i, unsigned int longest)
{
	struct place *at = &places[i];

	at->rests = soak_pace_rest(longest);
	at->moved += (at->rests - now_ms()) / 1000;
	fds[i].fd = -1;
}

static bool rests(unsigned int i, int64_t now)
{
	struct place *at = &places[i];

	if (!at->rests)
		return false;
	if (now < at->rests && !given_up())
		return true;
	at->rests = 0;
	fds[i].fd = at->fd;
	fds[i].revents = 0;
	return false;
}

/* What is sent altogether. */
static uint32_t to_put(const struct place *at)
{
	return sizeof(at->head) +
	       (at->head.job == SOAK_FETCH ? 0 : at->head.bytes);
}

static size_t next_piece(const struct place *at, unsigned char *data)
{
	const struct soak_head head = {
		htonl(at->head.job), htonl(at->head.seed), htonl(at->head.bytes),
	};
	size_t len = to_put(at) - at->put;

	if (at->put < sizeof(head)) {
		len = sizeof(head) - at->put;
		memcpy(data, (char *)&head + at->put, len);
		return len;
	}
	if (len > SOAK_PIECE)
		len = SOAK_PIECE;
	soak_fill(data, len, at->head.seed, at->put - sizeof(head));
	return len;
}

/* Where a connection may break off: the server left it. */
static bool broken_off(const struct place *at, int error)
{
	return at->head.job == SOAK_DROP &&
	       (!error || error == ECONNRESET || error == EPIPE);
}

static void server_gone(unsigned int i, int error)
{
	const struct place *at = &places[i];

	if (broken_off(at, error) ||
	    (at->head.job == SOAK_FETCH && !error &&
	     at->got == at->head.bytes))
		finish(i);
	else
		fail(i, "it ended too early", error);
}

/* Returns false if the connection is gone. */
static bool put(unsigned int i)
{
	static unsigned char data[SOAK_PIECE];
	struct place *at = &places[i];
	size_t len = next_piece(at, data);
	ssize_t ret = send(at->fd, data, len, MSG_DONTWAIT);

	if (ret < 0 && errno == EAGAIN)
		return true;
	if (ret < 0) {
		server_gone(i, errno);
		return false;
	}
	at->put += ret;
	at->moved = time(NULL);
	return true;
}

static bool get(unsigned int i)
{
	static unsigned char data[SOAK_PIECE];
	struct place *at = &places[i];
	ssize_t ret = recv(at->fd, data, sizeof(data), MSG_DONTWAIT);

	if (ret < 0 && errno == EAGAIN)
		return true;
	if (ret <= 0) {
		server_gone(i, ret ? errno : 0);
		return false;
	}
	if (ret > at->head.bytes - at->got ||
	    !soak_right(data, ret, at->head.seed, at->got)) {
		fail(i, "bytes that nobody sent", EBADMSG);
		return false;
	}
	at->got += ret;
	bytes_right += ret;
	at->moved = time(NULL);
	return true;
}

static bool job_done(const struct place *at)
{
	switch (at->head.job) {
	case SOAK_ECHO:
		return at->got == at->head.bytes;
	case SOAK_SEND:
		return at->put == to_put(at);
	case SOAK_LEAVE:
		return at->got > at->leave_at;
	default:
		return false;
	}
}

static bool connected(unsigned int i)
{
	struct place *at = &places[i];
	socklen_t len = sizeof(int);
	int error = 0;

	if (at->connected)
		return true;
	getsockopt(at->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		fail(i, "connect", error);
		return false;
	}
	at->connected = true;
	soak_pace_connected();
	return true;
}

static void move(unsigned int i, bool go_on)
{
	struct place *at = &places[i];
	bool is_new = !at->connected;

	if (!connected(i))
		return;
	if (is_new && go_on) {
		rest(i, SOAK_REST_FIRST);
		return;
	}
	if (at->put < to_put(at) && !put(i))
		return;
	if ((fds[i].revents & ~POLLOUT) && !get(i))
		return;
	if (job_done(at)) {
		finish(i);
		return;
	}
	fds[i].events = POLLIN | (at->put < to_put(at) ? POLLOUT : 0);
	if (go_on && !(soak_random() % SOAK_RESTS))
		rest(i, SOAK_REST_AMID);
}

/*
 * The connection is still there: dom0 can look for it by the number of its port
 * or, where the guest does not know that, by the bytes that went through it.
 */
static void tell(unsigned int i)
{
	struct sockaddr_storage local = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(local);
	struct place *at = &places[i];

	at->told = true;
	getsockname(at->fd, (struct sockaddr *)&local, &len);
	fprintf(stderr, "soak: nothing moves (%s), seed %u, port, out, in: %u %u %u\n",
		soak_names[at->head.job], at->head.seed,
		ntohs(((struct sockaddr_in *)&local)->sin_port),
		at->put, at->got);
}

/* Nothing has happened to a connection that does not rest. */
static void wait_more(unsigned int i, int patience)
{
	time_t waits = time(NULL) - places[i].moved;

	if (waits > patience)
		fail(i, "nothing moves", ETIMEDOUT);
	else if (waits > patience / 2 && !places[i].told)
		tell(i);
}

/* Returns how many connections there are; @until is when a rest ends. */
static unsigned int turn(unsigned int nr, int patience, int64_t *until)
{
	int64_t now = now_ms();
	bool go_on = soak_pace_lasts(now) && !given_up();
	unsigned int i, open = 0;

	*until = INT64_MAX;
	for (i = 0; i < nr; i++) {
		struct place *at = &places[i];

		if (at->fd >= 0 && !rests(i, now)) {
			if (fds[i].revents)
				move(i, go_on);
			else
				wait_more(i, patience);
		}
		if (at->fd < 0 && go_on && soak_pace_connect(now))
			begin(i);
		open += at->fd >= 0;
		if (at->fd >= 0 && at->rests && at->rests < *until)
			*until = at->rests;
	}
	return open;
}

static int verdict(void)
{
	unsigned int i;

	printf("done");
	for (i = 0; i < SOAK_JOBS; i++)
		printf(" %s %u", soak_names[i], done[i]);
	printf(" received %llu wrong %u connect-ms %u\n", bytes_right, wrong,
	       soak_pace_takes());
	return wrong > 0;
}

/**
 * soak - the client; then it says what there was
 * @argv: address, port, protocol, connections, seconds, seed
 *
 * A connection is stalled after SOAK_STALLED seconds times $LAB_SLOW; after
 * half of that stderr tells.
 *
 * Return: 0 if nothing was wrong.
 */
int soak(char **argv)
{
	unsigned int nr = atoi(argv[3]), i, open;
	int patience = scaled(SOAK_STALLED);
	int64_t until;

	if (!nr || nr > SOAK_MOST)
		return 2;
	soak_files();
	server_len = local_address(&server_at, argv[0], atoi(argv[1]));
	soak_protocol = atoi(argv[2]);
	soak_pace_start(atoi(argv[5]), atoi(argv[4]));
	for (i = 0; i < nr; i++) {
		places[i].fd = -1;
		fds[i].fd = -1;
	}
	while ((open = turn(nr, patience, &until)))
		poll(fds, nr, soak_pace_nap(until, open < nr));
	return verdict();
}
