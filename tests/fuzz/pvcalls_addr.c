// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses: the input is what a program passes to connect() or bind(), with
 * whatever length it likes, to a socket of either family.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>

#include "fuzz.h"
#include "pvcalls-front/addr.h"

/* Linux passes on no more than a sockaddr_storage. */
#define LEN_MAX		128
#define LEN_IN		16
#define LEN_IN6		24

/**
 * struct program - a call that a program makes
 * @family: of its socket
 * @v6only: option of its socket
 * @len: as passed
 * @addr: as passed
 */
struct program {
	u16 family;
	bool v6only;
	int len;
	u8 addr[LEN_MAX];
};

/* What an IPv6 address that means an IPv4 one begins with. */
static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

/* The four bytes of the IPv4 address that it means, or NULL. */
static const u8 *v4_of(const struct program *call)
{
	u16 family;

	if (call->len < 2)
		return NULL;
	memcpy(&family, call->addr, sizeof(family));
	if (family != call->family)
		return NULL;
	if (family == AF_INET)
		return call->len < LEN_IN ? NULL : call->addr + 4;
	if (call->len < LEN_IN6 || memcmp(call->addr + 8, mapped, 12))
		return NULL;
	return call->v6only ? NULL : call->addr + 20;
}

/* The sixteen bytes of the IPv6 address that it means, or NULL. */
static const u8 *v6_of(const struct program *call)
{
	u16 family;

	if (call->family != AF_INET6 || call->len < LEN_IN6)
		return NULL;
	memcpy(&family, call->addr, sizeof(family));
	if (family != AF_INET6 || !memcmp(call->addr + 8, mapped, 12))
		return NULL;
	return call->addr + 8;
}

static bool all_zero(const u8 *bytes, size_t count)
{
	while (count--)
		if (*bytes++)
			return false;
	return true;
}

static int expect_connect(const struct program *call)
{
	const u8 *v4 = v4_of(call), *v6 = v6_of(call);

	if (v4)
		return v4[0] == 127 || all_zero(v4, 4) ? PVFRONT_NATIVE :
							 PVFRONT_REMOTE;
	if (!v6)
		return PVFRONT_FORWARD;
	if (all_zero(v6, 15) && v6[15] <= 1)
		return PVFRONT_NATIVE;
	return -ENETUNREACH;
}

/* Linux takes 0.0.0.0 of no family for one of AF_INET, in a bind. */
static bool any_of_no_family(const struct program *call)
{
	return call->family == AF_INET && call->len >= LEN_IN &&
	       all_zero(call->addr, 2) && all_zero(call->addr + 4, 4);
}

static int expect_bind(const struct program *call)
{
	const u8 *v4 = v4_of(call), *v6 = v6_of(call);

	if (any_of_no_family(call))
		return PVFRONT_REMOTE;
	if (v4)
		return v4[0] == 127 ? PVFRONT_NATIVE : PVFRONT_REMOTE;
	if (!v6)
		return PVFRONT_FORWARD;
	return all_zero(v6, 16) && !call->v6only ? PVFRONT_REMOTE :
						   PVFRONT_NATIVE;
}

/* What leaves the guest: AF_INET, the port, the address, eight zeroes. */
static void check_wire(const struct program *call,
		       const struct sockaddr_in *wire)
{
	const u8 *v4 = v4_of(call), *bytes = (const u8 *)wire;

	FUZZ_CHECK(sizeof(*wire) == LEN_IN);
	FUZZ_CHECK(wire->sin_family == AF_INET);
	FUZZ_CHECK(!memcmp(bytes + 2, call->addr + 2, 2));
	if (v4)
		FUZZ_CHECK(!memcmp(bytes + 4, v4, 4));
	else
		FUZZ_CHECK(all_zero(bytes + 4, 4));
	FUZZ_CHECK(all_zero(bytes + 8, 8));
	FUZZ_CHECK(bytes[4] != 127);
}

/* Nothing behind the bytes that were passed may be read. */
static int reach(const struct program *call, bool connect,
		 struct sockaddr_in *wire)
{
	size_t count = call->len > 0 ? call->len : 0;
	struct sockaddr *addr = fuzz_alloc(count);
	int ret;

	memcpy(addr, call->addr, count);
	ret = connect ? pvfront_addr_connect(call->family, call->v6only, addr,
					     call->len, wire) :
			pvfront_addr_bind(call->family, call->v6only, addr,
					  call->len, wire);
	FUZZ_CHECK(!memcmp(addr, call->addr, count));
	free(addr);
	return ret;
}

/* To the byte, and nothing of what was in the program's memory before. */
static void check_user(u16 family, const struct sockaddr_in *wire,
		       const struct sockaddr *user)
{
	const u8 *bytes = (const u8 *)user, *v4 = (const u8 *)wire + 4;

	if (family == AF_INET) {
		FUZZ_CHECK(!memcmp(user, wire, sizeof(*wire)));
		return;
	}
	FUZZ_CHECK(user->sa_family == AF_INET6);
	FUZZ_CHECK(!memcmp(bytes + 2, (const u8 *)wire + 2, 2));
	FUZZ_CHECK(all_zero(bytes + 4, 4));
	if (all_zero(v4, 4))
		FUZZ_CHECK(all_zero(bytes + 8, 16));
	else
		FUZZ_CHECK(!memcmp(bytes + 8, mapped, sizeof(mapped)) &&
			   !memcmp(bytes + 20, v4, 4));
	FUZZ_CHECK(all_zero(bytes + 24, 4));
}

/* What the program is told of an address leads to the same one again. */
static void check_way_back(const struct program *call,
			   const struct sockaddr_in *wire)
{
	struct sockaddr *user = fuzz_alloc(sizeof(struct sockaddr_in6));
	struct program again = { .family = call->family };
	struct sockaddr_in same;

	memset(user, 0xff, sizeof(struct sockaddr_in6));
	again.len = pvfront_addr_user(call->family, wire, user);
	FUZZ_CHECK(again.len == (call->family == AF_INET ? 16 : 28));
	check_user(call->family, wire, user);
	memcpy(again.addr, user, again.len);
	free(user);
	FUZZ_CHECK(reach(&again, false, &same) == PVFRONT_REMOTE);
	FUZZ_CHECK(!memcmp(wire, &same, sizeof(same)));
}

static void check_call(const struct program *call, bool connect)
{
	int expect = connect ? expect_connect(call) : expect_bind(call);
	struct sockaddr_in wire, same;

	memset(&wire, 0x00, sizeof(wire));
	memset(&same, 0xff, sizeof(same));
	FUZZ_CHECK(reach(call, connect, &wire) == expect);
	FUZZ_CHECK(reach(call, connect, &same) == expect);
	if (expect != PVFRONT_REMOTE)
		return;
	FUZZ_CHECK(!memcmp(&wire, &same, sizeof(wire)));
	check_wire(call, &wire);
	check_way_back(call, &wire);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct program call;
	u8 flags = fuzz_u8(&in);

	call.family = flags & 1 ? AF_INET6 : AF_INET;
	call.v6only = flags & 2;
	/* Some lengths that make no sense, too. */
	call.len = (signed char)fuzz_u8(&in);
	if (flags & 4)
		call.len = LEN_MAX;
	fuzz_bytes(&in, call.addr, sizeof(call.addr));
	check_call(&call, true);
	check_call(&call, false);
	return 0;
}
