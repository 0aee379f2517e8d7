// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses: what a program may pass, where it leads, and to the byte what it
 * becomes on the wire and on the way back.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pvcalls-front/addr.h"

#define PORT		0x1234u
/* In the order of the host. */
#define REMOTE4		0xc0000201u
#define LOOPBACK4	0x7f000001u

#define FORWARD		PVFRONT_FORWARD
#define NATIVE		PVFRONT_NATIVE
#define REMOTE		PVFRONT_REMOTE

/*
 * @program: what the program passes, or is given, in the largest buffer that
 *	there is
 * @wire: what stands on the wire
 */
struct fixture {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		u8 bytes[128];
	} program;
	struct sockaddr_in wire;
};

static int fixture_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct fixture), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* Whatever is not part of the address is not 0, as on a program's stack. */
static void make_v4(struct fixture *f, u32 addr, u16 port)
{
	memset(&f->program, 0xff, sizeof(f->program));
	f->program.in.sin_family = AF_INET;
	f->program.in.sin_port = htons(port);
	f->program.in.sin_addr.s_addr = htonl(addr);
}

static void make_v6(struct fixture *f, const u32 words[4], u16 port)
{
	int i;

	memset(&f->program, 0xff, sizeof(f->program));
	f->program.in6.sin6_family = AF_INET6;
	f->program.in6.sin6_port = htons(port);
	for (i = 0; i < 4; i++)
		f->program.in6.sin6_addr.s6_addr32[i] = htonl(words[i]);
}

static void make_mapped(struct fixture *f, u32 addr, u16 port)
{
	const u32 words[4] = { 0, 0, 0x0000ffff, addr };

	make_v6(f, words, port);
}

/*
 * The first @len bytes of what the program passes, with nothing behind them
 * that may be read.
 */
static const struct sockaddr *passed(struct kunit *test, int len)
{
	struct fixture *f = test->priv;
	size_t count = len > 0 ? len : 0;
	void *copy = kunit_kzalloc(test, count, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memset(&f->wire, 0xff, sizeof(f->wire));
	return memcpy(copy, &f->program, count);
}

static int reach_connect(struct kunit *test, u16 family, int len)
{
	const struct sockaddr *addr = passed(test, len);
	struct fixture *f = test->priv;

	return pvfront_addr_connect(family, false, addr, len, &f->wire);
}

static int reach_bind(struct kunit *test, u16 family, bool v6only, int len)
{
	const struct sockaddr *addr = passed(test, len);
	struct fixture *f = test->priv;

	return pvfront_addr_bind(family, v6only, addr, len, &f->wire);
}

/* The wire has AF_INET, the port, the address and eight zeroes. */
static void expect_wire(struct kunit *test, u32 addr, u16 port)
{
	const struct fixture *f = test->priv;
	const u8 want[16] = {
		2, 0, port >> 8, port, addr >> 24, addr >> 16, addr >> 8, addr,
	};

	KUNIT_EXPECT_EQ(test, sizeof(f->wire), sizeof(want));
	KUNIT_EXPECT_EQ_MSG(test, memcmp(&f->wire, want, sizeof(want)), 0,
			    "address %#x, port %u", addr, port);
}

/* IPv4 addresses; the guest's own are for the caller to find. */
static const struct v4_row {
	u32 addr;
	int connect;
	int bind;
} v4_rows[] = {
	{ 0x00000000,	NATIVE,		REMOTE },
	{ 0x00000001,	REMOTE,		REMOTE },
	{ 0x0000007f,	REMOTE,		REMOTE },
	{ 0x01000000,	REMOTE,		REMOTE },
	{ 0x0100007f,	REMOTE,		REMOTE },
	{ 0x0a000001,	REMOTE,		REMOTE },
	{ 0x7e000000,	REMOTE,		REMOTE },
	{ 0x7effffff,	REMOTE,		REMOTE },
	{ 0x7f000000,	NATIVE,		NATIVE },
	{ LOOPBACK4,	NATIVE,		NATIVE },
	{ 0x7f7f7f7f,	NATIVE,		NATIVE },
	{ 0x7fffffff,	NATIVE,		NATIVE },
	{ 0x80000000,	REMOTE,		REMOTE },
	{ REMOTE4,	REMOTE,		REMOTE },
	{ 0xe0000001,	REMOTE,		REMOTE },
	{ 0xff000001,	REMOTE,		REMOTE },
	{ 0xffffffff,	REMOTE,		REMOTE },
};

static void addr_connect_ipv4(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v4_rows); i++) {
		const struct v4_row *row = &v4_rows[i];

		make_v4(test->priv, row->addr, PORT);
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET, 16),
				    row->connect, "%#x", row->addr);
		if (row->connect == REMOTE)
			expect_wire(test, row->addr, PORT);
	}
}

