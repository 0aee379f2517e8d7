// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket options: what sets them unasked, who inherits them, and what they do.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/cred.h>
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "fake.h"
#include "pvcalls-back/socket.h"

#define SOCKET	PVCALLS_SOL_SOCKET
#define TCP	PVCALLS_SOL_TCP

static int sockopt_init(struct kunit *test)
{
	int ret = fake_back_init(test);

	if (!ret)
		((struct fake_back *)test->priv)->guest->features =
			PVBACK_FEATURE_SOCKOPT;
	return ret;
}

/* With root's sockets a guest shares nothing. */
static void reuseport(struct kunit *test)
{
	kuid_t own = KUIDT_INIT(4711);
	struct socket *sock;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	sock = fake_sock(test, 1);
	sock->sk->sk_uid = GLOBAL_ROOT_UID;
	SOCK_INODE(sock)->i_uid = own;
	expect_set(test, 1, SOCKET, PVCALLS_SO_REUSEPORT, 1, -ENOPROTOOPT);
	sock->sk->sk_uid = own;
	SOCK_INODE(sock)->i_uid = GLOBAL_ROOT_UID;
	expect_set(test, 1, SOCKET, PVCALLS_SO_REUSEPORT, 1, -ENOPROTOOPT);
	expect_option(test, 1, SOCKET, PVCALLS_SO_REUSEPORT, 0);
	SOCK_INODE(sock)->i_uid = own;
	expect_set(test, 1, SOCKET, PVCALLS_SO_REUSEPORT, 1, 0);
	expect_option(test, 1, SOCKET, PVCALLS_SO_REUSEPORT, 1);
}

static bool reuses(struct kunit *test, u64 id)
{
	return fake_sock(test, id)->sk->sk_reuse == SK_CAN_REUSE;
}

static bool delays(struct kunit *test, u64 id)
{
	return !(tcp_sk(fake_sock(test, id)->sk)->nonagle & TCP_NAGLE_OFF);
}

/* By itself the backend sets what a guest without options can not. */
static void defaults(struct kunit *test)
{
	static const unsigned int features[] = { 0, PVBACK_FEATURE_SOCKOPT };
	struct fake_back *fake = test->priv;
	struct fake_ring *ring;
	u32 accept, i;
	u16 port;
	u64 id;

	for (i = 0; i < 2; i++) {
		fake->guest->features = features[i];
		id = 10 * i;
		step_connected(test, id, fake_ring(test, 1));
		KUNIT_EXPECT_FALSE(test, reuses(test, id));
		KUNIT_EXPECT_EQ(test, delays(test, id), i);
		port = step_listening(test, ++id);
		KUNIT_EXPECT_EQ(test, reuses(test, id), !i);
		ring = fake_ring(test, 1);
		accept = ask_accept(test, id, id + 1, ring->ref, ring->port);
		net_connect(test, port);
		ASSERT_ANSWER(test, accept, 0);
		KUNIT_EXPECT_EQ(test, delays(test, id + 1), i);
	}
}

/* As in Linux, what is accepted has the options of the listener. */
static void inherited(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = step_listening(test, 1);
	u32 accept;

	expect_set(test, 1, SOCKET, PVCALLS_SO_KEEPALIVE, 1, 0);
	expect_set(test, 1, TCP, PVCALLS_TCP_NODELAY, 1, 0);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	net_connect(test, port);
	ASSERT_ANSWER(test, accept, 0);
	expect_option(test, 2, SOCKET, PVCALLS_SO_KEEPALIVE, 1);
	expect_option(test, 2, TCP, PVCALLS_TCP_NODELAY, 1);
}

/* SO_LINGER without time: RELEASE resets, with bytes or without. */
static void linger_resets(struct kunit *test)
{
	static const struct linger off = { .l_onoff = 0 };
	static const struct linger on = { .l_onoff = 1 };
	static const struct linger slow = { .l_onoff = 1, .l_linger = 1 };
	struct socket *peer = step_connected(test, 1, fake_ring(test, 1));
	struct socket *other = step_connected(test, 2, fake_ring(test, 1));
	u32 req_id;
	u8 byte;

	EXPECT_ANSWER(test, ask_setsockopt(test, 1, SOCKET, PVCALLS_SO_LINGER,
					   &slow, sizeof(slow)), -EINVAL);
	EXPECT_ANSWER(test, ask_setsockopt(test, 1, SOCKET, PVCALLS_SO_LINGER,
					   &on, sizeof(on)), 0);
	EXPECT_ANSWER(test, ask_setsockopt(test, 2, SOCKET, PVCALLS_SO_LINGER,
					   &on, sizeof(on)), 0);
	EXPECT_ANSWER(test, ask_setsockopt(test, 2, SOCKET, PVCALLS_SO_LINGER,
					   &off, sizeof(off)), 0);
	req_id = ask_getsockopt(test, 1, SOCKET, PVCALLS_SO_LINGER, 0, 8);
	EXPECT_ANSWER(test, req_id, 0);
	KUNIT_EXPECT_EQ(test, memcmp(((struct fake_back *)test->priv)->
				     requests[req_id].extra.option.value, &on,
				     sizeof(on)), 0);
	EXPECT_ANSWER(test, ask_release(test, 1), 0);
	EXPECT_ANSWER(test, ask_release(test, 2), 0);
	KUNIT_EXPECT_EQ(test, net_recv(peer, &byte, 1, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, net_recv(other, &byte, 1, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reuseport),
	KUNIT_CASE(defaults),
	KUNIT_CASE(inherited),
	KUNIT_CASE(linger_resets),
	{}
};

struct kunit_suite back_option_use_suite = {
	.name = "pvcalls_back_option_use",
	.init = sockopt_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
