// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end of a TCP connection that checks every byte.
 *
 *	peer [OPTIONS] connect ADDRESS PORT BYTES
 *	peer [OPTIONS] serve PORT BYTES
 *
 * Each connection carries BYTES bytes in each direction: first the client's,
 * then the server's.  A byte's value follows from its position, its direction
 * and the number of the connection, so that nothing can be lost, doubled or
 * swapped unseen.  Then one end closes, and the other one has to see the end
 * of the stream, without another byte before it.
 *
 *	-p NUMBER	protocol of the socket (0: plain TCP)
 *	-n NUMBER	connections, one after another (1)
 *	-d		both directions at once, without blocking calls
 *	-e		the server closes first, not the client
 *	-o		one way: the client sends, and closes at once
 *	-P		poll the listener before each accept, which plain TCP always
 *			does
 *	-w MS		the client waits so long between two connections
 *	-t SECONDS	give up when nothing moves for so long (60)
 *
 * Both ends need the same of -n, -d, -e and -o.  The status is 0 only if
 * everything arrived and ended as it should.
 *
 * It never sleeps in recv(): in-tree frontends can not be interrupted there.
 * Their send() may return less than asked for, even 0, on a blocking socket.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK		65536
/* What the end that does not close sends when it has seen everything. */
#define RECEIPT		'k'
#define FNV_START	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

/* Say what is wrong, and where, and end. */
#define die(...)							\
	(printf("%s: connection %d: ", role, connection),		\
	 printf(__VA_ARGS__), putchar('\n'), exit(1))

struct stream {
	const char *name;
	unsigned int seed;
	unsigned long long done;
	unsigned long long total;
	unsigned long long *sum;
};

static struct {
	int protocol;
	int connections;
	bool duplex;
	bool server_closes;
	bool one_way;
	bool poll_accept;
	int wait_ms;
	int patience_ms;
	unsigned long long bytes;
} settings = {
	.connections = 1,
	.patience_ms = 60000,
};

static const char *role;
static int connection;
static unsigned long long sent_sum = FNV_START;
static unsigned long long received_sum = FNV_START;
static unsigned char buffer[CHUNK];

static unsigned char pattern(unsigned int seed, unsigned long long position)
{
	unsigned int x = (unsigned int)position + seed * 0x9e3779b9;

	x = (x ^ (x >> 16)) * 0x7feb352d;
	x = (x ^ (x >> 15)) * 0x846ca68b;
	return (x ^ (x >> 16)) & 0xff;
}

static void add_up(unsigned long long *sum, const unsigned char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		*sum = (*sum ^ data[i]) * FNV_PRIME;
}

static short wait_for(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int ret = poll(&pfd, 1, settings.patience_ms);

	if (ret < 0)
		die("poll: %s", strerror(errno));
	if (!ret)
		die("nothing moves: waited %d ms for events 0x%x",
		    settings.patience_ms, events);
	if (pfd.revents & POLLNVAL)
		die("poll says POLLNVAL");
	return pfd.revents;
}

static bool unfinished(const struct stream *stream)
{
	return stream->done < stream->total;
}

static size_t remaining(const struct stream *stream)
{
	unsigned long long left = stream->total - stream->done;

	return left < CHUNK ? left : CHUNK;
}

static void send_some(int fd, struct stream *stream, int flags)
{
	size_t length = remaining(stream);
	ssize_t ret;

	for (size_t i = 0; i < length; i++)
		buffer[i] = pattern(stream->seed, stream->done + i);
	ret = send(fd, buffer, length, flags | MSG_NOSIGNAL);
	if (ret < 0 && errno == EAGAIN)
		return;
	if (ret < 0)
		die("send after %llu of %llu bytes: %s",
		    stream->done, stream->total, strerror(errno));
	add_up(stream->sum, buffer, ret);
	stream->done += ret;
}

static void check(const struct stream *stream, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char expected = pattern(stream->seed,
						 stream->done + i);

		if (buffer[i] != expected)
			die("byte %llu %s is 0x%02x, not 0x%02x",
			    stream->done + i, stream->name,
			    buffer[i], expected);
	}
}

static void receive_some(int fd, struct stream *stream, int flags)
{
	ssize_t ret = recv(fd, buffer, remaining(stream), flags);

	if (ret < 0 && errno == EAGAIN)
		return;
	if (ret < 0)
		die("recv after %llu of %llu bytes: %s",
		    stream->done, stream->total, strerror(errno));
	if (!ret)
		die("the stream ended after %llu of %llu bytes",
		    stream->done, stream->total);
	check(stream, ret);
	add_up(stream->sum, buffer, ret);
	stream->done += ret;
}

static void send_all(int fd, struct stream *stream)
{
	while (unfinished(stream)) {
		wait_for(fd, POLLOUT);
		send_some(fd, stream, 0);
	}
}

static void receive_all(int fd, struct stream *stream)
{
	while (unfinished(stream)) {
		wait_for(fd, POLLIN);
		receive_some(fd, stream, 0);
	}
}

