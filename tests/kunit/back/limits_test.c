// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest at each of its limits: an error, room again when something ends,
 * and a limit that changes holds at once.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/completion.h>
#include <net/sock.h>

#include "fake.h"
#include "pvcalls-back/main.h"
#include "pvcalls-back/socket.h"

/* More than a guest may have at work at a time. */
#define SLEEPERS 64

static void limit_own(struct kunit *test, enum pvback_limit which, u32 value)
{
	struct fake_back *fake = test->priv;

	fake->guest->limits.value[which] = value;
}

static void too_many_listeners(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	limit_own(test, PVBACK_MAX_LISTENERS, 1);
	step_listening(test, 1);
	/* That one may change its backlog, and counts once. */
	EXPECT_ANSWER(test, ask_listen(test, 1, 9), 0);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	ASSERT_ANSWER(test, ask_bind(test, 2, net_port(test) + 1), 0);
	EXPECT_ANSWER(test, ask_listen(test, 2, 1), -ENOBUFS);
	ASSERT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, ask_listen(test, 2, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_listeners), 1);
	ASSERT_ANSWER(test, ask_release(test, 2), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_listeners), 0);
}

/* One that can not listen counts for nothing. */
static void no_listener_no_count(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_listen(test, 1, 1), -EINVAL);
	ASSERT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_listeners), 0);
}

static void too_many_parked(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1), *more = fake_ring(test, 1);
	struct fake_back *fake = test->priv;
	u16 port = step_listening(test, 1);
	u32 accept, poll;

	limit_own(test, PVBACK_MAX_PARKED, 2);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	poll = ask_poll(test, 1);
	KUNIT_EXPECT_EQ(test, fake_peek(test, accept), UNANSWERED);
	EXPECT_ANSWER(test, ask_poll(test, 1), -ENFILE);
	EXPECT_ANSWER(test, ask_accept(test, 1, 3, more->ref, more->port),
		      -ENFILE);
	/* Other things are as before. */
	EXPECT_ANSWER(test, ask_socket(test, 3), 0);
	net_connect(test, port);
	EXPECT_ANSWER(test, accept, 0);
	net_connect(test, port);
	EXPECT_ANSWER(test, poll, 0);
	/* A call is counted no more right after its answer. */
	fake_settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_parked), 0);
	EXPECT_ANSWER(test, ask_poll(test, 1), 0);
}

/* Also those that are given up without an answer. */
static void released_listener_parks_nothing(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct fake_back *fake = test->priv;
	u32 accept, poll;

	step_listening(test, 1);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	poll = ask_poll(test, 1);
	KUNIT_EXPECT_EQ(test, fake_peek(test, accept), UNANSWERED);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_parked), 2);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, poll, -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_peek(test, accept), UNANSWERED);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_parked), 0);
}

static void too_many_connecting(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct fake_back *fake = test->priv;
	u32 first, second;

	limit_own(test, PVBACK_MAX_CONNECTING, 1);
	step_connecting(test, 1, &first);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_connect(test, 2, net_port(test), ring->ref,
					ring->port), -ENOBUFS);
	/* One that is refused on the spot is none that waits. */
	limit_own(test, PVBACK_MAX_CONNECTING, 2);
	EXPECT_ANSWER(test, ask_connect(test, 2, net_port(test), ring->ref,
					ring->port), -ECONNREFUSED);
	fake_settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_connecting), 1);
	limit_own(test, PVBACK_MAX_CONNECTING, 1);
	ASSERT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, first, -ECANCELED);
	step_connecting(test, 3, &second);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_connecting), 1);
}

static void too_many_connects_at_once(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);

	limit_own(test, PVBACK_CONNECTS_PER_SECOND, 1);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, net_port(test), ring->ref,
					ring->port), -ECONNREFUSED);
	EXPECT_ANSWER(test, ask_connect(test, 1, net_port(test), ring->ref,
					ring->port), -ENOBUFS);
	limit_own(test, PVBACK_CONNECTS_PER_SECOND, 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, net_port(test), ring->ref,
					ring->port), -ECONNREFUSED);
}

