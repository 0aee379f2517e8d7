// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the sockets of a guest live: namespace, mark and uid.
 *
 * No module can make a namespace; the one there is has an id in itself, if
 * asked for one, and other ids lead nowhere.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <net/net_namespace.h>
#include <net/sock.h>

#include "fake.h"
#include "pvcalls-back/main.h"
#include "pvcalls-back/socket.h"

/* As in back/guest.c. */
#define DOMID 7

/* An id that no namespace has. */
#define NOWHERE 0x7fffff00

static struct pvback_place *place_of(struct kunit *test)
{
	struct fake_back *fake = test->priv;

	return &fake->guest->place;
}

struct seen {
	struct net *net;
	bool counted;
	u32 mark;
	u32 uid;
	u32 inode_uid;
};

static struct seen look(struct kunit *test, u64 id)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket = pvback_guest_find(fake->guest, id);
	struct seen seen;
	struct sock *sk;

	KUNIT_ASSERT_NOT_NULL(test, socket);
	sk = socket->sock->sk;
	seen = (struct seen) {
		.net = sock_net(sk),
		.counted = sk->sk_net_refcnt,
		.mark = READ_ONCE(sk->sk_mark),
		.uid = __kuid_val(READ_ONCE(sk->sk_uid)),
		.inode_uid = __kuid_val(SOCK_INODE(socket->sock)->i_uid),
	};
	pvback_socket_put(socket);
	return seen;
}

/* The child of a listener of the guest. */
static struct seen look_at_child(struct kunit *test, u64 listener, u16 port,
				 u64 id)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u32 accept;

	accept = ask_accept(test, listener, id, ring->ref, ring->port);
	net_connect(test, port);
	ASSERT_ANSWER(test, accept, 0);
	return look(test, id);
}

static void own_uid(struct kunit *test)
{
	u32 uid = pvback_uid_base + DOMID;
	struct seen seen;
	u16 port;

	port = step_listening(test, 1);
	seen = look(test, 1);
	KUNIT_EXPECT_EQ(test, seen.uid, uid);
	KUNIT_EXPECT_EQ(test, seen.inode_uid, uid);
	seen = look_at_child(test, 1, port, 2);
	KUNIT_EXPECT_EQ(test, seen.uid, uid);
	KUNIT_EXPECT_EQ(test, seen.inode_uid, uid);
}

static void uids_leave_room(struct kunit *test)
{
	unsigned int before = pvback_uid_base;

	KUNIT_EXPECT_EQ(test, pvback_place_check_uids(), 0);
	pvback_uid_base = 0;
	KUNIT_EXPECT_EQ(test, pvback_place_check_uids(), -EINVAL);
	pvback_uid_base = U32_MAX - DOMID_FIRST_RESERVED;
	KUNIT_EXPECT_EQ(test, pvback_place_check_uids(), -EINVAL);
	pvback_uid_base--;
	KUNIT_EXPECT_EQ(test, pvback_place_check_uids(), 0);
	pvback_uid_base = before;
}

static void marks(struct kunit *test)
{
	struct pvback_place *place = place_of(test);
	u16 port;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	KUNIT_EXPECT_EQ(test, look(test, 1).mark, 0);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, "0x2a"), 0);
	port = step_listening(test, 2);
	KUNIT_EXPECT_EQ(test, look(test, 2).mark, 0x2a);
	KUNIT_EXPECT_EQ(test, look(test, 1).mark, 0);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, "blue"), -EINVAL);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, "4294967296"),
			-ERANGE);
	ASSERT_ANSWER(test, ask_socket(test, 3), 0);
	KUNIT_EXPECT_EQ(test, look(test, 3).mark, 0x2a);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, NULL), 0);
	ASSERT_ANSWER(test, ask_socket(test, 4), 0);
	KUNIT_EXPECT_EQ(test, look(test, 4).mark, 0);
	/* A child is its listener's. */
	KUNIT_EXPECT_EQ(test, look_at_child(test, 2, port, 5).mark, 0x2a);
}