static void both_at_once(int fd, struct stream *tx, struct stream *rx)
{
	while (unfinished(tx) || unfinished(rx)) {
		short events = wait_for(fd, (unfinished(tx) ? POLLOUT : 0) |
					    (unfinished(rx) ? POLLIN : 0));

		if (unfinished(rx) && (events & ~POLLOUT))
			receive_some(fd, rx, MSG_DONTWAIT);
		if (unfinished(tx) && (events & ~POLLIN))
			send_some(fd, tx, MSG_DONTWAIT);
	}
}

static void expect_end(int fd)
{
	ssize_t ret;

	wait_for(fd, POLLIN);
	ret = recv(fd, buffer, 1, 0);
	if (ret < 0)
		die("recv instead of the end of the stream: %s",
		    strerror(errno));
	if (ret > 0)
		die("a byte beyond the end of the stream");
}

static void send_receipt(int fd)
{
	const char receipt = RECEIPT;

	wait_for(fd, POLLOUT);
	if (send(fd, &receipt, 1, MSG_NOSIGNAL) != 1)
		die("the receipt could not be sent");
}

static void expect_receipt(int fd)
{
	wait_for(fd, POLLIN);
	if (recv(fd, buffer, 1, 0) != 1 || buffer[0] != RECEIPT)
		die("no receipt from the other end");
}

static void talk(int fd, bool client)
{
	struct stream to_server = {
		.name = "to the server",
		.seed = 2 * connection,
		.total = settings.bytes,
		.sum = client ? &sent_sum : &received_sum,
	};
	struct stream to_client = {
		.name = "to the client",
		.seed = 2 * connection + 1,
		.total = settings.one_way ? 0 : settings.bytes,
		.sum = client ? &received_sum : &sent_sum,
	};

	if (settings.duplex) {
		if (client)
			both_at_once(fd, &to_server, &to_client);
		else
			both_at_once(fd, &to_client, &to_server);
	} else if (client) {
		send_all(fd, &to_server);
		receive_all(fd, &to_client);
	} else {
		receive_all(fd, &to_server);
		send_all(fd, &to_client);
	}

	if (settings.one_way) {
		if (!client)
			expect_end(fd);
	} else if (client != settings.server_closes) {
		expect_receipt(fd);
	} else {
		send_receipt(fd);
		expect_end(fd);
	}
	if (close(fd))
		die("close: %s", strerror(errno));
}

static int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, settings.protocol);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	return fd;
}

static void run_client(const struct sockaddr_in *to)
{
	for (connection = 1; connection <= settings.connections; connection++) {
		int fd = make_socket();

		if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
			die("connect: %s", strerror(errno));
		talk(fd, true);
		if (settings.wait_ms)
			poll(NULL, 0, settings.wait_ms);
	}
}

static void run_server(const struct sockaddr_in *at)
{
	int listener = make_socket(), on = 1;

	/* Not every frontend has options; a fresh port does without. */
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (const struct sockaddr *)at, sizeof(*at)))
		die("bind: %s", strerror(errno));
	if (listen(listener, 16))
		die("listen: %s", strerror(errno));
	for (connection = 1; connection <= settings.connections; connection++) {
		int fd;

		if (settings.poll_accept || !settings.protocol)
			wait_for(listener, POLLIN);
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			die("accept: %s", strerror(errno));
		talk(fd, false);
	}
	if (close(listener))
		die("close of the listener: %s", strerror(errno));
}

static noreturn void bad_usage(void)
{
	fprintf(stderr,
		"usage: peer [-deoP] [-p PROTOCOL] [-n CONNECTIONS] [-w MS] [-t SECONDS]\n"
		"            connect ADDRESS PORT BYTES | serve PORT BYTES\n");
	exit(2);
}

static long long number(const char *text, long long max)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end == text || *end || value < 0 || value > max)
		bad_usage();
	return value;
}

static void read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "deoPp:n:w:t:")) != -1) {
		switch (option) {
		case 'd':
			settings.duplex = true;
			break;
		case 'e':
			settings.server_closes = true;
			break;
		case 'o':
			settings.one_way = true;
			break;
		case 'P':
			settings.poll_accept = true;
			break;
		case 'p':
			settings.protocol = number(optarg, 262);
			break;
		case 'n':
			settings.connections = number(optarg, 1000000);
			break;
		case 'w':
			settings.wait_ms = number(optarg, 60000);
			break;
		case 't':
			settings.patience_ms = number(optarg, 100000) * 1000;
			break;
		default:
			bad_usage();
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	bool client;

	setvbuf(stdout, NULL, _IOLBF, 0);
	read_options(argc, argv);
	argc -= optind;
	argv += optind;
	if (argc < 1)
		bad_usage();
	role = argv[0];
	client = !strcmp(role, "connect");
	if (argc != (client ? 4 : 3) || (!client && strcmp(role, "serve")))
		bad_usage();
	if (client && inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		bad_usage();
	address.sin_port = htons(number(argv[argc - 2], 65535));
	settings.bytes = number(argv[argc - 1], 1LL << 40);

	if (client)
		run_client(&address);
	else
		run_server(&address);
	printf("%s: %d x %llu bytes%s, every byte right; sums: sent %016llx, received %016llx\n",
	       role, settings.connections, settings.bytes,
	       settings.one_way ? " one way" : " each way",
	       sent_sum, received_sum);
	return 0;
}
