// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes, errors and lies on a data ring.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/sockios.h>
#include <asm/ioctls.h>

#include "fake.h"
#include "pvcalls-front/sock.h"

/* One direction of the rings here. */
#define SIZE PAGE_SIZE

static u8 from[4 * SIZE], to[4 * SIZE];
static struct fake_stream *stream;
static struct socket *sock;

static void fill(u32 seed)
{
	unsigned int i;

	for (i = 0; i < sizeof(from); i++)
		from[i] = (i + seed) * 2654435761U >> 13;
	memset(to, 0, sizeof(to));
}

static int data_init(struct kunit *test)
{
	int ret = fake_front_init(test);

	if (ret)
		return ret;
	fill(7);
	stream = step_connected(test, &sock);
	return 0;
}

static void expect_bytes(struct kunit *test, u32 offset, u32 bytes)
{
	KUNIT_EXPECT_EQ(test, memcmp(to + offset, from + offset, bytes), 0);
}

/* Odd pieces, so that they wrap around everywhere. */
static void out(struct kunit *test)
{
	u32 sent = 0, got = 0;
	int ret;

	while (got < sizeof(from)) {
		ret = prog_send(sock, from + sent,
				min_t(u32, 1237, sizeof(from) - sent),
				MSG_DONTWAIT);
		KUNIT_ASSERT_GE(test, ret, 0);
		sent += ret;
		got += fake_stream_get(stream, to + got, 1237);
	}
	KUNIT_EXPECT_EQ(test, sent, (u32)sizeof(from));
	expect_bytes(test, 0, sizeof(from));
}

static void move_in(struct kunit *test)
{
	u32 sent = 0, got = 0;
	int ret;

	while (got < sizeof(from)) {
		sent += fake_stream_put(stream, from + sent,
					min_t(u32, 1511, sizeof(from) - sent));
		ret = prog_recv(sock, to + got, 1009, MSG_DONTWAIT);
		KUNIT_ASSERT_GT(test, ret, 0);
		got += ret;
	}
	expect_bytes(test, 0, sizeof(from));
}

static void in(struct kunit *test)
{
	move_in(test);
	KUNIT_EXPECT_EQ(test, READ_ONCE(stream->intf->in_cons),
			(u32)sizeof(from));
}

/* The indexes run past 2^32 like any other number. */
static void index_wrap(struct kunit *test)
{
	struct pvfront_ring *ring;
	u32 start = 0U - (u32)SIZE;

	rcu_read_lock();
	ring = rcu_dereference(prog_remote(sock)->ring);
	rcu_read_unlock();
	ring->rx.idx.cons = start;
	ring->rx.idx.prod = start;
	ring->rx.idx.told = start;
	ring->tx.idx.prod = start;
	ring->tx.idx.cons = start;
	ring->seen.in_prod = start;
	ring->seen.out_cons = start;
	stream->intf->in_cons = start;
	stream->intf->in_prod = start;
	stream->intf->out_cons = start;
	stream->intf->out_prod = start;
	stream->in_prod = start;
	stream->out_cons = start;
	out(test);
	fill(8);
	move_in(test);
}

static void take_all(struct kunit *test)
{
	fake_stream_get(stream, to, SIZE);
}

/* What does not fit is sent when the backend has made room. */
static void full(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, SIZE + 100, MSG_DONTWAIT),
			(int)SIZE);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, MSG_DONTWAIT), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, prog_poll(sock) & POLLED(EPOLLOUT));
	fake_later(test, take_all);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from + SIZE, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, fake_stream_get(stream, to + SIZE, SIZE), 100U);
	expect_bytes(test, 0, SIZE + 100);
	KUNIT_EXPECT_TRUE(test, prog_poll(sock) & POLLED(EPOLLOUT));
}

static void put_some(struct kunit *test)
{
	fake_stream_put(stream, from, 10);
}

static void put_more(struct kunit *test)
{
	fake_stream_put(stream, from + 10, 20);
}

static void empty(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, MSG_DONTWAIT), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, prog_poll(sock) & POLLED(EPOLLIN));
	fake_later(test, put_some);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, SIZE, 0), 10);
	put_some(test);
	fake_later(test, put_more);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 30, MSG_WAITALL), 30);
	expect_bytes(test, 0, 30);
	sock->sk->sk_rcvtimeo = 2;
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, 0), -EAGAIN);
}

