// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoding of requests: every command with every field at its limits, then
 * random requests beside a slow reference.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pvcalls-back/request.h"
#include "random.h"

#define ID		0x0123456789abcdefull
#define ID_NEW		0xfedcba9876543210ull
#define REF		0x00c0ffeeu
#define EVTCHN		17u

/* A request has 64 bytes: bit n of a mask stands for byte n. */
#define BYTES(offset, count)	(((1ull << (count)) - 1) << (offset))
#define CMD_AND_ID		(BYTES(4, 4) | BYTES(8, 8))
/* Family, port and address: neither sin_zero nor what comes after it. */
#define ADDR			BYTES(16, 8)
/* Family, port, address and scope id: not the flow label. */
#define ADDR6			(BYTES(16, 4) | BYTES(24, 20))
#define ADDR_AND_LEN		(ADDR | BYTES(44, 4))
#define ALL_FEATURES		~0u

/* The bytes that mean something, by the specification. */
static const u64 meaningful[PVCALLS_NR_V1_CMDS] = {
	[PVCALLS_SOCKET]	= CMD_AND_ID | BYTES(16, 12),
	[PVCALLS_CONNECT]	= CMD_AND_ID | ADDR_AND_LEN | BYTES(52, 8),
	[PVCALLS_RELEASE]	= CMD_AND_ID,
	[PVCALLS_BIND]		= CMD_AND_ID | ADDR_AND_LEN,
	[PVCALLS_LISTEN]	= CMD_AND_ID | BYTES(16, 4),
	[PVCALLS_ACCEPT]	= CMD_AND_ID | BYTES(16, 16),
	[PVCALLS_POLL]		= CMD_AND_ID,
};

/* As many bytes of a value as the request says, as far as it says so well. */
static u64 meaning_of_value(u32 length)
{
	return length <= 36 ? BYTES(28, length) : 0;
}

/* Of those that are no part of version 1, where they are on. */
static u64 meaning_of_extension(const struct xen_pvcalls_request *wire)
{
	switch (wire->cmd) {
	case PVCALLS_SETSOCKOPT:
		return CMD_AND_ID | BYTES(16, 12) |
		       meaning_of_value(wire->u.setsockopt.length);
	case PVCALLS_GETSOCKOPT:
		return CMD_AND_ID | BYTES(16, 16);
	case PVCALLS_GETNAME:
	case PVCALLS_SHUTDOWN:
		return CMD_AND_ID | BYTES(16, 4);
	default:
		return BYTES(4, 4);
	}
}

static u64 meaning_of(const struct xen_pvcalls_request *wire,
		      unsigned int features)
{
	u64 mask;

	if (wire->cmd >= PVCALLS_NR_V1_CMDS)
		return features ? meaning_of_extension(wire) : BYTES(4, 4);
	mask = meaningful[wire->cmd];
	if ((mask & ADDR_AND_LEN) == ADDR_AND_LEN &&
	    (features & PVBACK_FEATURE_INET6) &&
	    wire->u.bind.addr[0] == 10 && !wire->u.bind.addr[1])
		mask = (mask & ~ADDR) | ADDR6;
	return mask;
}

/*
 * @features: that are on
 * @wire: a request in the making
 * @want: what it is to be decoded to
 */
struct fixture {
	unsigned int features;
	struct xen_pvcalls_request wire;
	struct pvback_request want;
};

static int fixture_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct fixture), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* Start a new request, of which only the command and the socket are set. */
static void ask(struct fixture *f, u32 cmd, u64 id)
{
	memset(f, 0, sizeof(*f));
	f->wire.cmd = cmd;
	f->wire.u.poll.id = id;
	f->want.cmd = cmd;
	f->want.id = id;
}

/* The address of a CONNECT or a BIND, whose fields are at the same offsets. */
static void ask_addr(struct fixture *f, u32 cmd, u16 family, u32 len)
{
	/* Port 80 of 192.0.2.1, in the order of the network. */
	static const u8 wire[] = { 0, 0, 0x00, 0x50, 0xc0, 0x00, 0x02, 0x01 };

	ask(f, cmd, ID);
	memcpy(f->wire.u.bind.addr, wire, sizeof(wire));
	memcpy(f->wire.u.bind.addr, &family, sizeof(family));
	f->wire.u.bind.len = len;
	memcpy(&f->want.addr, wire, sizeof(wire));
	f->want.addr.in.sin_family = family;
	f->want.addr_len = 16;
	if (cmd != PVCALLS_CONNECT)
		return;
	f->wire.u.connect.ref = REF;
	f->wire.u.connect.evtchn = EVTCHN;
	f->want.ref = REF;
	f->want.evtchn = EVTCHN;
}

