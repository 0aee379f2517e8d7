// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoding of requests: the input is what stands in a slot of the ring,
 * then the extensions that are on.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>

#include "fuzz.h"
#include "pvcalls-back/request.h"

static u32 word(const u8 *wire, size_t offset)
{
	u32 value;

	memcpy(&value, wire + offset, sizeof(value));
	return value;
}

/* What a request may say depends on its command; all the rest has to be 0. */
static void check_addr(const struct pvback_request *req, const u8 *wire,
		       unsigned int features)
{
	static const u8 zero[20];

	FUZZ_CHECK(!memcmp(&req->addr, wire + 16, 4));
	if (req->addr.sa.sa_family == AF_INET6) {
		FUZZ_CHECK(features & PVBACK_FEATURE_INET6);
		FUZZ_CHECK(req->addr_len == sizeof(struct sockaddr_in6));
		FUZZ_CHECK(req->addr.in6.sin6_flowinfo == 0);
		FUZZ_CHECK(!memcmp(&req->addr.in6.sin6_addr, wire + 24, 16));
		FUZZ_CHECK(req->addr.in6.sin6_scope_id == 0);
		return;
	}
	FUZZ_CHECK(req->addr.sa.sa_family == AF_INET);
	FUZZ_CHECK(req->addr_len == sizeof(struct sockaddr_in));
	FUZZ_CHECK(!memcmp(&req->addr, wire + 16, 8));
	FUZZ_CHECK(!memcmp((u8 *)&req->addr + 8, zero, sizeof(zero)));
}

static void check_no_addr(const struct pvback_request *req)
{
	static const struct sockaddr_in6 zero;

	FUZZ_CHECK(req->addr_len == 0);
	FUZZ_CHECK(!memcmp(&req->addr, &zero, sizeof(zero)));
}

static void check_ring(const struct pvback_request *req, const u8 *wire,
		       size_t offset)
{
	FUZZ_CHECK(req->ref == word(wire, offset));
	FUZZ_CHECK(req->evtchn == word(wire, offset + 4));
	FUZZ_CHECK(req->evtchn != 0);
}

/* Bytes of an option's value that the request says nothing of are 0. */
static void check_option(const struct pvback_request *req, const u8 *wire)
{
	bool set = req->cmd == PVCALLS_SETSOCKOPT;
	u32 i;

	FUZZ_CHECK(req->option.level == word(wire, 16));
	FUZZ_CHECK(req->option.name == word(wire, 20));
	FUZZ_CHECK(req->option.offset == (set ? 0 : word(wire, 24)));
	FUZZ_CHECK(req->option.length == word(wire, set ? 24 : 28));
	FUZZ_CHECK(req->option.length <= PVCALLS_OPTION_SIZE);
	for (i = 0; i < PVCALLS_OPTION_SIZE; i++)
		FUZZ_CHECK(req->option.value[i] ==
			   (set && i < req->option.length ? wire[28 + i] : 0));
}

static void check_extension(const struct pvback_request *req, const u8 *wire)
{
	static const struct pvback_request_option none;
	bool shutdown = req->cmd == PVCALLS_SHUTDOWN;

	if (req->cmd == PVCALLS_SETSOCKOPT || req->cmd == PVCALLS_GETSOCKOPT)
		check_option(req, wire);
	else
		FUZZ_CHECK(!memcmp(&req->option, &none, sizeof(none)));
	FUZZ_CHECK(req->how == (shutdown ? word(wire, 16) : 0));
	FUZZ_CHECK(req->how <= PVCALLS_SHUT_RDWR);
}

static void check_good(const struct pvback_request *req, const u8 *wire,
		       unsigned int features)
{
	bool socket = req->cmd == PVCALLS_SOCKET;
	bool getname = req->cmd == PVCALLS_GETNAME;
	bool connect = req->cmd == PVCALLS_CONNECT;
	bool accept = req->cmd == PVCALLS_ACCEPT;
	bool listen = req->cmd == PVCALLS_LISTEN;
	u32 backlog = word(wire, 16);

	FUZZ_CHECK(req->cmd == word(wire, 4));
	FUZZ_CHECK(!memcmp(&req->id, wire + 8, sizeof(req->id)));
	if (connect || req->cmd == PVCALLS_BIND)
		check_addr(req, wire, features);
	else
		check_no_addr(req);
	if (connect || accept)
		check_ring(req, wire, connect ? 52 : 24);
	else
		FUZZ_CHECK(req->evtchn == 0 && req->ref == 0);
	if (!listen)
		backlog = 0;
	else if (backlog > PVBACK_REQUEST_MAX_BACKLOG)
		backlog = PVBACK_REQUEST_MAX_BACKLOG;
	FUZZ_CHECK(req->backlog >= 0 && (u32)req->backlog == backlog);
	FUZZ_CHECK(req->family == (socket ? (int)word(wire, 16) : 0));
	FUZZ_CHECK(req->peer == (getname && word(wire, 16)));
	if (accept)
		FUZZ_CHECK(!memcmp(&req->id_new, wire + 16, 8));
	else
		FUZZ_CHECK(req->id_new == 0);
	check_extension(req, wire);
}

