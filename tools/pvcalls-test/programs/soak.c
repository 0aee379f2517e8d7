// SPDX-License-Identifier: GPL-2.0-only
/*
 * The client of soak: so many connections at a time, each with a job that a
 * seeded random number chose, a new one as soon as one has ended.
 *
 * It is to find what is lost and what is left, not how slow everything becomes
 * with more to do than the machine can.  So few connect at a time, and all rest
 * once at least, the longer the longer it takes to connect: on a slow machine,
 * too, most places have a connection.
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

/* At most so many are about to connect. */
#define SOAK_CONNECTING	2

/* A rest comes before the first byte of a connection, and after some turns. */
#define SOAK_RESTS	4

/* In the end they go on one after another, within so many milliseconds. */
#define SOAK_LAST	60000

/*
 * A rest, in milliseconds, and on average in times that a connect takes: enough
 * for some hundreds of connections to leave their machine time for itself.
 */
#define SOAK_REST_LEAST	100
#define SOAK_REST_MOST	600000
/*
 * The same with bytes on their way: a server that has closed a connection keeps
 * what nobody reads for two minutes, as TCP does.
 */
#define SOAK_REST_AMID	60000
#define SOAK_REST_CONNECTS 256

/**
 * struct place - a connection, or room for one
 * @fd: -1 if there is none; that of the same place in fds is, too, in a rest
 * @head: what is done
 * @put: bytes sent, those of the head included
 * @got: bytes received
 * @leave_at: of SOAK_LEAVE: so many received, and it closes
 * @connected: connect() has ended
 * @began: to connect
 * @rests: until then, or 0; this and @began in milliseconds
 * @moved: when something happened last
 */
struct place {
	int fd;
	struct soak_head head;
	uint32_t put;
	uint32_t got;
	uint32_t leave_at;
	bool connected;
	int64_t began;
	int64_t rests;
	time_t moved;
};

static struct pollfd fds[SOAK_MOST];
static struct place places[SOAK_MOST];
static struct sockaddr_storage server_at;
static socklen_t server_len;
static int soak_protocol;
static uint32_t state;
static unsigned int done[SOAK_JOBS];
static unsigned long long bytes_right;
static unsigned int wrong;
static unsigned int connecting;
static unsigned int connect_takes;
static int64_t end;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

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
		connecting--;
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
	uint32_t power = next_random() % 17;

	return 1 + (next_random() & ((2U << power) - 1));
}

/*
 * Who sends and closes has not waited for the server, and can be far ahead of
 * it.  The next one there does wait, behind the other: so no more than two of
 * each place are in the server's queue.
 */
static enum soak_job random_job(enum soak_job before)
{
	enum soak_job job = next_random() % SOAK_JOBS;

	return before == SOAK_SEND && job == SOAK_SEND ? SOAK_ECHO : job;
}

static void begin(unsigned int i)
{
	struct place *at = &places[i];

	*at = (struct place) {
		.fd = socket(server_at.ss_family, SOCK_STREAM | SOCK_NONBLOCK,
			     soak_protocol),
		.head = { .job = random_job(at->head.job),
			  .seed = next_random(), .bytes = random_size() },
		.began = now_ms(),
		.moved = time(NULL),
	};
	at->leave_at = next_random() % at->head.bytes;
	fds[i] = (struct pollfd) { .fd = at->fd, .events = POLLOUT };
	if (at->fd < 0) {
		complain(i, "socket", errno);
		return;
	}
	connecting++;
	if (connect(at->fd, (struct sockaddr *)&server_at, server_len) &&
	    errno != EINPROGRESS)
		fail(i, "connect", errno);
}

/* Time does not pass for a connection that rests. */
static void rest(unsigned int i, unsigned int longest)
{
	unsigned int most = SOAK_REST_CONNECTS * 2 * connect_takes;
	struct place *at = &places[i];
	int64_t now = now_ms(), last = end + next_random() % SOAK_LAST;

	if (most > longest)
		most = longest;
	at->rests = now + SOAK_REST_LEAST + next_random() % (most + 1);
	if (at->rests > last)
		at->rests = last;
	at->moved += (at->rests - now) / 1000;
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
	connecting--;
	/* Much the same as the last few. */
	connect_takes = (connect_takes * 7 + (now_ms() - at->began)) / 8;
	return true;
}

static void move(unsigned int i, bool go_on)
{
	struct place *at = &places[i];
	bool is_new = !at->connected;

	if (!connected(i))
		return;
	if (is_new && go_on) {
		rest(i, SOAK_REST_MOST);
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
	if (go_on && !(next_random() % SOAK_RESTS))
		rest(i, SOAK_REST_AMID);
}

/* Returns how many connections there are. */
static unsigned int turn(unsigned int nr, int patience)
{
	int64_t now = now_ms();
	bool go_on = now < end && !given_up();
	unsigned int i, open = 0;

	for (i = 0; i < nr; i++) {
		struct place *at = &places[i];

		if (at->fd >= 0 && !rests(i, now)) {
			if (fds[i].revents)
				move(i, go_on);
			else if (time(NULL) - at->moved > patience)
				fail(i, "nothing moves", ETIMEDOUT);
		}
		if (at->fd < 0 && go_on && connecting < SOAK_CONNECTING)
			begin(i);
		open += at->fd >= 0;
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
	       connect_takes);
	return wrong > 0;
}

/**
 * soak - the client; then it says what there was
 * @argv: address, port, protocol, connections, seconds, seed
 *
 * A connection is stalled after SOAK_STALLED seconds times $LAB_SLOW.
 *
 * Return: 0 if nothing was wrong.
 */
int soak(char **argv)
{
	unsigned int nr = atoi(argv[3]), i;
	int patience = scaled(SOAK_STALLED);

	if (!nr || nr > SOAK_MOST)
		return 2;
	soak_files();
	server_len = local_address(&server_at, argv[0], atoi(argv[1]));
	soak_protocol = atoi(argv[2]);
	state = atoi(argv[5]) | 1;
	end = now_ms() + atoi(argv[4]) * 1000LL;
	for (i = 0; i < nr; i++) {
		places[i].fd = -1;
		fds[i].fd = -1;
	}
	while (turn(nr, patience))
		poll(fds, nr, connect_takes < 1000 ? SOAK_REST_LEAST : 1000);
	return verdict();
}
