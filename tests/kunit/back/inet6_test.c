// SPDX-License-Identifier: GPL-2.0-only
/*
 * feature-inet6: sockets of both families, on ::1 and 127.0.0.1.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/in6.h>
#include <linux/inet.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/socket.h"

static int inet6_init(struct kunit *test)
{
	struct fake_back *fake;
	int ret = fake_back_init(test);

	if (ret)
		return ret;
	fake = test->priv;
	fake->guest->features = PVBACK_FEATURE_INET6;
	return 0;
}

static struct sockaddr_in6 six(struct kunit *test, const char *text, u16 port)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	KUNIT_ASSERT_EQ(test, in6_pton(text, -1, in6.sin6_addr.s6_addr, -1,
				       NULL), 1);
	return in6;
}

static u32 ask_bind6(struct kunit *test, u64 id, const char *text, u16 port)
{
	struct sockaddr_in6 in6 = six(test, text, port);

	return ask_bind_to(test, id, &in6, sizeof(in6));
}

static u32 ask_connect6(struct kunit *test, u64 id, const char *text, u16 port,
			const struct fake_ring *ring)
{
	struct sockaddr_in6 in6 = six(test, text, port);

	return ask_connect_to(test, id, &in6, sizeof(in6), ring->ref,
			      ring->port);
}

/* A port of our own; each test has its own, for the sake of TIME_WAIT. */
static u16 next_port(void)
{
	static u16 port = 24000;

	return ++port;
}

/* A listener of the guest; returns its port. */
static u16 listening6(struct kunit *test, u64 id, const char *text)
{
	u16 port = next_port();

	ASSERT_ANSWER(test, ask_socket_of(test, id, AF_INET6), 0);
	ASSERT_ANSWER(test, ask_bind6(test, id, text, port), 0);
	ASSERT_ANSWER(test, ask_listen(test, id, 8), 0);
	return port;
}

static void policy(struct kunit *test, enum pvback_use use, const char *text)
{
	struct fake_back *fake = test->priv;
	unsigned int good;

	KUNIT_ASSERT_EQ(test, pvback_admit_set(&fake->guest->admission, use,
					       text, &good), 0);
}

/*
 * @ring: where they come
 * @bytes: those that are here
 * @have: how many
 */
struct arrival {
	struct fake_ring *ring;
	u8 bytes[5];
	u32 have;
};

static bool arrived(void *arg)
{
	struct arrival *to = arg;

	to->have += fake_ring_get(to->ring, to->bytes + to->have,
				  sizeof(to->bytes) - to->have);
	return to->have == sizeof(to->bytes);
}

/* Bytes from one socket of the guest to another one of it. */
static void expect_bytes(struct kunit *test, struct fake_ring *from,
			 struct fake_ring *to)
{
	struct arrival arrival = { .ring = to };

	KUNIT_ASSERT_EQ(test, fake_ring_put(from, "hello", 5), 5);
	KUNIT_EXPECT_TRUE(test, fake_await(arrived, &arrival));
	KUNIT_EXPECT_EQ(test, memcmp(arrival.bytes, "hello", 5), 0);
}

/* To @text from an IPv6 socket, or without it from one of IPv4; closed again. */
static void expect_connects(struct kunit *test, u64 listener, u16 port,
			    const char *text)
{
	struct fake_ring *ours = fake_ring(test, 1);
	struct fake_ring *theirs = fake_ring(test, 1);
	u32 accept;

	accept = ask_accept(test, listener, 101, theirs->ref, theirs->port);
	if (text) {
		ASSERT_ANSWER(test, ask_socket_of(test, 100, AF_INET6), 0);
		ASSERT_ANSWER(test, ask_connect6(test, 100, text, port, ours),
			      0);
	} else {
		ASSERT_ANSWER(test, ask_socket(test, 100), 0);
		ASSERT_ANSWER(test, ask_connect(test, 100, port, ours->ref,
						ours->port), 0);
	}
	ASSERT_ANSWER(test, accept, 0);
	expect_bytes(test, ours, theirs);
	expect_bytes(test, theirs, ours);
	ASSERT_ANSWER(test, ask_release(test, 100), 0);
	ASSERT_ANSWER(test, ask_release(test, 101), 0);
}

