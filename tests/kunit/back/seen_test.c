// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen from outside: the copy that a socket's work leaves, and
 * the counters of the guest.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/in.h>
#include <linux/ktime.h>
#include <linux/net.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"
#include "pvcalls-back/socket.h"

static unsigned long counted(struct kunit *test, enum pvback_count which)
{
	struct fake_back *fake = test->priv;

	return pvback_stats_sum(&fake->guest->stats, which);
}

/* As a reader of the table would look. */
static void look(struct kunit *test, u64 id, struct pvback_seen *seen)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;

	fake_settle();
	socket = pvback_guest_find(fake->guest, id);
	KUNIT_ASSERT_NOT_NULL(test, socket);
	pvback_seen_copy(socket, seen);
	pvback_socket_put(socket);
}

static void connection(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	struct sockaddr_in addr;
	struct pvback_seen seen;
	u8 buf[100] = {};

	KUNIT_ASSERT_EQ(test, fake_ring_put(ring, buf, 100), 100);
	KUNIT_ASSERT_EQ(test, net_recv(peer, buf, 100, MSG_WAITALL), 100);
	KUNIT_ASSERT_EQ(test, net_send(peer, buf, 50, 0), 50);
	look(test, 1, &seen);
	KUNIT_EXPECT_EQ(test, seen.state, (int)PVBACK_CONNECTED);
	KUNIT_EXPECT_EQ(test, seen.pages, 2);
	KUNIT_EXPECT_EQ(test, seen.in_prod, 50);
	KUNIT_EXPECT_EQ(test, seen.in_cons, 0);
	KUNIT_EXPECT_EQ(test, seen.out_prod, 100);
	KUNIT_EXPECT_EQ(test, seen.out_cons, 100);
	KUNIT_EXPECT_EQ(test, seen.tally.bytes_in, 50);
	KUNIT_EXPECT_EQ(test, seen.tally.bytes_out, 100);
	KUNIT_EXPECT_EQ(test, seen.tally.notified,
			fake_event_notified(ring->port));
	KUNIT_EXPECT_EQ(test, seen.tally.error, 0);
	KUNIT_ASSERT_GT(test, kernel_getsockname(peer, (void *)&addr), 0);
	KUNIT_EXPECT_EQ(test, ntohs(seen.remote.in.sin_port),
			ntohs(addr.sin_port));
	KUNIT_ASSERT_GT(test, kernel_getpeername(peer, (void *)&addr), 0);
	KUNIT_EXPECT_EQ(test, ntohs(seen.local.in.sin_port),
			ntohs(addr.sin_port));
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_CONNECTS), 1);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_BYTES_IN), 50);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_BYTES_OUT), 100);
}

static void ends(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);
	struct pvback_seen seen;

	net_reset(peer);
	KUNIT_EXPECT_TRUE(test, fake_await(fake_ring_in_ended, ring));
	look(test, 1, &seen);
	KUNIT_EXPECT_EQ(test, seen.tally.error, -ECONNRESET);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PEER_RESETS), 1);
	/* Nothing is left of it to be reset by us. */
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_RESETS), 0);
}

static void attempts(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct pvback_seen seen;

	EXPECT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, net_port(test), ring->ref,
					ring->port), -ECONNREFUSED);
	look(test, 1, &seen);
	KUNIT_EXPECT_EQ(test, seen.state, (int)PVBACK_CREATED);
	KUNIT_EXPECT_EQ(test, seen.pages, 0);
	KUNIT_EXPECT_EQ(test, seen.tally.error, -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_FAILED), 1);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_CONNECTS), 0);
}

static void listeners(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_seen seen;
	u16 port = step_listening(test, 1);

	look(test, 1, &seen);
	KUNIT_EXPECT_EQ(test, seen.state, (int)PVBACK_LISTENING);
	KUNIT_EXPECT_EQ(test, ntohs(seen.local.in.sin_port), port);
	KUNIT_EXPECT_EQ(test, seen.remote.sa.sa_family, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_listeners), 1);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_listeners), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->stats.most_sockets), 1);
}

