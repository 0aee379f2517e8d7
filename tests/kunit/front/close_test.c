// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closing: no byte is lost, nothing is freed before the backend has let go of
 * it, and nothing that it keeps is used again.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>

#include "../points.h"
#include "fake.h"
#include "flexring/late.h"
#include "pvcalls-front/sock.h"

#define BYTES 100

static u8 bytes[BYTES];
static struct fake_stream *stream;
static struct socket *sock;

/* Time for a closing to look at the ring, more than once. */
static void nap(void)
{
	msleep(FAKE_NAP_MS);
}

static bool released(void *arg)
{
	return fake_count(arg, PVCALLS_RELEASE);
}

static bool closed(void *arg)
{
	fake_settle();
	return !engine_socks();
}

static void start(struct kunit *test, bool release_answers)
{
	struct fake_front *fake = test->priv;

	fake->dev->release_answers = release_answers;
	stream = step_connected(test, &sock);
}

/* The ring is the backend's until it answers RELEASE. */
static void ring_stays(struct kunit *test)
{
	int granted = fake_granted(), bound = fake_event_bound();
	struct fake_front *fake = test->priv;

	start(test, true);
	fake->script[PVCALLS_RELEASE] = SILENT;
	prog_close(test, sock);
	fake_wanted(test, PVCALLS_RELEASE);
	fake_settle();
	KUNIT_EXPECT_EQ(test, fake_granted(), granted + 3);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), bound + 1);
	/* It moves, and nobody is there to hear of it. */
	fake_stream_put(stream, bytes, BYTES);
	fake_stream_error(stream, -ECONNRESET, -EPIPE);
	fake_answer(test, fake_wanted(test, PVCALLS_RELEASE), 0);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
	KUNIT_EXPECT_EQ(test, fake_granted(), granted);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), bound);
}

/* One of ours flushes; RELEASE goes at once. */
static void unsent_ours(struct kunit *test)
{
	start(test, true);
	prog_send(sock, bytes, BYTES, 0);
	prog_close(test, sock);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 1U);
}

/* Any other drops what it has not taken; RELEASE waits. */
static void unsent_other(struct kunit *test)
{
	start(test, false);
	prog_send(sock, bytes, BYTES, 0);
	prog_close(test, sock);
	nap();
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 0U);
	KUNIT_EXPECT_EQ(test, fake_stream_get(stream, bytes, BYTES - 1),
			BYTES - 1U);
	nap();
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 0U);
	KUNIT_EXPECT_EQ(test, fake_stream_get(stream, bytes, BYTES), 1U);
	KUNIT_EXPECT_TRUE(test, fake_await(released, test));
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
}

/* Nothing unsent, nothing to wait for; what is unread is nobody's. */
static void unread(struct kunit *test)
{
	start(test, false);
	fake_stream_put(stream, bytes, BYTES);
	prog_close(test, sock);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 1U);
}

/* Who can not take more bytes is not waited for. */
static void unsent_error(struct kunit *test)
{
	start(test, false);
	prog_send(sock, bytes, BYTES, 0);
	prog_close(test, sock);
	fake_stream_error(stream, 0, -EPIPE);
	KUNIT_EXPECT_TRUE(test, fake_await(released, test));
}

static void unsent_broken(struct kunit *test)
{
	start(test, false);
	prog_send(sock, bytes, BYTES, 0);
	WRITE_ONCE(stream->intf->in_prod, 0x80000000);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, bytes, 1, 0), -EIO);
	prog_close(test, sock);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 1U);
}

/* The device goes while a closing waits for its bytes, or for its answer. */
static void unsent_lost(struct kunit *test)
{
	start(test, false);
	prog_send(sock, bytes, BYTES, 0);
	prog_close(test, sock);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 0U);
	fake_front_close(test);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
	KUNIT_EXPECT_EQ(test, fake_granted(), 0);
}