/* The same on an IPv6 socket: port 80 of 2001:db8::1. */
static void ask_addr6(struct fixture *f, u32 cmd, u32 len)
{
	static const u8 rest[] = {
		0x00, 0x50, 0x12, 0x34, 0x56, 0x78, 0x20, 0x01, 0x0d, 0xb8,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	};

	ask_addr(f, cmd, 10, len);
	f->features = PVBACK_FEATURE_INET6;
	memcpy(f->wire.u.bind.addr + 2, rest, sizeof(rest));
	memcpy((u8 *)&f->want.addr + 2, rest, sizeof(rest));
	memset((u8 *)&f->want.addr + 4, 0, 4);
	f->want.addr_len = 28;
}

static void expect_request(struct kunit *test, const struct pvback_request *got,
			   const struct pvback_request *want)
{
	KUNIT_EXPECT_EQ(test, got->cmd, want->cmd);
	KUNIT_EXPECT_EQ(test, got->id, want->id);
	KUNIT_EXPECT_EQ(test, got->id_new, want->id_new);
	KUNIT_EXPECT_EQ(test, got->family, want->family);
	KUNIT_EXPECT_EQ(test, got->peer, want->peer);
	KUNIT_EXPECT_EQ(test, memcmp(&got->addr, &want->addr,
				     sizeof(got->addr)), 0);
	KUNIT_EXPECT_EQ(test, got->addr_len, want->addr_len);
	KUNIT_EXPECT_EQ(test, got->backlog, want->backlog);
	KUNIT_EXPECT_EQ(test, got->ref, want->ref);
	KUNIT_EXPECT_EQ(test, got->evtchn, want->evtchn);
	KUNIT_EXPECT_EQ(test, memcmp(&got->option, &want->option,
				     sizeof(got->option)), 0);
	KUNIT_EXPECT_EQ(test, got->how, want->how);
}

/*
 * The fixture's request is answered with @ret, whatever is in the bytes that
 * mean nothing and in the memory of the result; @what is of the row.
 */
static void expect_ret(struct kunit *test, int ret, u32 what)
{
	static const u8 old_bytes[] = { 0x00, 0xff, 0xa5, 0x01 };
	const struct fixture *f = test->priv;
	struct xen_pvcalls_request wire;
	struct pvback_request req;
	unsigned int i, b;
	int got;

	for (i = 0; i < ARRAY_SIZE(old_bytes); i++) {
		wire = f->wire;
		for (b = 0; b < sizeof(wire); b++)
			if (!(meaning_of(&f->wire, f->features) >> b & 1))
				((u8 *)&wire)[b] = old_bytes[i];
		memset(&req, ~old_bytes[i], sizeof(req));
		got = pvback_request_decode(&wire, f->features, &req);
		KUNIT_EXPECT_EQ_MSG(test, got, ret,
				    "command %u, value %#x, old bytes %#x",
				    wire.cmd, what, old_bytes[i]);
		if (!got)
			expect_request(test, &req, &f->want);
	}
}

static void request_id_of_every_command(struct kunit *test)
{
	static const u64 ids[] = { 0, 1, ID, U32_MAX, 1ull << 32, U64_MAX };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		ask(f, PVCALLS_SOCKET, ids[i]);
		f->wire.u.socket.domain = 2;
		f->wire.u.socket.type = 1;
		f->want.family = 2;
		expect_ret(test, 0, i);
		ask_addr(f, PVCALLS_CONNECT, 2, 16);
		f->wire.u.connect.id = ids[i];
		f->want.id = ids[i];
		expect_ret(test, 0, i);
		ask(f, PVCALLS_RELEASE, ids[i]);
		expect_ret(test, 0, i);
		ask_addr(f, PVCALLS_BIND, 2, 16);
		f->wire.u.bind.id = ids[i];
		f->want.id = ids[i];
		expect_ret(test, 0, i);
		ask(f, PVCALLS_LISTEN, ids[i]);
		expect_ret(test, 0, i);
		ask(f, PVCALLS_ACCEPT, ids[i]);
		f->wire.u.accept.evtchn = EVTCHN;
		f->want.evtchn = EVTCHN;
		expect_ret(test, 0, i);
		ask(f, PVCALLS_POLL, ids[i]);
		expect_ret(test, 0, i);
		ask(f, PVCALLS_GETNAME, ids[i]);
		f->features = PVBACK_FEATURE_NAMES;
		expect_ret(test, 0, i);
	}
}