static void addr_bind_ipv4(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v4_rows); i++) {
		const struct v4_row *row = &v4_rows[i];

		make_v4(test->priv, row->addr, PORT);
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET, false, 16),
				    row->bind, "%#x", row->addr);
		if (row->bind == REMOTE)
			expect_wire(test, row->addr, PORT);
	}
}

/* A mapped address is the IPv4 address that is in it. */
static void addr_connect_mapped(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v4_rows); i++) {
		const struct v4_row *row = &v4_rows[i];

		make_mapped(test->priv, row->addr, PORT);
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET6, 28),
				    row->connect, "%#x", row->addr);
		if (row->connect == REMOTE)
			expect_wire(test, row->addr, PORT);
	}
}

static void addr_bind_mapped(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v4_rows); i++) {
		const struct v4_row *row = &v4_rows[i];

		make_mapped(test->priv, row->addr, PORT);
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET6, false, 28),
				    row->bind, "%#x", row->addr);
		if (row->bind == REMOTE)
			expect_wire(test, row->addr, PORT);
	}
}

static const u16 ports[] = { 0, 1, 0x00ff, 0x0100, PORT, 0x8000, 0xffff };

static void addr_connect_ports(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		make_v4(test->priv, REMOTE4, ports[i]);
		KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET, 16), REMOTE);
		expect_wire(test, REMOTE4, ports[i]);
		make_mapped(test->priv, REMOTE4, ports[i]);
		KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET6, 28),
				REMOTE);
		expect_wire(test, REMOTE4, ports[i]);
	}
}

static void addr_bind_ports(struct kunit *test)
{
	static const u32 any6[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		make_v4(test->priv, 0, ports[i]);
		KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 16),
				REMOTE);
		expect_wire(test, 0, ports[i]);
		make_v6(test->priv, any6, ports[i]);
		KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET6, false, 28),
				REMOTE);
		expect_wire(test, 0, ports[i]);
	}
}

/* Lengths, and whether they are enough for IPv4 and for IPv6. */
static const struct len_row {
	int len;
	bool v4;
	bool v6;
} len_rows[] = {
	{ -2147483647 - 1,	false,	false },
	{ -1,			false,	false },
	{ 0,			false,	false },
	{ 1,			false,	false },
	{ 2,			false,	false },
	{ 8,			false,	false },
	{ 15,			false,	false },
	{ 16,			true,	false },
	{ 17,			true,	false },
	{ 23,			true,	false },
	{ 24,			true,	true },
	{ 27,			true,	true },
	{ 28,			true,	true },
	{ 29,			true,	true },
	{ 128,			true,	true },
};

static void addr_connect_lengths(struct kunit *test)
{
	static const u32 real6[4] = { 0x20010db8, 0, 0, 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(len_rows); i++) {
		const struct len_row *row = &len_rows[i];

		make_v4(test->priv, REMOTE4, PORT);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_connect(test, AF_INET, row->len),
				    row->v4 ? REMOTE : FORWARD, "%d",
				    row->len);
		if (row->v4)
			expect_wire(test, REMOTE4, PORT);
		make_mapped(test->priv, REMOTE4, PORT);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_connect(test, AF_INET6, row->len),
				    row->v6 ? REMOTE : FORWARD, "%d",
				    row->len);
		if (row->v6)
			expect_wire(test, REMOTE4, PORT);
		make_v6(test->priv, real6, PORT);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_connect(test, AF_INET6, row->len),
				    row->v6 ? -ENETUNREACH : FORWARD, "%d",
				    row->len);
	}
}