static void connects(struct kunit *test)
{
	u16 port = listening6(test, 1, "::1");

	expect_connects(test, 1, port, "::1");
	/* :: as a destination is this host. */
	expect_connects(test, 1, port, "::");
}

static void dual_stack(struct kunit *test)
{
	u16 port = listening6(test, 1, "::");

	expect_connects(test, 1, port, "::1");
	expect_connects(test, 1, port, "::ffff:127.0.0.1");
	expect_connects(test, 1, port, NULL);
}

static void dual_stack_against_sysctl(struct kunit *test)
{
	bool old = init_net.ipv6.sysctl.bindv6only;
	u16 port;

	init_net.ipv6.sysctl.bindv6only = true;
	port = listening6(test, 1, "::");
	init_net.ipv6.sysctl.bindv6only = old;
	expect_connects(test, 1, port, NULL);
	expect_connects(test, 1, port, "::1");
}

static void mapped_listener(struct kunit *test)
{
	u16 port = listening6(test, 1, "::ffff:127.0.0.1");
	struct fake_ring *ring = fake_ring(test, 1);

	expect_connects(test, 1, port, "::ffff:127.0.0.1");
	expect_connects(test, 1, port, NULL);
	ASSERT_ANSWER(test, ask_socket_of(test, 2, AF_INET6), 0);
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::1", port, ring),
		      -ECONNREFUSED);
	/* After that the same socket goes the other way. */
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::ffff:127.0.0.1", port,
					 ring), 0);
}

static void one_port_of_both(struct kunit *test)
{
	u16 port = listening6(test, 1, "::");

	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_bind(test, 2, port), -EADDRINUSE);
	ASSERT_ANSWER(test, ask_socket_of(test, 3, AF_INET6), 0);
	EXPECT_ANSWER(test, ask_bind6(test, 3, "::1", port), -EADDRINUSE);
}

static void other_family(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct sockaddr_in6 none = { .sin6_family = AF_UNSPEC };
	u16 port;

	net_listen(test, 4, &port);
	ASSERT_ANSWER(test, ask_socket_of(test, 1, AF_INET6), 0);
	EXPECT_ANSWER(test, ask_connect(test, 1, port, ring->ref, ring->port),
		      -EAFNOSUPPORT);
	EXPECT_ANSWER(test, ask_bind(test, 1, next_port()), -EAFNOSUPPORT);
	EXPECT_ANSWER(test, ask_bind_to(test, 1, &none, sizeof(none)),
		      -EAFNOSUPPORT);
	EXPECT_ANSWER(test, ask_connect_to(test, 1, &none, sizeof(none),
					   ring->ref, ring->port),
		      -EAFNOSUPPORT);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::ffff:127.0.0.1", port,
					 ring), -EAFNOSUPPORT);
	EXPECT_ANSWER(test, ask_bind6(test, 2, "::", next_port()),
		      -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	/* Nothing of that stays behind. */
	EXPECT_ANSWER(test, ask_connect6(test, 1, "::ffff:127.0.0.1", port,
					 ring), 0);
}

static void without_feature(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	fake->guest->features = 0;
	EXPECT_ANSWER(test, ask_socket_of(test, 1, AF_INET6), -524);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", next_port()),
		      -EAFNOSUPPORT);
}

/* What the rules close is closed by each of its names. */
static void connect_policy(struct kunit *test)
{
	static const char * const closed[] = {
		"::1", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
		"::ffff:127.255.255.254", "fe80::1", "ff02::1",
		"::ffff:169.254.0.1", "::ffff:224.0.0.1",
	};
	struct fake_back *fake = test->priv;
	struct fake_ring *ring = fake_ring(test, 1);
	unsigned int i;

	policy(test, PVBACK_USE_CONNECT, PVBACK_POLICY_CONNECT_DEFAULT);
	ASSERT_ANSWER(test, ask_socket_of(test, 1, AF_INET6), 0);
	for (i = 0; i < ARRAY_SIZE(closed); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EACCES,
				    fake_answer(test,
						ask_connect6(test, 1,
							     closed[i], 9,
							     ring)),
				    "%s", closed[i]);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake->guest->admission.refused[0]),
			(int)ARRAY_SIZE(closed));
}