static void request_of_unknown_command(struct kunit *test)
{
	static const u32 cmds[] = {
		7, 8, 127, 128, 129, 130, 131, 132, 133, 255, 256, 0x10000,
		0x80000000, 0xfffffff9, 0xffffffff,
	};
	struct fixture *f = test->priv;
	struct pvback_request req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		ask(f, cmds[i], ID);
		expect_ret(test, -524, i);
		/* With extensions, but for those that bring these commands. */
		if (cmds[i] >= 128 && cmds[i] < PVCALLS_DROPRING)
			continue;
		f->features = ALL_FEATURES;
		expect_ret(test, -524, i);
		/* Nor is it taken for the first one in the table. */
		f->wire.u.socket.domain = 2;
		f->wire.u.socket.type = 1;
		KUNIT_EXPECT_EQ(test, pvback_request_decode(&f->wire, 0, &req),
				-524);
	}
}

/* Each needs its own extension, and not another one. */
static void request_of_an_extension(struct kunit *test)
{
	struct fixture *f = test->priv;

	ask(f, PVCALLS_GETNAME, ID);
	expect_ret(test, -524, 0);
	f->features = ALL_FEATURES & ~PVBACK_FEATURE_NAMES;
	expect_ret(test, -524, 1);
	f->features = PVBACK_FEATURE_NAMES;
	expect_ret(test, 0, 2);
	f->features = ALL_FEATURES;
	expect_ret(test, 0, 3);
}

static void request_socket_kinds(struct kunit *test)
{
	static const struct {
		u32 domain;
		u32 type;
		u32 protocol;
		int ret;
	} rows[] = {
		{ 2,		1,		0,		0 },
		/* AF_UNSPEC, AF_UNIX, AF_INET6, and none */
		{ 0,		1,		0,		-524 },
		{ 1,		1,		0,		-524 },
		{ 3,		1,		0,		-524 },
		{ 10,		1,		0,		-524 },
		{ 0x10002,	1,		0,		-524 },
		{ 0x1000a,	1,		0,		-524 },
		{ 0xffffffff,	1,		0,		-524 },
		/* SOCK_DGRAM, SOCK_RAW, flags, and none */
		{ 2,		0,		0,		-524 },
		{ 2,		2,		0,		-524 },
		{ 2,		3,		0,		-524 },
		{ 2,		1 | 04000,	0,		-524 },
		{ 2,		1 | 02000000,	0,		-524 },
		{ 2,		0x80000001,	0,		-524 },
		{ 2,		0xffffffff,	0,		-524 },
		/* even TCP by its number */
		{ 2,		1,		1,		-524 },
		{ 2,		1,		6,		-524 },
		{ 2,		1,		0x100,		-524 },
		{ 2,		1,		0x80000000,	-524 },
		{ 2,		1,		0xffffffff,	-524 },
		{ 0,		0,		0,		-524 },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ask(f, PVCALLS_SOCKET, ID);
		f->wire.u.socket.domain = rows[i].domain;
		f->wire.u.socket.type = rows[i].type;
		f->wire.u.socket.protocol = rows[i].protocol;
		f->want.family = 2;
		expect_ret(test, rows[i].ret, i);
		f->features = ALL_FEATURES & ~PVBACK_FEATURE_INET6;
		expect_ret(test, rows[i].ret, i);
		/* The same with feature-inet6, in both families. */
		if (rows[i].domain == 10)
			continue;
		f->features = PVBACK_FEATURE_INET6;
		expect_ret(test, rows[i].ret, i);
		if (rows[i].domain != 2)
			continue;
		f->wire.u.socket.domain = 10;
		f->want.family = 10;
		expect_ret(test, rows[i].ret, i);
	}
}