static void addr_bind_lengths(struct kunit *test)
{
	static const u32 any6[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(len_rows); i++) {
		const struct len_row *row = &len_rows[i];

		make_v4(test->priv, REMOTE4, PORT);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_bind(test, AF_INET, false, row->len),
				    row->v4 ? REMOTE : FORWARD, "%d",
				    row->len);
		make_mapped(test->priv, REMOTE4, PORT);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_bind(test, AF_INET6, false, row->len),
				    row->v6 ? REMOTE : FORWARD, "%d",
				    row->len);
		make_v6(test->priv, any6, PORT);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_bind(test, AF_INET6, false, row->len),
				    row->v6 ? REMOTE : FORWARD, "%d",
				    row->len);
		KUNIT_EXPECT_EQ_MSG(test,
				    reach_bind(test, AF_INET6, true, row->len),
				    row->v6 ? NATIVE : FORWARD, "%d",
				    row->len);
	}
}

/* The native stack is left to answer for them, AF_UNSPEC among them. */
static void addr_connect_other_families(struct kunit *test)
{
	static const u16 others[] = { 0, 1, 3, 0x0200, 0x0a00, 0xffff };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		make_v4(f, REMOTE4, PORT);
		f->program.sa.sa_family = others[i];
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET, 16),
				    FORWARD, "%u", others[i]);
		make_v4(f, 0, 0);
		f->program.sa.sa_family = others[i];
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET, 128),
				    FORWARD, "%u", others[i]);
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET, 2),
				    FORWARD, "%u", others[i]);
		make_mapped(f, REMOTE4, PORT);
		f->program.sa.sa_family = others[i];
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET6, 28),
				    FORWARD, "%u", others[i]);
	}
}

static void addr_bind_other_families(struct kunit *test)
{
	static const u16 others[] = { 0, 1, 3, 0x0200, 0x0a00, 0xffff };
	static const u32 any6[4];
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		make_v4(f, REMOTE4, PORT);
		f->program.sa.sa_family = others[i];
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET, false, 16),
				    FORWARD, "%u", others[i]);
		make_v6(f, any6, PORT);
		f->program.sa.sa_family = others[i];
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET6, false, 28),
				    FORWARD, "%u", others[i]);
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET6, true, 28),
				    FORWARD, "%u", others[i]);
	}
}

/* An address of the other family of IP is not the socket's either. */
static void addr_of_the_other_family(struct kunit *test)
{
	static const u32 loopback6[4] = { 0, 0, 0, 1 };
	static const u32 any6[4];
	struct fixture *f = test->priv;

	make_v4(f, REMOTE4, PORT);
	KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET6, 28), FORWARD);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET6, false, 28), FORWARD);
	make_v4(f, LOOPBACK4, PORT);
	KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET6, 16), FORWARD);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET6, false, 16), FORWARD);
	make_mapped(f, REMOTE4, PORT);
	KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET, 28), FORWARD);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 28), FORWARD);
	make_v6(f, loopback6, PORT);
	KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET, 28), FORWARD);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 28), FORWARD);
	make_v6(f, any6, PORT);
	KUNIT_EXPECT_EQ(test, reach_connect(test, AF_INET, 28), FORWARD);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 28), FORWARD);
}

