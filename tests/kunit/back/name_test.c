// SPDX-License-Identifier: GPL-2.0-only
/*
 * feature-names: what each response says beyond its error.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <net/sock.h>

#include "../points.h"
#include "fake.h"

static int name_init(struct kunit *test)
{
	struct fake_back *fake;
	int ret = fake_back_init(test);

	if (ret)
		return ret;
	fake = test->priv;
	fake->guest->features = PVBACK_FEATURE_NAMES | PVBACK_FEATURE_INET6;
	return 0;
}

/* Nothing stands in the rest of the answer from byte @from on. */
static void expect_zeroes(struct kunit *test, u32 req_id, unsigned int from)
{
	struct fake_back *fake = test->priv;
	const u8 *bytes = fake->requests[req_id].extra.bytes;
	unsigned int i;

	for (i = from; i < sizeof(fake->requests[0].extra); i++)
		if (i < 28 || i >= 32 || !from)
			KUNIT_EXPECT_EQ_MSG(test, bytes[i], 0,
					    "command %u, byte %u",
					    fake->requests[req_id].cmd, i);
}

/* An IPv4 name: 127.0.0.1, or what @addr says; returns the port. */
static u16 name4(struct kunit *test, u32 req_id, u32 addr)
{
	const struct xen_pvcalls_name *name = fake_name(test, req_id);
	struct sockaddr_in in;

	EXPECT_ANSWER(test, req_id, 0);
	memcpy(&in, name->addr, sizeof(in));
	KUNIT_EXPECT_EQ(test, name->len, (u32)sizeof(in));
	KUNIT_EXPECT_EQ(test, in.sin_family, AF_INET);
	KUNIT_EXPECT_EQ(test, ntohl(in.sin_addr.s_addr), addr);
	expect_zeroes(test, req_id, 8);
	return ntohs(in.sin_port);
}

/* An IPv6 name of this address; returns the port. */
static u16 name6(struct kunit *test, u32 req_id, const struct in6_addr *addr)
{
	const struct xen_pvcalls_name *name = fake_name(test, req_id);
	struct sockaddr_in6 in6;

	EXPECT_ANSWER(test, req_id, 0);
	memcpy(&in6, name->addr, sizeof(in6));
	KUNIT_EXPECT_EQ(test, name->len, (u32)sizeof(in6));
	KUNIT_EXPECT_EQ(test, in6.sin6_family, AF_INET6);
	KUNIT_EXPECT_EQ(test, memcmp(&in6.sin6_addr, addr, sizeof(*addr)), 0);
	KUNIT_EXPECT_EQ(test, ntohl(in6.sin6_flowinfo), 0u);
	KUNIT_EXPECT_EQ(test, in6.sin6_scope_id, 0);
	expect_zeroes(test, req_id, 32);
	return ntohs(in6.sin6_port);
}

static void expect_no_name(struct kunit *test, u32 req_id, int ret)
{
	EXPECT_ANSWER(test, req_id, ret);
	expect_zeroes(test, req_id, 0);
}

static u16 port_of(struct kunit *test, struct socket *sock, int peer)
{
	struct sockaddr_in in;

	KUNIT_ASSERT_GT(test, sock->ops->getname(sock, (struct sockaddr *)&in,
						 peer), 0);
	return ntohs(in.sin_port);
}

/* Port 0 becomes a port, and that is the one where it listens. */
static void bind_names_the_port(struct kunit *test)
{
	u32 bind;
	u16 port;

	expect_no_name(test, ask_socket(test, 1), 0);
	bind = ask_bind(test, 1, 0);
	port = name4(test, bind, INADDR_LOOPBACK);
	KUNIT_EXPECT_NE(test, port, 0);
	expect_no_name(test, ask_listen(test, 1, 4), 0);
	net_connect(test, port);
	KUNIT_EXPECT_EQ(test, name4(test, ask_getname(test, 1, 0),
				    INADDR_LOOPBACK), port);
	expect_no_name(test, ask_poll(test, 1), 0);
	expect_no_name(test, ask_release(test, 1), 0);
}

