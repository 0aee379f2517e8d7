// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of the guest's sockets.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>

#include "fake.h"
#include "pvcalls-back/socket.h"

/**
 * fake_sock - the kernel's socket of a socket of the guest
 * @test: the test
 * @id: of a socket that has one
 *
 * Return: it; it stays while the test leaves the guest's alone.
 */
struct socket *fake_sock(struct kunit *test, u64 id)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket = pvback_guest_find(fake->guest, id);
	struct socket *sock;

	KUNIT_ASSERT_NOT_NULL(test, socket);
	sock = socket->sock;
	pvback_socket_put(socket);
	KUNIT_ASSERT_NOT_NULL(test, sock);
	return sock;
}

/**
 * expect_set - SETSOCKOPT of a word
 * @test: the test
 * @id: of the socket
 * @level: of the option
 * @name: of the option
 * @value: what it is to be
 * @ret: what has to be answered
 */
void expect_set(struct kunit *test, u64 id, u32 level, u32 name, s32 value,
		int ret)
{
	u32 req_id = ask_setsockopt(test, id, level, name, &value,
				    sizeof(value));

	KUNIT_EXPECT_EQ_MSG(test, fake_answer(test, req_id), ret,
			    "level %u, name %u, value %d", level, name, value);
}

/**
 * expect_get - GETSOCKOPT of a word
 * @test: the test
 * @id: of the socket
 * @level: of the option
 * @name: of the option
 * @value: set to what it is
 * @ret: what has to be answered
 *
 * Of the 36 bytes of the answer those behind the value have to be 0.
 */
void expect_get(struct kunit *test, u64 id, u32 level, u32 name, s32 *value,
		int ret)
{
	static const u8 zeroes[PVCALLS_OPTION_SIZE];
	struct fake_back *fake = test->priv;
	struct xen_pvcalls_option *option;
	u32 req_id, size = ret ? 0 : sizeof(*value);

	req_id = ask_getsockopt(test, id, level, name, 0, sizeof(*value));
	KUNIT_EXPECT_EQ_MSG(test, fake_answer(test, req_id), ret,
			    "level %u, name %u", level, name);
	option = &fake->requests[req_id].extra.option;
	KUNIT_EXPECT_EQ(test, option->len, size);
	memcpy(value, option->value, sizeof(*value));
	KUNIT_EXPECT_EQ(test, memcmp(option->value + size, zeroes,
				     sizeof(zeroes) - size), 0);
}

/**
 * expect_option - an option has this value
 * @test: the test
 * @id: of the socket
 * @level: of the option
 * @name: of the option
 * @want: the value
 */
void expect_option(struct kunit *test, u64 id, u32 level, u32 name, s32 want)
{
	s32 value;

	expect_get(test, id, level, name, &value, 0);
	KUNIT_EXPECT_EQ_MSG(test, value, want, "level %u, name %u", level,
			    name);
}