static void request_addr_lengths(struct kunit *test)
{
	static const struct {
		u32 len;
		int ret;
	} rows[] = {
		{ 0,		-EINVAL },
		{ 1,		-EINVAL },
		{ 2,		-EINVAL },
		{ 8,		-EINVAL },
		{ 15,		-EINVAL },
		{ 16,		0 },
		{ 17,		0 },
		{ 28,		0 },
		{ 29,		0 },
		{ 127,		0 },
		{ 128,		0 },
		{ 129,		0 },
		{ 0x7fffffff,	0 },
		{ 0x80000000,	0 },
		{ 0xffffffff,	0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ask_addr(test->priv, PVCALLS_CONNECT, 2, rows[i].len);
		expect_ret(test, rows[i].ret, rows[i].len);
		ask_addr(test->priv, PVCALLS_BIND, 2, rows[i].len);
		expect_ret(test, rows[i].ret, rows[i].len);
	}
}

static void request_addr_families(struct kunit *test)
{
	static const u16 others[] = {
		0, 1, 3, 10, 0x0200, 0x0202, 0x8002, 0xffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		ask_addr(test->priv, PVCALLS_CONNECT, others[i], 16);
		expect_ret(test, -EAFNOSUPPORT, others[i]);
		ask_addr(test->priv, PVCALLS_CONNECT, others[i], 28);
		expect_ret(test, -EAFNOSUPPORT, others[i]);
		ask_addr(test->priv, PVCALLS_BIND, others[i], 16);
		expect_ret(test, -EAFNOSUPPORT, others[i]);
		/* Of what is too short there is no family. */
		ask_addr(test->priv, PVCALLS_BIND, others[i], 15);
		expect_ret(test, -EINVAL, others[i]);
	}
}

static void request_addr6_lengths(struct kunit *test)
{
	static const struct {
		u32 len;
		int ret;
	} rows[] = {
		{ 0,		-EINVAL },
		{ 2,		-EINVAL },
		{ 15,		-EINVAL },
		{ 16,		-EINVAL },
		{ 24,		-EINVAL },
		{ 27,		-EINVAL },
		{ 28,		0 },
		{ 29,		0 },
		{ 128,		0 },
		{ 0x7fffffff,	0 },
		{ 0x80000000,	0 },
		{ 0xffffffff,	0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ask_addr6(test->priv, PVCALLS_CONNECT, rows[i].len);
		expect_ret(test, rows[i].ret, rows[i].len);
		ask_addr6(test->priv, PVCALLS_BIND, rows[i].len);
		expect_ret(test, rows[i].ret, rows[i].len);
	}
}

/* Without the extension a family like any other that there is not. */
static void request_addr6_without_feature(struct kunit *test)
{
	struct fixture *f = test->priv;

	ask_addr6(f, PVCALLS_BIND, 28);
	f->features = 0;
	expect_ret(test, -EAFNOSUPPORT, 0);
	f->features = ALL_FEATURES & ~PVBACK_FEATURE_INET6;
	expect_ret(test, -EAFNOSUPPORT, 1);
	ask_addr6(f, PVCALLS_CONNECT, 16);
	f->features = 0;
	expect_ret(test, -EAFNOSUPPORT, 2);
	/* With it, IPv4 is what it was, and others are not there either. */
	ask_addr(f, PVCALLS_BIND, 2, 16);
	f->features = PVBACK_FEATURE_INET6;
	expect_ret(test, 0, 3);
	ask_addr(f, PVCALLS_BIND, 0x0a00, 28);
	f->features = PVBACK_FEATURE_INET6;
	expect_ret(test, -EAFNOSUPPORT, 4);
	ask_addr(f, PVCALLS_CONNECT, 0, 28);
	f->features = PVBACK_FEATURE_INET6;
	expect_ret(test, -EAFNOSUPPORT, 5);
}

static void request_addr6_scopes(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		ask_addr6(f, PVCALLS_CONNECT, 28);
		f->wire.u.connect.addr[24 + i] = 1;
		expect_ret(test, -EINVAL, i);
		ask_addr6(f, PVCALLS_BIND, 28);
		f->wire.u.bind.addr[24 + i] = 0x80;
		expect_ret(test, -EINVAL, i);
	}
}

/* Addresses are as they came: mapped, unspecified, multicast. */
static void request_addr6_of_any_value(struct kunit *test)
{
	static const u8 values[] = { 0x00, 0x7f, 0xfe, 0xff };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		ask_addr6(f, PVCALLS_CONNECT, 28);
		memset(f->wire.u.connect.addr + 8, values[i], 16);
		memset((u8 *)&f->want.addr + 8, values[i], 16);
		expect_ret(test, 0, values[i]);
		f->wire.u.connect.evtchn = 0;
		expect_ret(test, -EINVAL, values[i]);
	}
}