static void flags(struct kunit *test)
{
	put_some(test);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 5, MSG_PEEK), 5);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, MSG_PEEK), 10);
	expect_bytes(test, 0, 10);
	KUNIT_EXPECT_EQ(test, READ_ONCE(stream->intf->in_cons), 0U);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 4, MSG_TRUNC), 4);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to + 4, 20, 0), 6);
	expect_bytes(test, 0, 10);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, MSG_OOB), -EINVAL);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, MSG_ERRQUEUE), -EAGAIN);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, MSG_OOB), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, MSG_ZEROCOPY),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, MSG_FASTOPEN),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 0, 0), 0);
}

static void queues(struct kunit *test)
{
	struct pvfront_sock *ps = prog_remote(sock);
	int bytes = -1;

	fake_stream_put(stream, from, 123);
	prog_send(sock, from, 77, 0);
	KUNIT_EXPECT_EQ(test, pvfront_ioctl(ps, SIOCINQ, &bytes), 0);
	KUNIT_EXPECT_EQ(test, bytes, 123);
	KUNIT_EXPECT_EQ(test, pvfront_ioctl(ps, SIOCOUTQ, &bytes), 0);
	KUNIT_EXPECT_EQ(test, bytes, 77);
	KUNIT_EXPECT_EQ(test, pvfront_ioctl(ps, SIOCATMARK, &bytes),
			-ENOIOCTLCMD);
	/* No lie of the backend makes a number that is too big. */
	WRITE_ONCE(stream->intf->out_cons, 5000);
	KUNIT_EXPECT_EQ(test, pvfront_ioctl(ps, SIOCOUTQ, &bytes), 0);
	KUNIT_EXPECT_EQ(test, bytes, (int)SIZE);
}

/* An orderly end: the bytes, then 0 as often as one likes. */
static void end(struct kunit *test)
{
	put_some(test);
	fake_stream_error(stream, -ENOTCONN, 0);
	KUNIT_EXPECT_TRUE(test, prog_poll(sock) & POLLED(EPOLLRDHUP));
	KUNIT_EXPECT_FALSE(test, prog_poll(sock) & POLLED(EPOLLERR));
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, MSG_WAITALL), 10);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 0);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 0);
	/* The other direction goes on. */
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 50, 0), 50);
	KUNIT_EXPECT_EQ(test, fake_stream_get(stream, to, SIZE), 50U);
}

/* What each error is to the program, after the bytes before it. */
static void errors_in(struct kunit *test)
{
	static const int table[][2] = {
		{ -ECONNRESET, -ECONNRESET }, { -ETIMEDOUT, -ETIMEDOUT },
		{ -EPIPE, -EPIPE }, { -PVCALLS_ENOTSUP, -EOPNOTSUPP },
		{ -EAGAIN, -EIO }, { -ERESTARTSYS, -EIO }, { 1, -EIO },
		{ INT_MIN, -EIO },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		stream = step_connected(test, &sock);
		put_some(test);
		fake_stream_error(stream, table[i][0], 0);
		KUNIT_EXPECT_EQ(test, prog_poll(sock) &
				POLLED(EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP),
				POLLED(EPOLLIN | EPOLLERR | EPOLLHUP |
				      EPOLLRDHUP));
		KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 10);
		KUNIT_EXPECT_EQ_MSG(test, prog_recv(sock, to, 20, 0),
				    table[i][1], "error %d", table[i][0]);
		KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 0);
		KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, 0), -EPIPE);
	}
}

static void reset_now(struct kunit *test)
{
	fake_stream_error(stream, -ECONNRESET, -EPIPE);
}

/* Who sleeps wakes up; SO_ERROR and a call tell of it, not both. */
static void resets(struct kunit *test)
{
	fake_later(test, reset_now);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), 0);
	stream = step_connected(test, &sock);
	prog_send(sock, from, SIZE, 0);
	fake_later(test, reset_now);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, 0), -EPIPE);
	stream = step_connected(test, &sock);
	reset_now(test);
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, 0), 0);
}