/* The host's own addresses, by their routes. */
static void local_policy(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = listening6(test, 1, "::");

	policy(test, PVBACK_USE_CONNECT, "-local +any");
	ASSERT_ANSWER(test, ask_socket_of(test, 2, AF_INET6), 0);
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::1", port, ring),
		      -EACCES);
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::ffff:127.0.0.1", port,
					 ring), -EACCES);
	policy(test, PVBACK_USE_CONNECT, "+local -any");
	EXPECT_ANSWER(test, ask_connect6(test, 2, "2001:db8:9::1", port, ring),
		      -EACCES);
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::ffff:192.0.2.77", port,
					 ring), -EACCES);
	EXPECT_ANSWER(test, ask_connect6(test, 2, "::1", port, ring), 0);
}

/* Who is not allowed 0.0.0.0 does not get it as a part of ::. */
static void bind_policy(struct kunit *test)
{
	u16 port = next_port();

	ASSERT_ANSWER(test, ask_socket_of(test, 1, AF_INET6), 0);
	policy(test, PVBACK_USE_BIND, PVBACK_POLICY_BIND_DEFAULT);
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::1", port), -EACCES);
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::ffff:127.0.0.1", port),
		      -EACCES);
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", 80), -EACCES);
	policy(test, PVBACK_USE_BIND, "+[::]/0 -any");
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", port), -EACCES);
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::ffff:127.0.0.1", port),
		      -EACCES);
	policy(test, PVBACK_USE_BIND, "+0.0.0.0/0 -any");
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", port), -EACCES);
	policy(test, PVBACK_USE_BIND, "+[::]/0 -0.0.0.0/0:1-30000 +any");
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", port), -EACCES);
	policy(test, PVBACK_USE_BIND, "+[::] +0.0.0.0 -any");
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", port), 0);
}

/* For IPv6 alone, its own rules are enough. */
static void bind_policy_of_v6only(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;

	ASSERT_ANSWER(test, ask_socket_of(test, 1, AF_INET6), 0);
	policy(test, PVBACK_USE_BIND, "+[::]/0 -any");
	socket = pvback_guest_find(fake->guest, 1);
	KUNIT_ASSERT_NOT_NULL(test, socket);
	socket->sock->sk->sk_ipv6only = 1;
	pvback_socket_put(socket);
	EXPECT_ANSWER(test, ask_bind6(test, 1, "::", next_port()), 0);
}

static void scope_and_flow(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct sockaddr_in6 in6 = six(test, "::1",
				      listening6(test, 1, "::1"));

	ASSERT_ANSWER(test, ask_socket_of(test, 2, AF_INET6), 0);
	in6.sin6_scope_id = 1;
	EXPECT_ANSWER(test, ask_connect_to(test, 2, &in6, sizeof(in6),
					   ring->ref, ring->port), -EINVAL);
	EXPECT_ANSWER(test, ask_bind_to(test, 2, &in6, sizeof(in6)), -EINVAL);
	in6.sin6_scope_id = 0;
	EXPECT_ANSWER(test, ask_connect_to(test, 2, &in6, 27, ring->ref,
					   ring->port), -EINVAL);
	in6.sin6_flowinfo = htonl(0x12345);
	EXPECT_ANSWER(test, ask_connect_to(test, 2, &in6, sizeof(in6),
					   ring->ref, ring->port), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(connects),
	KUNIT_CASE(dual_stack),
	KUNIT_CASE(dual_stack_against_sysctl),
	KUNIT_CASE(mapped_listener),
	KUNIT_CASE(one_port_of_both),
	KUNIT_CASE(other_family),
	KUNIT_CASE(without_feature),
	KUNIT_CASE(connect_policy),
	KUNIT_CASE(local_policy),
	KUNIT_CASE(bind_policy),
	KUNIT_CASE(bind_policy_of_v6only),
	KUNIT_CASE(scope_and_flow),
	{}
};

struct kunit_suite back_inet6_suite = {
	.name = "pvcalls_back_inet6",
	.init = inet6_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