static void request_getname_which(struct kunit *test)
{
	static const u32 others[] = {
		2, 3, 0x100, 0x10001, 0x80000000, 0x80000001, 0xffffffff,
	};
	struct fixture *f = test->priv;
	unsigned int i;

	ask(f, PVCALLS_GETNAME, ID);
	f->features = PVBACK_FEATURE_NAMES;
	expect_ret(test, 0, 0);
	f->wire.u.getname.which = 1;
	f->want.peer = true;
	expect_ret(test, 0, 1);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		f->wire.u.getname.which = others[i];
		expect_ret(test, -EINVAL, others[i]);
	}
}

/* Whether it can be reached is not for the decoder to say. */
static void request_addr_of_any_value(struct kunit *test)
{
	static const u8 values[] = { 0x00, 0x7f, 0xe0, 0xff };
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		ask_addr(f, PVCALLS_CONNECT, 2, 16);
		memset(f->wire.u.connect.addr + 2, values[i], 6);
		memset((u8 *)&f->want.addr + 2, values[i], 6);
		expect_ret(test, 0, values[i]);
	}
}

/* Pairs of a grant and a port, for CONNECT and for ACCEPT. */
static const struct ring_row {
	u32 ref;
	u32 evtchn;
	int ret;
} ring_rows[] = {
	{ 0,		0,		-EINVAL },
	{ REF,		0,		-EINVAL },
	{ U32_MAX,	0,		-EINVAL },
	{ 0,		1,		0 },
	{ REF,		EVTCHN,		0 },
	{ 1,		0x80000000,	0 },
	{ 0x80000000,	U32_MAX,	0 },
	{ U32_MAX,	1,		0 },
};

static void request_connect_rings(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ring_rows); i++) {
		ask_addr(f, PVCALLS_CONNECT, 2, 16);
		f->wire.u.connect.ref = ring_rows[i].ref;
		f->wire.u.connect.evtchn = ring_rows[i].evtchn;
		f->want.ref = ring_rows[i].ref;
		f->want.evtchn = ring_rows[i].evtchn;
		expect_ret(test, ring_rows[i].ret, i);
	}
}

static void request_accept_rings(struct kunit *test)
{
	static const u64 ids[] = { 0, 1, ID, ID_NEW, 1ull << 32, U64_MAX };
	struct fixture *f = test->priv;
	unsigned int i, n;

	for (n = 0; n < ARRAY_SIZE(ids); n++) {
		for (i = 0; i < ARRAY_SIZE(ring_rows); i++) {
			ask(f, PVCALLS_ACCEPT, ID);
			f->wire.u.accept.id_new = ids[n];
			f->wire.u.accept.ref = ring_rows[i].ref;
			f->wire.u.accept.evtchn = ring_rows[i].evtchn;
			f->want.id_new = ids[n];
			f->want.ref = ring_rows[i].ref;
			f->want.evtchn = ring_rows[i].evtchn;
			expect_ret(test, ring_rows[i].ret, i);
		}
	}
}

static void request_listen_backlogs(struct kunit *test)
{
	static const struct {
		u32 wire;
		int backlog;
	} rows[] = {
		{ 0,		0 },
		{ 1,		1 },
		{ 128,		128 },
		{ 4095,		4095 },
		{ 4096,		4096 },
		{ 4097,		4096 },
		{ 0x10000,	4096 },
		{ 0x7fffffff,	4096 },
		{ 0x80000000,	4096 },
		{ 0xffffffff,	4096 },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ask(f, PVCALLS_LISTEN, ID);
		f->wire.u.listen.backlog = rows[i].wire;
		f->want.backlog = rows[i].backlog;
		expect_ret(test, 0, rows[i].wire);
	}
}

/* A request of one byte of each value, none of them the same. */
static void ask_option(struct fixture *f, u32 cmd, u32 offset, u32 length)
{
	u8 *bytes = (u8 *)&f->wire;
	unsigned int i;

	ask(f, cmd, ID);
	f->features = PVBACK_FEATURE_SOCKOPT;
	for (i = 16; i < sizeof(f->wire); i++)
		bytes[i] = i;
	memcpy(&f->want.option.level, bytes + 16, 4);
	memcpy(&f->want.option.name, bytes + 20, 4);
	f->want.option.length = length;
	if (cmd == PVCALLS_SETSOCKOPT) {
		f->wire.u.setsockopt.length = length;
		memcpy(f->want.option.value, bytes + 28, length % 37);
	} else {
		f->wire.u.getsockopt.offset = offset;
		f->wire.u.getsockopt.length = length;
		f->want.option.offset = offset;
	}
}