static void error_out(struct kunit *test)
{
	fake_stream_error(stream, 0, -EPIPE);
	KUNIT_EXPECT_TRUE(test, prog_poll(sock) & POLLED(EPOLLOUT));
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, 0), -EPIPE);
	put_some(test);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 10);
	stream = step_connected(test, &sock);
	fake_stream_error(stream, 0, -ENETUNREACH);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, 0), -ENETUNREACH);
}

/* An index that can not be costs this connection, and nothing else. */
static void hostile(struct kunit *test)
{
	static const u32 prods[] = {
		SIZE + 1, 0U - 1, 0x80000000, 0x7fffffff,
	};
	struct fake_front *fake = test->priv;
	struct fake_stream *other, *bad;
	struct socket *good, *victim;
	unsigned int i;

	other = step_connected(test, &good);
	for (i = 0; i < 2 * ARRAY_SIZE(prods); i++) {
		u32 index = prods[i / 2];

		bad = step_connected(test, &victim);
		WRITE_ONCE(*(i & 1 ? &bad->intf->in_prod :
				     &bad->intf->out_cons), index);
		fake_event_fire(bad->port);
		KUNIT_EXPECT_EQ_MSG(test, i & 1 ?
				    prog_recv(victim, to, 1, 0) :
				    prog_send(victim, from, 1, 0), -EIO,
				    "index %#x", index);
		KUNIT_EXPECT_EQ(test, prog_send(victim, from, 1, 0), -EPIPE);
		KUNIT_EXPECT_EQ(test, prog_recv(victim, to, 1, 0), -EIO);
		KUNIT_EXPECT_TRUE(test, prog_poll(victim) & POLLED(EPOLLHUP));
		prog_close(test, victim);
	}
	KUNIT_EXPECT_FALSE(test, fake->dev->broken);
	KUNIT_EXPECT_EQ(test, fake_stream_put(other, from, 10), 10U);
	KUNIT_EXPECT_EQ(test, prog_recv(good, to, 10, 0), 10);
	KUNIT_EXPECT_EQ(test, prog_send(good, from, 10, 0), 10);
}

/* Only what tells of something new is a useful notification. */
static void spurious(struct kunit *test)
{
	unsigned int was = fake_event_spurious(stream->port);

	fake_event_fire(stream->port);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), ++was);
	put_some(test);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), was);
	fake_event_fire(stream->port);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), ++was);
	prog_send(sock, from, 10, 0);
	fake_stream_get(stream, to, 10);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), was);
	fake_stream_error(stream, 0, -EPIPE);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), was);
	fake_stream_error(stream, -ENOTCONN, -EPIPE);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), was);
	fake_stream_error(stream, -ECONNRESET, -EIO);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), ++was);
	/* Back again is no news either. */
	WRITE_ONCE(stream->intf->in_prod, 5);
	fake_event_fire(stream->port);
	KUNIT_EXPECT_EQ(test, fake_event_spurious(stream->port), ++was);
}

/* The device ends: what is in the ring can be read, then comes the reset. */
static void lost(struct kunit *test)
{
	put_some(test);
	fake_front_close(test);
	KUNIT_EXPECT_TRUE(test, prog_poll(sock) & POLLED(EPOLLHUP));
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 10);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 20, 0), 0);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 1, 0), -EPIPE);
}

static void shutdowns(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(sock, SHUT_WR), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(sock, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(sock, SHUT_RD), 0);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, to, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 10, 0), 10);
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(sock, SHUT_RDWR), 0);
	KUNIT_EXPECT_EQ(test, prog_send(sock, from, 10, 0), -EPIPE);
	KUNIT_EXPECT_TRUE(test, prog_poll(sock) & POLLED(EPOLLHUP));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(out),
	KUNIT_CASE(in),
	KUNIT_CASE(index_wrap),
	KUNIT_CASE(full),
	KUNIT_CASE(empty),
	KUNIT_CASE(flags),
	KUNIT_CASE(queues),
	KUNIT_CASE(end),
	KUNIT_CASE(errors_in),
	KUNIT_CASE(resets),
	KUNIT_CASE(error_out),
	KUNIT_CASE(hostile),
	KUNIT_CASE(spurious),
	KUNIT_CASE(lost),
	KUNIT_CASE(shutdowns),
	{}
};

struct kunit_suite front_data_suite = {
	.name = "pvcalls_front_data",
	.init = data_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