static void release_lost(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	start(test, true);
	fake->script[PVCALLS_RELEASE] = SILENT;
	prog_close(test, sock);
	fake_wanted(test, PVCALLS_RELEASE);
	KUNIT_EXPECT_EQ(test, engine_socks(), 1);
	fake_front_close(test);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
	KUNIT_EXPECT_EQ(test, fake_granted(), 0);
}

/* It does not take the bytes: the wait for that is bounded. */
static void unsent_forever(struct kunit *test)
{
	struct pvfront_sock *ps;

	start(test, false);
	ps = prog_remote(sock);
	prog_send(sock, bytes, BYTES, 0);
	prog_close(test, sock);
	KUNIT_EXPECT_TRUE(test, time_after(ps->close_deadline, jiffies));
	/* As if it had come. */
	WRITE_ONCE(ps->close_deadline, jiffies - 1);
	KUNIT_EXPECT_TRUE(test, fake_await(released, test));
}

static bool all_free(void *arg)
{
	return !flexring_late_pages();
}

/* Pages that the backend keeps are never used again, the others a bit later. */
static void kept(struct kunit *test)
{
	int granted = fake_granted();
	unsigned int i;

	start(test, true);
	for (i = 0; i < 2; i++)
		fake_keep(stream->intf->ref[i]);
	prog_close(test, sock);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
	KUNIT_EXPECT_EQ(test, fake_granted(), granted);
	KUNIT_EXPECT_EQ(test, fake_kept_pages(), 2U);
	KUNIT_EXPECT_TRUE(test, flexring_late_pages());
	KUNIT_EXPECT_TRUE(test, fake_await(all_free, test));
	/* The connections after it have pages of their own. */
	start(test, true);
	KUNIT_EXPECT_EQ(test, prog_send(sock, bytes, BYTES, 0), BYTES);
	KUNIT_EXPECT_EQ(test, fake_stream_get(stream, bytes, BYTES),
			(u32)BYTES);
}

static void release_answer(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_BIND), 1U);
	for (i = 0; i < fake->nr; i++) {
		if (fake->requests[i].req.cmd == PVCALLS_RELEASE &&
		    !fake->requests[i].answered)
			fake_answer(test, i, 0);
	}
}

/* A bind to the port of a socket that is being closed waits for it. */
static void bind_again(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	struct socket *other;

	sock = prog_socket(test);
	KUNIT_ASSERT_EQ(test, prog_bind(sock, FAKE_ADDR, 8080), 0);
	fake->script[PVCALLS_RELEASE] = SILENT;
	prog_close(test, sock);
	fake_wanted(test, PVCALLS_RELEASE);
	fake_later(test, release_answer);
	other = prog_socket(test);
	KUNIT_EXPECT_EQ(test, prog_bind(other, FAKE_ADDR, 8080), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_BIND), 2U);
	/* Another port is another matter. */
	prog_close(test, other);
	other = prog_socket(test);
	KUNIT_EXPECT_EQ(test, prog_bind(other, FAKE_ADDR, 8081), 0);
}

/* Never bound, never connected: the backend knows of it nevertheless. */
static void idle(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	prog_close(test, prog_socket(test));
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_SOCKET), 0U);
	fake->script[PVCALLS_CONNECT] = -ECONNREFUSED;
	sock = prog_socket(test);
	prog_connect(sock, FAKE_ADDR, 80, 0);
	prog_close(test, sock);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 1U);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ring_stays),
	KUNIT_CASE(unsent_ours),
	KUNIT_CASE(unsent_other),
	KUNIT_CASE(unread),
	KUNIT_CASE(unsent_error),
	KUNIT_CASE(unsent_broken),
	KUNIT_CASE(unsent_lost),
	KUNIT_CASE(release_lost),
	KUNIT_CASE(unsent_forever),
	KUNIT_CASE(kept),
	KUNIT_CASE(bind_again),
	KUNIT_CASE(idle),
	{}
};

struct kunit_suite front_close_suite = {
	.name = "pvcalls_front_close",
	.init = fake_front_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