static void request_options(struct kunit *test)
{
	static const u32 bad[] = {
		37, 38, 64, 256, 0x10000, 0x10004, 0x7fffffff, 0x80000000,
		0x80000004, 0xffffffff,
	};
	unsigned int i;
	u32 length;

	for (length = 0; length <= 36; length++) {
		ask_option(test->priv, PVCALLS_SETSOCKOPT, 0, length);
		expect_ret(test, 0, length);
		ask_option(test->priv, PVCALLS_GETSOCKOPT, 0, length);
		expect_ret(test, 0, length);
		ask_option(test->priv, PVCALLS_GETSOCKOPT, U32_MAX, length);
		expect_ret(test, 0, length);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ask_option(test->priv, PVCALLS_SETSOCKOPT, 0, bad[i]);
		expect_ret(test, -EINVAL, bad[i]);
		ask_option(test->priv, PVCALLS_GETSOCKOPT, 0, bad[i]);
		expect_ret(test, -EINVAL, bad[i]);
	}
}

static void request_shutdown(struct kunit *test)
{
	static const struct {
		u32 how;
		int ret;
	} rows[] = {
		{ 0,		0 },
		{ 1,		0 },
		{ 2,		0 },
		{ 3,		-EINVAL },
		{ 4,		-EINVAL },
		{ 0x100,	-EINVAL },
		{ 0x10001,	-EINVAL },
		{ 0x7fffffff,	-EINVAL },
		{ 0x80000000,	-EINVAL },
		{ 0xffffffff,	-EINVAL },
	};
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ask(f, PVCALLS_SHUTDOWN, ID);
		f->features = PVBACK_FEATURE_SHUTDOWN;
		f->wire.u.shutdown.how = rows[i].how;
		f->want.how = rows[i].how;
		expect_ret(test, rows[i].ret, rows[i].how);
	}
}

/* A command of an extension is unknown with every other extension. */
static void request_needs_its_feature(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ask_option(f, i ? PVCALLS_SETSOCKOPT : PVCALLS_GETSOCKOPT, 0,
			   4);
		f->features = ~0u;
		expect_ret(test, 0, i);
		f->features = (u32)~PVBACK_FEATURE_SOCKOPT;
		expect_ret(test, -524, i);
		f->features = 0;
		expect_ret(test, -524, i);
	}
	ask(f, PVCALLS_SHUTDOWN, ID);
	f->features = ~0u;
	expect_ret(test, 0, 2);
	f->features = (u32)~PVBACK_FEATURE_SHUTDOWN;
	expect_ret(test, -524, 2);
}

/* The slow reference: byte by byte, from the drawings of the specification. */
static u64 reference_get(const u8 *wire, unsigned int offset,
			 unsigned int count)
{
	u64 value = 0;

	while (count--)
		value = value << 8 | wire[offset + count];
	return value;
}

static int reference_addr(const u8 *wire, unsigned int features,
			  struct pvback_request *want)
{
	u64 len = reference_get(wire, 44, 4);