static void connect_names_our_end(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *listener, *peer;
	u32 connect;
	u16 port;

	listener = net_listen(test, 4, &port);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	connect = ask_connect(test, 1, port, ring->ref, ring->port);
	ASSERT_ANSWER(test, connect, 0);
	peer = net_accept(test, listener);
	KUNIT_EXPECT_EQ(test, name4(test, connect, INADDR_LOOPBACK),
			port_of(test, peer, 1));
	KUNIT_EXPECT_EQ(test, name4(test, ask_getname(test, 1, 0),
				    INADDR_LOOPBACK), port_of(test, peer, 1));
	KUNIT_EXPECT_EQ(test, name4(test, ask_getname(test, 1, 1),
				    INADDR_LOOPBACK), port);
	expect_no_name(test, ask_release(test, 1), 0);
}

static void accept_names_the_peer(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = step_listening(test, 1);
	struct socket *peer;
	u32 accept;

	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	KUNIT_ASSERT_EQ(test, fake_peek(test, accept), UNANSWERED);
	peer = net_connect(test, port);
	ASSERT_ANSWER(test, accept, 0);
	KUNIT_EXPECT_EQ(test, name4(test, accept, INADDR_LOOPBACK),
			port_of(test, peer, 0));
	KUNIT_EXPECT_EQ(test, name4(test, ask_getname(test, 2, 1),
				    INADDR_LOOPBACK), port_of(test, peer, 0));
	KUNIT_EXPECT_EQ(test, name4(test, ask_getname(test, 2, 0),
				    INADDR_LOOPBACK), port);
}

/* A connection that ended in the queue still came from somebody. */
static void accept_of_a_reset_connection(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = step_listening(test, 1), from;
	struct socket *peer = net_connect(test, port);
	u32 accept;

	from = port_of(test, peer, 0);
	net_reset(peer);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	ASSERT_ANSWER(test, accept, 0);
	KUNIT_EXPECT_EQ(test, name4(test, accept, INADDR_LOOPBACK), from);
	expect_no_name(test, ask_getname(test, 2, 1), -ENOTCONN);
}

static void names_of_both_families(struct kunit *test)
{
	static const struct in6_addr any = IN6ADDR_ANY_INIT;
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
	static const struct in6_addr mapped = {
		.s6_addr = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
	};
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct fake_ring *ring = fake_ring(test, 1);
	struct socket *peer;
	u32 bind, accept, connect;
	u16 port;

	ASSERT_ANSWER(test, ask_socket_of(test, 1, AF_INET6), 0);
	KUNIT_EXPECT_EQ(test, name6(test, ask_getname(test, 1, 0), &any), 0);
	bind = ask_bind_to(test, 1, &in6, sizeof(in6));
	port = name6(test, bind, &any);
	KUNIT_ASSERT_NE(test, port, 0);
	ASSERT_ANSWER(test, ask_listen(test, 1, 4), 0);
	peer = net_connect(test, port);
	accept = ask_accept(test, 1, 2, ring->ref, ring->port);
	KUNIT_EXPECT_EQ(test, name6(test, accept, &mapped),
			port_of(test, peer, 0));
	ring = fake_ring(test, 1);
	in6.sin6_addr = loopback;
	in6.sin6_port = htons(port);
	ASSERT_ANSWER(test, ask_socket_of(test, 3, AF_INET6), 0);
	connect = ask_connect_to(test, 3, &in6, sizeof(in6), ring->ref,
				 ring->port);
	KUNIT_EXPECT_NE(test, name6(test, connect, &loopback), port);
	KUNIT_EXPECT_EQ(test, name6(test, ask_getname(test, 3, 1), &loopback),
			port);
}