static void namespace_by_id(struct kunit *test)
{
	struct pvback_place *place = place_of(test);
	int id = peernet2id_alloc(&init_net, &init_net, GFP_KERNEL);
	struct seen seen;
	char text[16];
	u16 port;

	KUNIT_ASSERT_GE(test, id, 0);
	snprintf(text, sizeof(text), "%d", id);
	KUNIT_ASSERT_EQ(test, pvback_place_set_netns(place, text), 0);
	KUNIT_EXPECT_EQ(test, place->netns, id);
	port = step_listening(test, 1);
	seen = look(test, 1);
	KUNIT_EXPECT_PTR_EQ(test, seen.net, &init_net);
	KUNIT_EXPECT_TRUE(test, seen.counted);
	seen = look_at_child(test, 1, port, 2);
	KUNIT_EXPECT_PTR_EQ(test, seen.net, &init_net);
	KUNIT_EXPECT_TRUE(test, seen.counted);
}

static void bad_id_changes_nothing(struct kunit *test)
{
	struct pvback_place *place = place_of(test);
	static const struct {
		const char *text;
		int ret;
	} bad[] = {
		{ "2147483392", -ENOENT }, /* NOWHERE */
		{ "2147483648", -ERANGE },
		{ "-1", -EINVAL },
		{ "blue", -EINVAL },
		{ "/run/netns/blue", -EINVAL },
		{ "", -EINVAL },
	};
	unsigned int i;

	place->netns = 5;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    pvback_place_set_netns(place, bad[i].text),
				    bad[i].ret, "\"%s\"", bad[i].text);
		KUNIT_EXPECT_EQ(test, place->netns, 5);
	}
	KUNIT_EXPECT_EQ(test, pvback_place_set_netns(place, NULL), 0);
	KUNIT_EXPECT_EQ(test, place->netns, PVBACK_NETNS_OWN);
}

/* The namespace has been deleted since the key was written. */
static void no_namespace_no_socket(struct kunit *test)
{
	struct pvback_place *place = place_of(test);

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	place->netns = NOWHERE;
	EXPECT_ANSWER(test, ask_socket(test, 2), -ENETDOWN);
	/* Nothing of it is left, and the others are as they were. */
	EXPECT_ANSWER(test, ask_release(test, 2), -ENOENT);
	EXPECT_ANSWER(test, ask_bind(test, 1, net_port(test) + 1), 0);
	KUNIT_EXPECT_EQ(test, pvback_place_set_netns(place, NULL), 0);
	EXPECT_ANSWER(test, ask_socket(test, 2), 0);
	KUNIT_EXPECT_PTR_EQ(test, look(test, 2).net, &init_net);
}

/* Keys that were bad when the device came do not lead to our own namespace. */
static void bad_keys_from_the_start(struct kunit *test)
{
	struct pvback_place *place = place_of(test);
	char text[16];

	pvback_place_init(place);
	EXPECT_ANSWER(test, ask_socket(test, 1), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, pvback_place_set_netns(place, "blue"), -EINVAL);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, NULL), 0);
	EXPECT_ANSWER(test, ask_socket(test, 1), -ENETDOWN);
	/* The namespace with that id may come yet. */
	snprintf(text, sizeof(text), "%d", NOWHERE);
	KUNIT_EXPECT_EQ(test, pvback_place_set_netns(place, text), -ENOENT);
	KUNIT_EXPECT_EQ(test, place->netns, NOWHERE);
	EXPECT_ANSWER(test, ask_socket(test, 1), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, pvback_place_set_netns(place, NULL), 0);
	ASSERT_ANSWER(test, ask_socket(test, 1), 0);

	pvback_place_init(place);
	KUNIT_EXPECT_EQ(test, pvback_place_set_netns(place, NULL), 0);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, "blue"), -EINVAL);
	EXPECT_ANSWER(test, ask_socket(test, 2), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, pvback_place_set_mark(place, "7"), 0);
	ASSERT_ANSWER(test, ask_socket(test, 2), 0);
	KUNIT_EXPECT_EQ(test, look(test, 2).mark, 7);
}

static struct kunit_case place_cases[] = {
	KUNIT_CASE(own_uid),
	KUNIT_CASE(uids_leave_room),
	KUNIT_CASE(marks),
	KUNIT_CASE(namespace_by_id),
	KUNIT_CASE(bad_id_changes_nothing),
	KUNIT_CASE(no_namespace_no_socket),
	KUNIT_CASE(bad_keys_from_the_start),
	{}
};

struct kunit_suite back_place_suite = {
	.name = "pvcalls_back_place",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = place_cases,
};
