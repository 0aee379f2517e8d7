// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listeners: connections that are asked for ahead, and what becomes of them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/sockios.h>
#include <asm/ioctls.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-front/sock.h"

static struct socket *listener, *child;

static bool asked_again(void *arg)
{
	return fake_count(arg, PVCALLS_ACCEPT) >= 2;
}

static bool closed(void *arg)
{
	fake_settle();
	return !engine_socks();
}

static void accepts(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	struct fake_stream *stream;
	u8 bytes[4] = "abc", got[4] = "";

	listener = step_listening(test, 99);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_LISTEN), 1U);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 1U);
	KUNIT_EXPECT_EQ(test, prog_poll(listener), 0U);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			-EAGAIN);
	stream = step_accept(test, 0);
	KUNIT_EXPECT_EQ(test, prog_poll(listener),
			POLLED(EPOLLIN | EPOLLRDNORM));
	/* One at a time, says a backend without extensions. */
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 1U);
	KUNIT_ASSERT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 2U);
	KUNIT_EXPECT_EQ(test, prog_poll(listener), 0U);
	KUNIT_EXPECT_EQ(test, fake_stream_put(stream, bytes, 4), 4U);
	KUNIT_EXPECT_EQ(test, prog_recv(child, got, 4, 0), 4);
	KUNIT_EXPECT_EQ(test, memcmp(got, bytes, 4), 0);
	KUNIT_EXPECT_EQ(test, prog_send(child, bytes, 4, 0), 4);
	KUNIT_EXPECT_EQ(test, fake_stream_get(stream, got, 4), 4U);
	KUNIT_EXPECT_NE(test, fake->requests[fake->nr - 1].req.u.accept.id_new,
			prog_remote(child)->id);
}

static void connection(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < fake->nr; i++) {
		if (fake->requests[i].req.cmd == PVCALLS_ACCEPT &&
		    !fake->requests[i].answered) {
			fake_answer(test, i, 0);
			return;
		}
	}
}

static void end_accept(struct kunit *test)
{
	kernel_sock_shutdown(listener, SHUT_RD);
}

/* What ends an accept that sleeps. */
static void wakes(struct kunit *test)
{
	listener = step_listening(test, 99);
	fake_later(test, connection);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, 0), 0);
	listener->sk->sk_rcvtimeo = 2;
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, 0), -EAGAIN);
	listener->sk->sk_rcvtimeo = FAKE_DEADLINE;
	fake_later(test, end_accept);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, 0), -EINVAL);
	listener = step_listening(test, 98);
	fake_later(test, fake_front_close);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, 0),
			-ENETDOWN);
}

/* With the extension there are two at a time, while there are few. */
static void ahead(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	fake->dev->release_answers = true;
	listener = step_listening(test, 1);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 2U);
	for (i = 2; i < 20; i++)
		step_listening(test, i);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 12U);
	/* The slots are given back in turn. */
	step_accept(test, 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 13U);
}

/* An error is told once, and the next connection asked for. */
static void errors(struct kunit *test)
{
	listener = step_listening(test, 99);
	step_accept(test, -ECONNABORTED);
	KUNIT_EXPECT_TRUE(test, prog_poll(listener) & POLLED(EPOLLIN));
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			-ECONNABORTED);
	KUNIT_EXPECT_TRUE(test, fake_await(asked_again, test));
	step_accept(test, 0);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			0);
	fake_settle();
}

/* "Too soon", says the backend: asked again later, and not told. */
static void interrupted(struct kunit *test)
{
	listener = step_listening(test, 99);
	step_accept(test, -EINTR);
	KUNIT_EXPECT_EQ(test, prog_poll(listener), 0U);
	KUNIT_EXPECT_TRUE(test, fake_await(asked_again, test));
	step_accept(test, 0);
	KUNIT_EXPECT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			0);
}

/* Connections that nobody accepted are released with the listener. */
static void closed_queue(struct kunit *test)
{
	listener = step_listening(test, 99);
	step_accept(test, 0);
	prog_close(test, listener);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 2U);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
}

/* A backend with the extension answers what waits before RELEASE. */
static void closed_answers(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	fake->dev->release_answers = true;
	listener = step_listening(test, 99);
	fake->script[PVCALLS_RELEASE] = SILENT;
	prog_close(test, listener);
	fake_wanted(test, PVCALLS_RELEASE);
	step_accept(test, -ECANCELED);
	step_accept(test, -ECANCELED);
	fake_answer(test, fake_wanted(test, PVCALLS_RELEASE), 0);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
}