/* IPv6 addresses that have no IPv4 address in them. */
static const struct v6_row {
	u32 words[4];
	int connect;
	int bind;
	int bind_v6only;
} v6_rows[] = {
	/* :: and ::1 */
	{ { 0, 0, 0, 0 },		NATIVE,		REMOTE,	NATIVE },
	{ { 0, 0, 0, 1 },		NATIVE,		NATIVE,	NATIVE },
	/* nearly the same */
	{ { 0, 0, 0, 2 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 0, 0x01000000 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 1, 0 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 1, 0, 0 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 1, 0, 0, 0 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 1, 1 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 1, 0, 1 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 1, 0, 0, 1 },		-ENETUNREACH,	NATIVE,	NATIVE },
	/* nearly mapped; compatible; translated */
	{ { 0, 0, 0xffff0000, REMOTE4 }, -ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 0x1ffff, REMOTE4 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 0xfffe, REMOTE4 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 1, 0xffff, REMOTE4 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 1, 0, 0xffff, REMOTE4 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 0, REMOTE4 },		-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0, 0, 0, LOOPBACK4 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0x0064ff9b, 0, 0, REMOTE4 }, -ENETUNREACH,	NATIVE,	NATIVE },
	/* global, link-local, multicast, and all ones */
	{ { 0x20010db8, 0, 0, 1 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0xfe800000, 0, 0, 1 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { 0xff020000, 0, 0, 1 },	-ENETUNREACH,	NATIVE,	NATIVE },
	{ { ~0u, ~0u, ~0u, ~0u },	-ENETUNREACH,	NATIVE,	NATIVE },
};

static void addr_connect_ipv6(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v6_rows); i++) {
		make_v6(test->priv, v6_rows[i].words, PORT);
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET6, 28),
				    v6_rows[i].connect, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, reach_connect(test, AF_INET6, 24),
				    v6_rows[i].connect, "row %u", i);
	}
}

static void addr_bind_ipv6(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(v6_rows); i++) {
		const struct v6_row *row = &v6_rows[i];

		make_v6(test->priv, row->words, PORT);
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET6, true, 28),
				    row->bind_v6only, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, reach_bind(test, AF_INET6, false, 28),
				    row->bind, "row %u", i);
		if (row->bind == REMOTE)
			expect_wire(test, 0, PORT);
	}
}

/* Linux binds to no family as if it were AF_INET, if the address is any. */
static void addr_bind_unspec(struct kunit *test)
{
	struct fixture *f = test->priv;

	make_v4(f, 0, PORT);
	f->program.sa.sa_family = AF_UNSPEC;
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 16), REMOTE);
	expect_wire(test, 0, PORT);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 15), FORWARD);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET6, false, 28), FORWARD);
	f->program.sa.sa_family = 1;
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 16), FORWARD);
	make_v4(f, REMOTE4, PORT);
	f->program.sa.sa_family = AF_UNSPEC;
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, false, 16), FORWARD);
}

/* A socket for IPv6 only has no business with IPv4 in disguise. */
static void addr_v6only_refuses_mapped(struct kunit *test)
{
	struct fixture *f = test->priv;

	make_mapped(f, REMOTE4, PORT);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET6, true, 28), FORWARD);
	KUNIT_EXPECT_EQ(test, pvfront_addr_connect(AF_INET6, true,
						   passed(test, 28), 28,
						   &f->wire), FORWARD);
	make_v4(f, REMOTE4, PORT);
	KUNIT_EXPECT_EQ(test, pvfront_addr_connect(AF_INET, true,
						   passed(test, 16), 16,
						   &f->wire), REMOTE);
}

/* It says nothing on a socket of IPv4, even if somebody has set it. */
static void addr_bind_ipv4_v6only(struct kunit *test)
{
	make_v4(test->priv, 0, PORT);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, true, 16), REMOTE);
	expect_wire(test, 0, PORT);
	make_v4(test->priv, LOOPBACK4, PORT);
	KUNIT_EXPECT_EQ(test, reach_bind(test, AF_INET, true, 16), NATIVE);
}

/* Fill in @f->wire, and all of @f->program with what must not stay. */
static void receive(struct fixture *f, u32 addr, u16 port)
{
	memset(&f->program, 0xff, sizeof(f->program));
	memset(&f->wire, 0, sizeof(f->wire));
	f->wire.sin_family = AF_INET;
	f->wire.sin_port = htons(port);
	f->wire.sin_addr.s_addr = htonl(addr);
}

/* The program has @count bytes of @want, and nothing was written behind. */
static void expect_program(struct kunit *test, const u8 *want, int count)
{
	const struct fixture *f = test->priv;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, memcmp(&f->program, want, count), 0);
	for (i = count; i < sizeof(f->program); i++)
		KUNIT_ASSERT_EQ(test, f->program.bytes[i], 0xff);
}