/* The module's default is that of guests without a limit of their own. */
static void default_holds_at_once(struct kunit *test)
{
	u32 *limit = &pvback_limit_defaults.value[PVBACK_MAX_SOCKETS];
	u32 before = *limit;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	*limit = 1;
	EXPECT_ANSWER(test, ask_socket(test, 2), -EMFILE);
	limit_own(test, PVBACK_MAX_SOCKETS, 2);
	EXPECT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_socket(test, 3), -EMFILE);
	*limit = before;
	EXPECT_ANSWER(test, ask_socket(test, 3), -EMFILE);
	limit_own(test, PVBACK_MAX_SOCKETS, PVBACK_LIMIT_UNSET);
	EXPECT_ANSWER(test, ask_socket(test, 3), 0);
}

struct sleeper {
	struct work_struct work;
	struct completion *end;
};

static void sleeper_work(struct work_struct *work)
{
	wait_for_completion(container_of(work, struct sleeper, work)->end);
}

/* All that one guest may have running takes its time; another sees nothing. */
static void queues_are_apart(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct sleeper *sleepers;
	struct pvback_guest *other;
	DECLARE_COMPLETION_ONSTACK(end);
	unsigned int i;

	sleepers = kunit_kcalloc(test, SLEEPERS, sizeof(*sleepers), GFP_KERNEL);
	other = pvback_guest_create(&fake->xbdev, &fake_back_ops);
	KUNIT_ASSERT_NOT_NULL(test, sleepers);
	KUNIT_ASSERT_NOT_NULL(test, other);
	for (i = 0; i < SLEEPERS; i++) {
		INIT_WORK(&sleepers[i].work, sleeper_work);
		sleepers[i].end = &end;
		queue_work(other->wq, &sleepers[i].work);
	}
	step_listening(test, 1);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	/* They are not all at it at once. */
	KUNIT_EXPECT_TRUE(test, work_pending(&sleepers[SLEEPERS - 1].work));
	complete_all(&end);
	flush_workqueue(other->wq);
	pvback_guest_put(other);
}

/* No queue is longer than those of other programs in that namespace. */
static void backlog_is_bounded(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	int *most = &init_net.core.sysctl_somaxconn, before = *most;
	struct pvback_socket *socket;

	step_listening(test, 1);
	socket = pvback_guest_find(fake->guest, 1);
	KUNIT_ASSERT_NOT_NULL(test, socket);
	*most = 3;
	EXPECT_ANSWER(test, ask_listen(test, 1, 100), 0);
	KUNIT_EXPECT_EQ(test, (int)socket->sock->sk->sk_max_ack_backlog, 3);
	EXPECT_ANSWER(test, ask_listen(test, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, (int)socket->sock->sk->sk_max_ack_backlog, 2);
	*most = before;
	pvback_socket_put(socket);
}

static int queue_of(struct kunit *test, u64 id)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket = pvback_guest_find(fake->guest, id);
	int most;

	KUNIT_ASSERT_NOT_NULL(test, socket);
	most = socket->sock->sk->sk_max_ack_backlog;
	pvback_socket_put(socket);
	return most;
}

/* All listeners of a guest share what their queues may hold. */
static void queues_are_bounded(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	limit_own(test, PVBACK_MAX_BACKLOG, 100);
	step_listening(test, 1);
	step_listening(test, 2);
	EXPECT_ANSWER(test, ask_listen(test, 2, 0), 0);
	EXPECT_ANSWER(test, ask_listen(test, 1, 70), 0);
	KUNIT_EXPECT_EQ(test, queue_of(test, 1), 70);
	EXPECT_ANSWER(test, ask_listen(test, 2, 70), 0);
	KUNIT_EXPECT_EQ(test, queue_of(test, 2), 30);
	/* Who asks again gives back what it had. */
	EXPECT_ANSWER(test, ask_listen(test, 1, 90), 0);
	KUNIT_EXPECT_EQ(test, queue_of(test, 1), 70);
	/* The admin may lower it below what there is. */
	limit_own(test, PVBACK_MAX_BACKLOG, 20);
	EXPECT_ANSWER(test, ask_listen(test, 1, 90), 0);
	KUNIT_EXPECT_EQ(test, queue_of(test, 1), 0);
	EXPECT_ANSWER(test, ask_release(test, 2), 0);
	EXPECT_ANSWER(test, ask_listen(test, 1, 90), 0);
	KUNIT_EXPECT_EQ(test, queue_of(test, 1), 20);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->backlog), 0);
}

