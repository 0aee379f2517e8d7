// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of bytes that the guest has left when it releases a socket, or
 * goes.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/net.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"
#include "pvcalls-back/socket.h"

/* "out" of the largest ring: more than a small receiver's queues take. */
#define LOAD SZ_1M
/* What TCP takes all at once, but its peer does not. */
#define LITTLE SZ_16K

/* Let little wait in the backend's socket to be sent. */
static void small_sender(struct kunit *test, u64 id)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket = pvback_guest_find(fake->guest, id);

	KUNIT_ASSERT_NOT_NULL(test, socket);
	lock_sock(socket->sock->sk);
	socket->sock->sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	WRITE_ONCE(socket->sock->sk->sk_sndbuf, SZ_64K);
	release_sock(socket->sock->sk);
	pvback_socket_put(socket);
}

/* A connection whose other end takes little, and bytes in the ring. */
static struct socket *loaded_with(struct kunit *test, u64 id, u32 bytes)
{
	struct fake_ring *ring = fake_ring(test, PVCALLS_MAX_RING_ORDER);
	struct socket *listener, *peer;
	u32 put = 0, *words;
	unsigned int i;
	u16 port;

	listener = net_listen(test, 4, &port);
	net_small(listener);
	peer = step_connected_to(test, id, ring, listener, port);
	small_sender(test, id);
	words = kvmalloc(bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, words);
	for (i = 0; i < bytes / sizeof(*words); i++)
		words[i] = i;
	put = fake_ring_put(ring, (u8 *)words, bytes);
	kvfree(words);
	KUNIT_ASSERT_EQ(test, put, bytes);
	return peer;
}

static struct socket *loaded(struct kunit *test, u64 id)
{
	return loaded_with(test, id, LOAD);
}

/* All of it in order, then the orderly end. */
static void expect_bytes(struct kunit *test, struct socket *peer, u32 bytes)
{
	u32 *words = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int i, nr = 0, wrong = 0;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, words);
	for (;;) {
		ret = net_recv(peer, words, PAGE_SIZE, MSG_WAITALL);
		if (ret <= 0)
			break;
		for (i = 0; i < ret / sizeof(*words); i++)
			wrong += words[i] != nr++;
	}
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, nr, (unsigned int)(bytes / sizeof(*words)));
}

static void expect_all(struct kunit *test, struct socket *peer)
{
	expect_bytes(test, peer, LOAD);
}

static void release_loses_nothing(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);

	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	/* The ring is the guest's again, the bytes are ours. */
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_GT(test, atomic_read(&fake->guest->linger_bytes), 0);
	EXPECT_ANSWER(test, ask_socket(test, 1), 0);
	expect_all(test, peer);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 0);
}

/* It takes all, in more time than one has that takes nothing. */
static void slow_peer_gets_all(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);
	unsigned int before = pvback_linger_timeout, got = 0;
	u8 *buf = kunit_kzalloc(test, LOAD / 16, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	pvback_linger_timeout = 1;
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	do {
		msleep(400);
		ret = net_recv(peer, buf, LOAD / 16, MSG_WAITALL);
		got += max(ret, 0);
	} while (ret > 0);
	pvback_linger_timeout = before;
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, got, (unsigned int)LOAD);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 0);
}

static void lingering_is_seen(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);
	struct pvback_socket *socket;
	unsigned long serial = 0;
	struct pvback_seen seen;

	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	fake_settle();
	KUNIT_EXPECT_NULL(test, pvback_guest_find(fake->guest, 1));
	KUNIT_EXPECT_NULL(test, pvback_linger_find(NULL, &serial));
	socket = pvback_linger_find(fake->guest, &serial);
	KUNIT_ASSERT_NOT_NULL(test, socket);
	pvback_seen_copy(socket, &seen);
	pvback_socket_put(socket);
	KUNIT_EXPECT_EQ(test, seen.state, (int)PVBACK_LINGERING);
	KUNIT_EXPECT_GT(test, seen.out_prod, seen.out_cons);
	KUNIT_EXPECT_EQ(test, (int)seen.remote.sa.sa_family, AF_INET);
	serial++;
	KUNIT_EXPECT_NULL(test, pvback_linger_find(fake->guest, &serial));
	net_reset(peer);
}

static void end_of_guest_loses_nothing(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);

	pvback_guest_disconnect(fake->guest);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 0);
	expect_all(test, peer);
}

static void expect_reset(struct kunit *test, struct socket *peer)
{
	u8 *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	do {
		ret = net_recv(peer, buf, PAGE_SIZE, 0);
	} while (ret > 0);
	KUNIT_EXPECT_EQ(test, ret, -ECONNRESET);
}