static void addr_user_ipv4(struct kunit *test)
{
	static const u8 want[16] = { 2, 0, 0x12, 0x34, 0xc0, 0x00, 0x02, 0x01 };
	static const u8 want_any[16] = { 2, 0, 0x12, 0x34 };
	struct fixture *f = test->priv;

	receive(f, REMOTE4, PORT);
	KUNIT_EXPECT_EQ(test, pvfront_addr_user(AF_INET, &f->wire,
						&f->program.sa), 16);
	expect_program(test, want, 16);
	receive(f, 0, PORT);
	KUNIT_EXPECT_EQ(test, pvfront_addr_user(AF_INET, &f->wire,
						&f->program.sa), 16);
	expect_program(test, want_any, 16);
}

static void addr_user_ipv6(struct kunit *test)
{
	static const u8 want[28] = {
		10, 0, 0x12, 0x34, [18] = 0xff, 0xff, 0xc0, 0x00, 0x02, 0x01,
	};
	/* Not the mapped one: a program compares with in6addr_any. */
	static const u8 want_any[28] = { 10, 0, 0x12, 0x34 };
	struct fixture *f = test->priv;

	receive(f, REMOTE4, PORT);
	KUNIT_EXPECT_EQ(test, pvfront_addr_user(AF_INET6, &f->wire,
						&f->program.sa), 28);
	expect_program(test, want, 28);
	receive(f, 0, PORT);
	KUNIT_EXPECT_EQ(test, pvfront_addr_user(AF_INET6, &f->wire,
						&f->program.sa), 28);
	expect_program(test, want_any, 28);
}

/* What came from the wire can be used as a destination, and comes out equal. */
static void addr_user_and_back(struct kunit *test)
{
	static const u16 families[] = { AF_INET, AF_INET6 };
	struct fixture *f = test->priv;
	unsigned int i, n;
	int len;

	for (i = 0; i < ARRAY_SIZE(v4_rows); i++) {
		for (n = 0; n < ARRAY_SIZE(families); n++) {
			receive(f, v4_rows[i].addr, PORT);
			len = pvfront_addr_user(families[n], &f->wire,
						&f->program.sa);
			KUNIT_EXPECT_EQ(test,
					reach_connect(test, families[n], len),
					v4_rows[i].connect);
			if (v4_rows[i].connect == REMOTE)
				expect_wire(test, v4_rows[i].addr, PORT);
		}
	}
}

static struct kunit_case pvcalls_addr_cases[] = {
	KUNIT_CASE(addr_connect_ipv4),
	KUNIT_CASE(addr_connect_mapped),
	KUNIT_CASE(addr_connect_ipv6),
	KUNIT_CASE(addr_connect_ports),
	KUNIT_CASE(addr_connect_lengths),
	KUNIT_CASE(addr_connect_other_families),
	KUNIT_CASE(addr_bind_ipv4),
	KUNIT_CASE(addr_bind_mapped),
	KUNIT_CASE(addr_bind_ipv6),
	KUNIT_CASE(addr_bind_ipv4_v6only),
	KUNIT_CASE(addr_bind_unspec),
	KUNIT_CASE(addr_v6only_refuses_mapped),
	KUNIT_CASE(addr_bind_ports),
	KUNIT_CASE(addr_bind_lengths),
	KUNIT_CASE(addr_bind_other_families),
	KUNIT_CASE(addr_of_the_other_family),
	KUNIT_CASE(addr_user_ipv4),
	KUNIT_CASE(addr_user_ipv6),
	KUNIT_CASE(addr_user_and_back),
	{}
};

static struct kunit_suite pvcalls_addr_suite = {
	.name		= "pvcalls_addr",
	.init		= fixture_init,
	.test_cases	= pvcalls_addr_cases,
};

kunit_test_suite(pvcalls_addr_suite);

MODULE_DESCRIPTION("Tests of addresses, of programs and on the wire");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