/* A turn begins when the network is up to date, or after a while. */
static void network_comes_first(struct kunit *test)
{
	unsigned long begin;

	atomic_set(&fake_late, 3);
	pvback_yield();
	KUNIT_EXPECT_EQ(test, atomic_read(&fake_late), 0);
	atomic_set(&fake_late, INT_MAX);
	begin = jiffies;
	pvback_yield();
	KUNIT_EXPECT_GE(test, jiffies - begin, (unsigned long)HZ / 50);
	KUNIT_EXPECT_LT(test, jiffies - begin, (unsigned long)HZ * 2);
	KUNIT_EXPECT_GT(test, atomic_read(&fake_late), 0);
	/* So do the works of sockets. */
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	atomic_set(&fake_late, 3);
	EXPECT_ANSWER(test, ask_listen(test, 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake_late), 0);
}

/* Who has heard that a socket is gone may have another one. */
static void released_is_not_counted(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;

	limit_own(test, PVBACK_MAX_SOCKETS, 1);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_socket(test, 2), -EMFILE);
	/* A reference that is dropped late. */
	socket = pvback_guest_find(fake->guest, 1);
	KUNIT_ASSERT_NOT_NULL(test, socket);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_socket(test, 3), -EMFILE);
	pvback_socket_put(socket);
	EXPECT_ANSWER(test, ask_socket(test, 3), -EMFILE);
}

/* However short a turn is, there is another one. */
static void short_turns(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 5);
	struct socket *peer = step_connected(test, 1, ring);
	u8 *buf = kunit_kzalloc(test, ring->size, GFP_KERNEL);
	u32 got = 0;

	limit_own(test, PVBACK_TURN_BYTES, PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, fake_ring_put(ring, buf, ring->size), ring->size);
	fake_event_fire(ring->port);
	while (got < ring->size) {
		int ret = net_recv(peer, buf, ring->size, 0);

		KUNIT_ASSERT_GT(test, ret, 0);
		got += ret;
	}
	KUNIT_EXPECT_EQ(test, got, ring->size);
}

static void expect_buffers(struct kunit *test, u64 id, int most)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket = pvback_guest_find(fake->guest, id);
	struct sock *sk;

	/* The turn that comes with an answer may follow it. */
	fake_settle();
	KUNIT_ASSERT_NOT_NULL(test, socket);
	sk = socket->sock->sk;
	KUNIT_EXPECT_LE(test, READ_ONCE(sk->sk_sndbuf), most);
	KUNIT_EXPECT_LE(test, READ_ONCE(sk->sk_rcvbuf), most);
	pvback_socket_put(socket);
}

/* From the first packet on, for children, and where the bound is lowered. */
static void bounded_buffers(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1), *two = fake_ring(test, 1);
	struct socket *peer;
	u32 accept;
	u16 port;

	limit_own(test, PVBACK_MAX_BUFFER, 65536);
	port = step_listening(test, 1);
	expect_buffers(test, 1, 32768);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	peer = net_connect(test, port);
	ASSERT_ANSWER(test, accept, 0);
	expect_buffers(test, 2, 32768);
	limit_own(test, PVBACK_MAX_BUFFER, 32768);
	KUNIT_ASSERT_EQ(test, net_send(peer, "x", 1, 0), 1);
	fake_settle();
	expect_buffers(test, 2, 16384);
	step_connected(test, 3, two);
	expect_buffers(test, 3, 16384);
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(too_many_listeners),
	KUNIT_CASE(no_listener_no_count),
	KUNIT_CASE(too_many_parked),
	KUNIT_CASE(released_listener_parks_nothing),
	KUNIT_CASE(too_many_connecting),
	KUNIT_CASE(too_many_connects_at_once),
	KUNIT_CASE(default_holds_at_once),
	KUNIT_CASE(queues_are_apart),
	KUNIT_CASE(backlog_is_bounded),
	KUNIT_CASE(queues_are_bounded),
	KUNIT_CASE(network_comes_first),
	KUNIT_CASE(released_is_not_counted),
	KUNIT_CASE(short_turns),
	KUNIT_CASE(bounded_buffers),
	{}
};

struct kunit_suite back_limits_suite = {
	.name = "pvcalls_back_limits",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = limits_cases,
};