static bool expect_family(u32 family, unsigned int features)
{
	if (family == AF_INET6)
		return features & PVBACK_FEATURE_INET6;
	return family == AF_INET;
}

static int expect_addr(const u8 *wire, unsigned int features)
{
	u16 family = word(wire, 16);

	if (word(wire, 44) < sizeof(struct sockaddr_in))
		return -EINVAL;
	if (!expect_family(family, features))
		return -EAFNOSUPPORT;
	if (family == AF_INET6 &&
	    (word(wire, 44) < sizeof(struct sockaddr_in6) || word(wire, 40)))
		return -EINVAL;
	return 0;
}

static int expect_extension(const u8 *wire, unsigned int features)
{
	u32 cmd = word(wire, 4);

	if (cmd == PVCALLS_SHUTDOWN && features & PVBACK_FEATURE_SHUTDOWN)
		return word(wire, 16) > PVCALLS_SHUT_RDWR ? -EINVAL : 0;
	if (!(features & PVBACK_FEATURE_SOCKOPT))
		return -PVCALLS_ENOTSUP;
	if (cmd == PVCALLS_SETSOCKOPT)
		return word(wire, 24) > PVCALLS_OPTION_SIZE ? -EINVAL : 0;
	if (cmd == PVCALLS_GETSOCKOPT)
		return word(wire, 28) > PVCALLS_OPTION_SIZE ? -EINVAL : 0;
	return -PVCALLS_ENOTSUP;
}

static int expect(const u8 *wire, unsigned int features)
{
	int ret;

	switch (word(wire, 4)) {
	case PVCALLS_SOCKET:
		return expect_family(word(wire, 16), features) &&
		       word(wire, 20) == SOCK_STREAM && !word(wire, 24) ?
		       0 : -PVCALLS_ENOTSUP;
	case PVCALLS_CONNECT:
		ret = expect_addr(wire, features);
		return ret || word(wire, 56) ? ret : -EINVAL;
	case PVCALLS_BIND:
		return expect_addr(wire, features);
	case PVCALLS_GETNAME:
		if (!(features & PVBACK_FEATURE_NAMES))
			return -PVCALLS_ENOTSUP;
		return word(wire, 16) > 1 ? -EINVAL : 0;
	case PVCALLS_ACCEPT:
		return word(wire, 28) ? 0 : -EINVAL;
	case PVCALLS_RELEASE:
	case PVCALLS_LISTEN:
	case PVCALLS_POLL:
		return 0;
	default:
		return expect_extension(wire, features);
	}
}

/* A slot, and what became of it, in memory of their own. */
static struct pvback_request *decode(const u8 *bytes, unsigned int features,
				     int old, int *ret)
{
	struct xen_pvcalls_request *wire = fuzz_alloc(sizeof(*wire));
	struct pvback_request *req = fuzz_alloc(sizeof(*req));

	memcpy(wire, bytes, sizeof(*wire));
	memset(req, old, sizeof(*req));
	*ret = pvback_request_decode(wire, features, req);
	FUZZ_CHECK(!memcmp(wire, bytes, sizeof(*wire)));
	free(wire);
	return req;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct pvback_request *req, *again;
	unsigned int features;
	u8 wire[64];
	int ret;

	fuzz_bytes(&in, wire, sizeof(wire));
	features = fuzz_u32(&in);
	req = decode(wire, features, 0x00, &ret);
	FUZZ_CHECK(ret == expect(wire, features));
	again = decode(wire, features, 0xff, &ret);
	FUZZ_CHECK(ret == expect(wire, features));
	FUZZ_CHECK(!memcmp(req, again, sizeof(*req)));
	/* A table of functions is indexed by it, whatever was returned. */
	FUZZ_CHECK(req->cmd < PVCALLS_NR_CMDS);
	if (!ret)
		check_good(req, wire, features);
	free(req);
	free(again);
	return 0;
}