/* One without never does: its pages come back with the RELEASE. */
static void closed_silent(struct kunit *test)
{
	int granted = fake_granted(), bound = fake_event_bound();

	listener = step_listening(test, 99);
	KUNIT_EXPECT_EQ(test, fake_granted(), granted + 3);
	prog_close(test, listener);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 1U);
	fake_settle();
	KUNIT_EXPECT_EQ(test, fake_granted(), granted);
	KUNIT_EXPECT_EQ(test, fake_event_bound(), bound);
	KUNIT_EXPECT_EQ(test, engine_socks(), 2);
}

/* A connection comes while the listener is being closed. */
static void closed_crossing(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	listener = step_listening(test, 99);
	fake->script[PVCALLS_RELEASE] = SILENT;
	prog_close(test, listener);
	fake_wanted(test, PVCALLS_RELEASE);
	step_accept(test, 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_RELEASE), 2U);
	fake_answer(test, fake_wanted(test, PVCALLS_RELEASE), 0);
	fake_answer(test, fake_wanted(test, PVCALLS_RELEASE), 0);
	KUNIT_EXPECT_TRUE(test, fake_await(closed, test));
}

/* What can not be listened on, and what listen says of the backend's answer. */
static void listens(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	struct pvfront_sock *ps;
	int bytes;

	fake->script[PVCALLS_ACCEPT] = SILENT;
	fake->script[PVCALLS_LISTEN] = -EADDRINUSE;
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 1), -EADDRINUSE);
	/* Without a bind it takes any port. */
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_BIND), 1U);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 0U);
	KUNIT_EXPECT_EQ(test, prog_accept(test, sock, &child, 0), -EINVAL);
	fake->script[PVCALLS_LISTEN] = 0;
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, -1), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_ACCEPT), 1U);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 3), 0);
	ps = prog_remote(sock);
	KUNIT_EXPECT_EQ(test, pvfront_ioctl(ps, SIOCINQ, &bytes), -EINVAL);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 1, 0), -EISCONN);
	step_connected(test, &sock);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 1), -EINVAL);
}

/* The backlog is not more than the system's limit, whatever was asked. */
static void backlog(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	fake->script[PVCALLS_ACCEPT] = SILENT;
	KUNIT_EXPECT_EQ(test, kernel_listen(prog_socket(test), -1), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(prog_socket(test), 3), 0);
	for (i = 0; i < fake->nr; i++) {
		struct xen_pvcalls_request *req = &fake->requests[i].req;

		if (req->cmd != PVCALLS_LISTEN)
			continue;
		KUNIT_EXPECT_TRUE(test, req->u.listen.backlog == SOMAXCONN ||
				  req->u.listen.backlog == 3);
	}
}

/* A connection that was reset before the program took it, which it learns. */
static void reset_before(struct kunit *test)
{
	struct fake_stream *stream;
	u8 byte = 0;

	listener = step_listening(test, 99);
	stream = step_accept(test, 0);
	fake_stream_error(stream, -ECONNRESET, -EPIPE);
	KUNIT_ASSERT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			0);
	KUNIT_EXPECT_TRUE(test, prog_poll(child) & POLLED(EPOLLERR));
	KUNIT_EXPECT_EQ(test, sock_error(child->sk), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, prog_recv(child, &byte, 1, 0), 0);
	stream = step_accept(test, 0);
	fake_stream_error(stream, -ECONNRESET, -EPIPE);
	KUNIT_ASSERT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			0);
	KUNIT_EXPECT_EQ(test, prog_send(child, &byte, 1, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, prog_send(child, &byte, 1, 0), -EPIPE);
	/* One that was ended has no error. */
	stream = step_accept(test, 0);
	fake_stream_error(stream, -ENOTCONN, 0);
	KUNIT_ASSERT_EQ(test, prog_accept(test, listener, &child, O_NONBLOCK),
			0);
	KUNIT_EXPECT_EQ(test, sock_error(child->sk), 0);
	KUNIT_EXPECT_EQ(test, prog_recv(child, &byte, 1, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(accepts),
	KUNIT_CASE(reset_before),
	KUNIT_CASE(wakes),
	KUNIT_CASE(ahead),
	KUNIT_CASE(errors),
	KUNIT_CASE(interrupted),
	KUNIT_CASE(closed_queue),
	KUNIT_CASE(closed_answers),
	KUNIT_CASE(closed_silent),
	KUNIT_CASE(closed_crossing),
	KUNIT_CASE(listens),
	KUNIT_CASE(backlog),
	{}
};

struct kunit_suite front_listen_suite = {
	.name = "pvcalls_front_listen",
	.init = fake_front_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