	if (len < 16)
		return -EINVAL;
	switch (reference_get(wire, 16, 2)) {
	case 2:
		memcpy(&want->addr, wire + 16, 8);
		want->addr_len = 16;
		return 0;
	case 10:
		if (!(features & PVBACK_FEATURE_INET6))
			return -EAFNOSUPPORT;
		if (len < 28 || reference_get(wire, 40, 4))
			return -EINVAL;
		memcpy(&want->addr, wire + 16, 4);
		memcpy((u8 *)&want->addr + 8, wire + 24, 16);
		want->addr_len = 28;
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

static int reference_socket(const u8 *wire, unsigned int features,
			    struct pvback_request *want)
{
	want->family = reference_get(wire, 16, 4);
	if (reference_get(wire, 20, 4) != 1 || reference_get(wire, 24, 4))
		return -524;
	if (want->family == 10)
		return features & PVBACK_FEATURE_INET6 ? 0 : -524;
	return want->family == 2 ? 0 : -524;
}

static int reference_getname(const u8 *wire, unsigned int features,
			     struct pvback_request *want)
{
	if (!(features & PVBACK_FEATURE_NAMES))
		return -524;
	want->peer = reference_get(wire, 16, 4) == 1;
	return reference_get(wire, 16, 4) > 1 ? -EINVAL : 0;
}

static int reference_ring(const u8 *wire, unsigned int offset,
			  struct pvback_request *want)
{
	want->ref = reference_get(wire, offset, 4);
	want->evtchn = reference_get(wire, offset + 4, 4);
	return want->evtchn ? 0 : -EINVAL;
}

static int reference_set(const u8 *wire, struct pvback_request *want)
{
	u32 length = reference_get(wire, 24, 4), i;

	if (length > 36)
		return -EINVAL;
	want->option.level = reference_get(wire, 16, 4);
	want->option.name = reference_get(wire, 20, 4);
	want->option.length = length;
	for (i = 0; i < length; i++)
		want->option.value[i] = wire[28 + i];
	return 0;
}

static int reference_get_option(const u8 *wire, struct pvback_request *want)
{
	want->option.level = reference_get(wire, 16, 4);
	want->option.name = reference_get(wire, 20, 4);
	want->option.offset = reference_get(wire, 24, 4);
	want->option.length = reference_get(wire, 28, 4);
	return want->option.length > 36 ? -EINVAL : 0;
}

/* Commands that are no part of version 1. */
static int reference_extension(const u8 *wire, unsigned int features,
			       struct pvback_request *want)
{
	if (want->cmd == 129 && features & PVBACK_FEATURE_SOCKOPT)
		return reference_set(wire, want);
	if (want->cmd == 130 && features & PVBACK_FEATURE_SOCKOPT)
		return reference_get_option(wire, want);
	if (want->cmd == 131 && features & PVBACK_FEATURE_SHUTDOWN) {
		want->how = reference_get(wire, 16, 4);
		return want->how > 2 ? -EINVAL : 0;
	}
	return -524;
}

static int reference_decode(const u8 *wire, unsigned int features,
			    struct pvback_request *want)
{
	u32 cmd = reference_get(wire, 4, 4);
	u64 first = reference_get(wire, 16, 8);
	u32 backlog = first;

	memset(want, 0, sizeof(*want));
	want->cmd = cmd;
	want->id = reference_get(wire, 8, 8);
	switch (cmd) {
	case 0:
		return reference_socket(wire, features, want);
	case 1:
		return reference_addr(wire, features, want) ?:
		       reference_ring(wire, 52, want);
	case 3:
		return reference_addr(wire, features, want);
	case 4:
		want->backlog = backlog > 4096 ? 4096 : backlog;
		return 0;
	case 5:
		want->id_new = first;
		return reference_ring(wire, 24, want);
	case 2:
	case 6:
		return 0;
	case 128:
		return reference_getname(wire, features, want);
	default:
		return reference_extension(wire, features, want);
	}
}

/* Of random requests: all of version 1, and those of extensions. */
static const u32 random_cmds[] = { 0, 1, 2, 3, 4, 5, 6, 128, 129, 130, 131 };

/* All that there are, mostly. */
static unsigned int random_features(u32 *state)
{
	return random_next(state) % 4 ? ALL_FEATURES :
	       random_next(state) & ALL_FEATURES;
}

/* Good to begin with, but for its random bytes; often spoiled afterwards. */
static void random_request(u32 *state, struct fixture *f)
{
	static const u32 words[] = {
		0, 1, 2, 7, 10, 15, 16, 17, 28, 29, 127, 128, 4096, 4097,
		0x7fffffff, 0x80000000, 0xffffffff,
	};
	u8 *bytes = (u8 *)&f->wire;
	unsigned int spoil, at;
	u32 word;

	for (at = 0; at < sizeof(f->wire); at++)
		bytes[at] = random_next(state) >> 24;
	f->features = random_features(state);
	f->wire.cmd = random_cmds[random_next(state) %
				  ARRAY_SIZE(random_cmds)];
	if (f->wire.cmd == PVCALLS_SOCKET) {
		f->wire.u.socket.domain = random_next(state) & 0x100 ? 2 : 10;
		f->wire.u.socket.type = 1;
		f->wire.u.socket.protocol = 0;
	} else if (f->wire.cmd == PVCALLS_CONNECT ||
		   f->wire.cmd == PVCALLS_BIND) {
		bytes[16] = random_next(state) & 0x100 ? 2 : 10;
		bytes[17] = 0;
		memset(bytes + 40, 0, bytes[16] == 10 ? 4 : 0);
	} else if (f->wire.cmd == PVCALLS_GETNAME) {
		f->wire.u.getname.which = random_next(state) >> 8 & 1;
	} else if (f->wire.cmd == PVCALLS_SETSOCKOPT) {
		f->wire.u.setsockopt.length %= 37;
	} else if (f->wire.cmd == PVCALLS_GETSOCKOPT) {
		f->wire.u.getsockopt.length %= 37;
	} else if (f->wire.cmd == PVCALLS_SHUTDOWN) {
		f->wire.u.shutdown.how %= 3;
	}
	for (spoil = random_next(state) % 4; spoil > 1; spoil--) {
		at = random_next(state) % (sizeof(f->wire) / sizeof(word));
		word = words[random_next(state) % ARRAY_SIZE(words)];
		memcpy(bytes + at * sizeof(word), &word, sizeof(word));
	}
	if (random_next(state) % 16 == 0)
		f->wire.cmd = random_next(state);
}

static void request_like_reference(struct kunit *test)
{
	unsigned int good[PVCALLS_NR_CMDS] = {}, bad = 0, six = 0, i;
	struct fixture *f = test->priv;
	u32 state = random_start(test);
	struct pvback_request req;
	int ret;

	for (i = 0; i < 60000; i++) {
		random_request(&state, f);
		ret = reference_decode((u8 *)&f->wire, f->features, &f->want);
		KUNIT_ASSERT_EQ(test, pvback_request_decode(&f->wire,
							    f->features, &req),
				ret);
		if (ret) {
			bad++;
			continue;
		}
		expect_request(test, &req, &f->want);
		good[f->wire.cmd]++;
		six += req.family == 10 || req.addr_len == 28;
	}
	/* It was a run worth the name: much of everything. */
	KUNIT_EXPECT_GT(test, bad, 1000u);
	KUNIT_EXPECT_GT(test, six, 1000u);
	for (i = 0; i < ARRAY_SIZE(random_cmds); i++)
		KUNIT_EXPECT_GT_MSG(test, good[random_cmds[i]], 1000u,
				    "command %u", random_cmds[i]);
}

static void request_ignores_meaningless_bytes(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 state = random_start(test);
	unsigned int i, b;
	int ret;

	for (i = 0; i < 2000; i++) {
		random_request(&state, f);
		ret = pvback_request_decode(&f->wire, f->features, &f->want);
		/* One byte after the other, each on top of those before. */
		for (b = 0; b < sizeof(f->wire); b++) {
			struct pvback_request req;

			if (meaning_of(&f->wire, f->features) >> b & 1)
				continue;
			((u8 *)&f->wire)[b] ^= 1 + random_next(&state) % 255;
			KUNIT_ASSERT_EQ_MSG(test, ret,
					    pvback_request_decode(&f->wire,
								  f->features,
								  &req),
					    "command %u, byte %u", f->wire.cmd,
					    b);
			if (!ret)
				expect_request(test, &req, &f->want);
		}
	}
}

/* Most of these are of commands that nobody knows. */
static void request_of_random_bytes(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 state = random_start(test);
	struct pvback_request req;
	unsigned int i, b;

	for (i = 0; i < 20000; i++) {
		for (b = 0; b < sizeof(f->wire); b++)
			((u8 *)&f->wire)[b] = random_next(&state) >> 24;
		f->features = random_features(&state);
		KUNIT_ASSERT_EQ(test, pvback_request_decode(&f->wire,
							    f->features, &req),
				reference_decode((u8 *)&f->wire, f->features,
						 &f->want));
	}
}

static struct kunit_case pvcalls_request_cases[] = {
	KUNIT_CASE(request_id_of_every_command),
	KUNIT_CASE(request_of_unknown_command),
	KUNIT_CASE(request_of_an_extension),
	KUNIT_CASE(request_socket_kinds),
	KUNIT_CASE(request_addr_lengths),
	KUNIT_CASE(request_addr_families),
	KUNIT_CASE(request_addr_of_any_value),
	KUNIT_CASE(request_addr6_lengths),
	KUNIT_CASE(request_addr6_without_feature),
	KUNIT_CASE(request_addr6_scopes),
	KUNIT_CASE(request_addr6_of_any_value),
	KUNIT_CASE(request_getname_which),
	KUNIT_CASE(request_connect_rings),
	KUNIT_CASE(request_accept_rings),
	KUNIT_CASE(request_listen_backlogs),
	KUNIT_CASE(request_options),
	KUNIT_CASE(request_shutdown),
	KUNIT_CASE(request_needs_its_feature),
	KUNIT_CASE(request_like_reference),
	KUNIT_CASE(request_ignores_meaningless_bytes),
	KUNIT_CASE(request_of_random_bytes),
	{}
};

static struct kunit_suite pvcalls_request_suite = {
	.name		= "pvcalls_request",
	.init		= fixture_init,
	.test_cases	= pvcalls_request_cases,
};

kunit_test_suite(pvcalls_request_suite);

MODULE_DESCRIPTION("Tests of the decoding of requests");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