static void getname_in_every_state(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1), *parked;
	u32 connect, accept;

	expect_no_name(test, ask_getname(test, 1, 0), -ENOENT);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	KUNIT_EXPECT_EQ(test, name4(test, ask_getname(test, 1, 0), 0), 0);
	expect_no_name(test, ask_getname(test, 1, 1), -ENOTCONN);
	expect_no_name(test, ask_getname(test, 1, 2), -EINVAL);
	ASSERT_ANSWER(test, ask_bind(test, 1, 0), 0);
	expect_no_name(test, ask_getname(test, 1, 1), -ENOTCONN);
	ASSERT_ANSWER(test, ask_listen(test, 1, 1), 0);
	expect_no_name(test, ask_getname(test, 1, 1), -ENOTCONN);
	parked = fake_ring(test, 1);
	accept = ask_accept(test, 1, 2, parked->ref, parked->port);
	KUNIT_ASSERT_EQ(test, fake_peek(test, accept), UNANSWERED);
	expect_no_name(test, ask_getname(test, 2, 0), -ENOENT);
	step_connecting(test, 3, &connect);
	KUNIT_EXPECT_NE(test, name4(test, ask_getname(test, 3, 0),
				    INADDR_LOOPBACK), 0);
	expect_no_name(test, ask_getname(test, 3, 1), -ENOTCONN);
	ASSERT_ANSWER(test, ask_release(test, 3), 0);
	expect_no_name(test, connect, -ECANCELED);
	/* Broken: the ring's rules, not the peer's. */
	step_connected(test, 4, ring);
	WRITE_ONCE(ring->intf->in_cons, 1);
	fake_event_fire(ring->port);
	fake_settle();
	expect_no_name(test, ask_getname(test, 4, 0), -ENOTCONN);
	expect_no_name(test, ask_getname(test, 4, 1), -ENOTCONN);
	ASSERT_ANSWER(test, ask_release(test, 4), 0);
	expect_no_name(test, ask_getname(test, 4, 0), -ENOENT);
}

/* What fails says nothing, whatever the request was. */
static void errors_have_no_names(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port = net_port(test);

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	expect_no_name(test, ask_connect(test, 1, port, ring->ref, ring->port),
		       -ECONNREFUSED);
	expect_no_name(test, ask_bind(test, 1, port), -EADDRINUSE);
	expect_no_name(test, ask_accept(test, 1, 2, ring->ref, ring->port),
		       -EINVAL);
	expect_no_name(test, ask_bare(test, 0xffffffff, 1), -524);
	expect_no_name(test, ask_bind(test, 9, 0), -ENOENT);
}

/* The slot behind a short response is left as the frontend wrote it. */
static void short_answers(struct kunit *test)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_BIND,
		.u.bind.id = 1,
		.u.bind.len = 0xa5a5a5a5,
	};
	struct fake_back *fake = test->priv;
	struct sockaddr_in in = { .sin_family = AF_INET };
	u32 bind;

	fake->guest->features = 0;
	EXPECT_ANSWER(test, ask_getname(test, 1, 0), -524);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	memset(req.u.bytes + 8, 0xa5, sizeof(req.u.bytes) - 8);
	memcpy(req.u.bind.addr, &in, 8);
	bind = fake_send(test, &req);
	ASSERT_ANSWER(test, bind, 0);
	KUNIT_EXPECT_EQ(test, memcmp(&fake->requests[bind].extra,
				     req.u.bytes + 16,
				     sizeof(union xen_pvcalls_extra)), 0);
}

/* Long answers for another extension's sake have no names in them. */
static void long_answers_without_names(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	fake->guest->features = PVBACK_FEATURE_SOCKOPT;
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	expect_no_name(test, ask_bind(test, 1, 0), 0);
	expect_no_name(test, ask_getname(test, 1, 0), -524);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bind_names_the_port),
	KUNIT_CASE(connect_names_our_end),
	KUNIT_CASE(accept_names_the_peer),
	KUNIT_CASE(accept_of_a_reset_connection),
	KUNIT_CASE(names_of_both_families),
	KUNIT_CASE(getname_in_every_state),
	KUNIT_CASE(errors_have_no_names),
	KUNIT_CASE(short_answers),
	KUNIT_CASE(long_answers_without_names),
	{}
};

struct kunit_suite back_name_suite = {
	.name = "pvcalls_back_name",
	.init = name_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