/* Only to be looked at; and to be gone at once, however long one looks. */
static void parked(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 2);
	struct fake_back *fake = test->priv;
	struct pvback_socket *child;
	struct pvback_seen seen;
	u32 accept;

	step_listening(test, 1);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	KUNIT_ASSERT_EQ(test, fake_peek(test, accept), UNANSWERED);
	KUNIT_EXPECT_NULL(test, pvback_guest_find(fake->guest, 2));
	xa_lock(&fake->guest->sockets);
	child = xa_load(&fake->guest->sockets, 2);
	if (child)
		pvback_socket_get(child);
	xa_unlock(&fake->guest->sockets);
	KUNIT_ASSERT_NOT_NULL(test, child);
	pvback_seen_copy(child, &seen);
	KUNIT_EXPECT_EQ(test, seen.state, (int)PVBACK_PARKED);
	KUNIT_EXPECT_EQ(test, seen.pages, 4);
	EXPECT_ANSWER(test, ask_release(test, 2), -ENOENT);
	EXPECT_ANSWER(test, ask_socket(test, 2), -EEXIST);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_sockets), 0);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&fake->guest->sockets, 2), NULL);
	EXPECT_ANSWER(test, ask_socket(test, 2), 0);
	pvback_socket_put(child);
}

static void refusals(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	unsigned int i;

	fake->guest->limits.value[PVBACK_MAX_SOCKETS] = 5;
	EXPECT_ANSWER(test, ask_bare(test, 99, 1), -PVCALLS_ENOTSUP);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PROTOCOL), 1);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_LIMITED), 0);
	for (i = 0; i < 5; i++)
		ASSERT_ANSWER(test, ask_socket(test, i), 0);
	EXPECT_ANSWER(test, ask_socket(test, i), -EMFILE);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PROTOCOL), 1);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_LIMITED), 1);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_REQUESTS), i + 2);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_ANSWERS), i + 2);
}

/*
 * What can not be mapped or bound is the guest's fault; that we lack memory, or
 * event channels, is not.
 */
static void bad_rings(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = net_port(test);

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, 0, ring->port), -EFAULT);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PROTOCOL), 1);
	ring->intf->ref[1] = 0;
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      -EFAULT);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PROTOCOL), 2);
	ring = fake_ring(test, 1);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PROTOCOL), 3);
	points_arm(1);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      -ENOMEM);
	/* Indexes, references, data, port. */
	points_arm(4);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      -ENOBUFS);
	points_arm(0);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_PROTOCOL), 3);
	KUNIT_EXPECT_EQ(test, counted(test, PVBACK_COUNT_LIMITED), 0);
}

static s64 bad_so_far(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	return atomic64_read(&fake->guest->bad_rings);
}

/* A guest with too many bad ones has to wait, also with a good one. */
static void too_many_bad_rings(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct fake_back *fake = test->priv;
	u16 port = net_port(test);
	s64 one;

	step_listening(test, 1);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_connect(test, 2, port, ring->ref, ring->port),
		      -ECONNREFUSED);
	points_arm(1);
	EXPECT_ANSWER(test, ask_connect(test, 2, port, ring->ref, ring->port),
		      -ENOMEM);
	points_arm(0);
	KUNIT_EXPECT_EQ(test, bad_so_far(test), 0);
	EXPECT_ANSWER(test, ask_accept(test, 1, 3, 0, ring->port), -EFAULT);
	one = bad_so_far(test);
	KUNIT_EXPECT_GT(test, one, 0);
	EXPECT_ANSWER(test, ask_connect(test, 2, port, 0, ring->port), -EFAULT);
	KUNIT_EXPECT_GT(test, bad_so_far(test), one);
	/* As if there had been very many. */
	atomic64_set(&fake->guest->bad_rings,
		     ktime_get_ns() + 60ULL * NSEC_PER_SEC);
	EXPECT_ANSWER(test, ask_connect(test, 2, port, ring->ref, ring->port),
		      -ENOBUFS);
	EXPECT_ANSWER(test, ask_accept(test, 1, 3, ring->ref, ring->port),
		      -ENOBUFS);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	atomic64_set(&fake->guest->bad_rings, 0);
	EXPECT_ANSWER(test, ask_connect(test, 2, port, ring->ref, ring->port),
		      -ECONNREFUSED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(connection),
	KUNIT_CASE(ends),
	KUNIT_CASE(attempts),
	KUNIT_CASE(listeners),
	KUNIT_CASE(parked),
	KUNIT_CASE(refusals),
	KUNIT_CASE(bad_rings),
	KUNIT_CASE(too_many_bad_rings),
	{}
};

struct kunit_suite back_seen_suite = {
	.name = "pvcalls_back_seen",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