/* Bytes that can not be kept: the peer must not take it for the end. */
static void too_much_to_keep(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);

	fake->guest->limits.value[PVBACK_MAX_LINGER_BYTES] = 1;
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->linger_bytes), 0);
	expect_reset(test, peer);
}

/* A peer that does not read can not keep the bytes for ever. */
static void too_long_to_keep(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);
	unsigned int before = pvback_linger_timeout;

	pvback_linger_timeout = 0;
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	fake_settle();
	pvback_linger_timeout = before;
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->linger_bytes), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_sockets), 0);
	expect_reset(test, peer);
}

static void no_memory_to_keep(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded(test, 1);

	fake_settle();
	points_arm(1);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	KUNIT_EXPECT_TRUE(test, points_fired());
	points_arm(0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->linger_bytes), 0);
	expect_reset(test, peer);
}

/* A connection that was closed, and of which TCP has all that is left. */
static struct socket *closed_with_tcp(struct kunit *test,
				      struct pvback_socket **socket)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = loaded_with(test, 1, LITTLE);
	unsigned long serial = 0;

	fake_settle();
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	fake_settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->linger_bytes), 0);
	*socket = pvback_linger_find(fake->guest, &serial);
	KUNIT_ASSERT_NOT_NULL(test, *socket);
	return peer;
}

static bool none_counted(void *arg)
{
	struct pvback_guest *guest = arg;

	return !atomic_read(&guest->nr_sockets);
}

/* It is in its guest's account until the peer has all. */
static void counts_until_acknowledged(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;
	struct socket *peer;

	fake->guest->limits.value[PVBACK_MAX_SOCKETS] = 1;
	peer = closed_with_tcp(test, &socket);
	pvback_socket_put(socket);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_sockets), 1);
	EXPECT_ANSWER(test, ask_socket(test, 1), -EMFILE);
	expect_bytes(test, peer, LITTLE);
	/* Its acknowledgment of the end may take a moment. */
	KUNIT_EXPECT_TRUE(test, fake_await(none_counted, fake->guest));
	EXPECT_ANSWER(test, ask_socket(test, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 0);
}

/* What the peer acknowledges meanwhile gives it time again, so more than once. */
static bool late_and_gone(void *arg)
{
	struct pvback_socket *socket = arg;

	WRITE_ONCE(socket->linger.deadline, jiffies);
	pvback_socket_kick(socket);
	fake_settle();
	return none_counted(socket->guest);
}

/* More time than for bytes that we keep, but not all the time there is. */
static void acknowledged_never(struct kunit *test)
{
	unsigned int before = pvback_linger_timeout;
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;
	struct socket *peer;

	pvback_linger_timeout = 0;
	peer = closed_with_tcp(test, &socket);
	fake_settle();
	pvback_linger_timeout = before;
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_sockets), 1);
	KUNIT_EXPECT_TRUE(test, fake_await(late_and_gone, socket));
	pvback_socket_put(socket);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 1);
	expect_reset(test, peer);
}

/* Without us TCP goes on. */
static void unload_leaves_it_to_tcp(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;
	struct socket *peer = closed_with_tcp(test, &socket);

	pvback_socket_put(socket);
	pvback_linger_abort_all();
	fake_settle();
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->nr_sockets), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 0);
	expect_bytes(test, peer, LITTLE);
}

/* What comes after the release is not for anybody. */
static void bytes_after_release_reset(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;
	struct socket *peer = closed_with_tcp(test, &socket);

	pvback_socket_put(socket);
	KUNIT_ASSERT_EQ(test, net_send(peer, "x", 1, 0), 1);
	expect_reset(test, peer);
	KUNIT_EXPECT_TRUE(test, fake_await(none_counted, fake->guest));
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->resets), 0);
}

/* As TCP does it. */
static void unread_bytes_reset(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer = step_connected(test, 1, ring);

	KUNIT_ASSERT_EQ(test, net_send(peer, "x", 1, 0), 1);
	fake_settle();
	KUNIT_ASSERT_EQ(test, READ_ONCE(ring->intf->in_prod), 1);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	expect_reset(test, peer);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(release_loses_nothing),
	KUNIT_CASE(slow_peer_gets_all),
	KUNIT_CASE(lingering_is_seen),
	KUNIT_CASE(end_of_guest_loses_nothing),
	KUNIT_CASE(too_much_to_keep),
	KUNIT_CASE(too_long_to_keep),
	KUNIT_CASE(no_memory_to_keep),
	KUNIT_CASE(counts_until_acknowledged),
	KUNIT_CASE(acknowledged_never),
	KUNIT_CASE(unload_leaves_it_to_tcp),
	KUNIT_CASE(bytes_after_release_reset),
	KUNIT_CASE(unread_bytes_reset),
	{}
};

struct kunit_suite back_release_suite = {
	.name = "pvcalls_back_release",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
