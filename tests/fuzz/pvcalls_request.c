// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoding of requests: the input is what stands in a slot of the ring.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>

#include "fuzz.h"
#include "pvcalls-back/request.h"

/* What a request may say depends on its command; all the rest has to be 0. */
static void check_addr(const struct pvback_request *req, const u8 *wire)
{
	static const u8 zero[8];

	FUZZ_CHECK(req->addr_len == sizeof(struct sockaddr_in));
	FUZZ_CHECK(req->addr.in.sin_family == AF_INET);
	FUZZ_CHECK(!memcmp(&req->addr, wire + 16, 8));
	FUZZ_CHECK(!memcmp(req->addr.in.sin_zero, zero, sizeof(zero)));
}

static void check_no_addr(const struct pvback_request *req)
{
	static const struct sockaddr_in zero;

	FUZZ_CHECK(req->addr_len == 0);
	FUZZ_CHECK(!memcmp(&req->addr, &zero, sizeof(zero)));
}

static void check_good(const struct pvback_request *req, const u8 *wire)
{
	bool connect = req->cmd == PVCALLS_CONNECT;
	bool accept = req->cmd == PVCALLS_ACCEPT;

	FUZZ_CHECK(req->cmd < PVCALLS_NR_V1_CMDS);
	FUZZ_CHECK(!memcmp(&req->cmd, wire + 4, sizeof(req->cmd)));
	FUZZ_CHECK(!memcmp(&req->id, wire + 8, sizeof(req->id)));
	if (connect || req->cmd == PVCALLS_BIND)
		check_addr(req, wire);
	else
		check_no_addr(req);
	if (connect || accept)
		FUZZ_CHECK(req->evtchn != 0);
	else
		FUZZ_CHECK(req->evtchn == 0 && req->ref == 0);
	FUZZ_CHECK(req->backlog >= 0);
	FUZZ_CHECK(req->backlog <= PVBACK_REQUEST_MAX_BACKLOG);
	FUZZ_CHECK(req->cmd == PVCALLS_LISTEN || req->backlog == 0);
	FUZZ_CHECK(accept || req->id_new == 0);
}

static void check_bad(const struct pvback_request *req, u32 cmd, int ret)
{
	bool has_addr = cmd == PVCALLS_CONNECT || cmd == PVCALLS_BIND;

	switch (ret) {
	case -PVCALLS_ENOTSUP:
		FUZZ_CHECK(cmd >= PVCALLS_NR_V1_CMDS || cmd == PVCALLS_SOCKET);
		break;
	case -EAFNOSUPPORT:
		FUZZ_CHECK(has_addr);
		break;
	case -EINVAL:
		FUZZ_CHECK(has_addr || cmd == PVCALLS_ACCEPT);
		break;
	default:
		FUZZ_CHECK(!"an error that it may return");
	}
	/* A table of functions is indexed by it, whatever was returned. */
	FUZZ_CHECK(req->cmd < PVCALLS_NR_V1_CMDS);
}

/* A slot, and what became of it, in memory of their own. */
static struct pvback_request *decode(const u8 *bytes, int old, int *ret)
{
	struct xen_pvcalls_request *wire = fuzz_alloc(sizeof(*wire));
	struct pvback_request *req = fuzz_alloc(sizeof(*req));

	memcpy(wire, bytes, sizeof(*wire));
	memset(req, old, sizeof(*req));
	*ret = pvback_request_decode(wire, req);
	FUZZ_CHECK(!memcmp(wire, bytes, sizeof(*wire)));
	free(wire);
	return req;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct pvback_request *req, *again;
	u8 wire[64];
	int ret, ret_again;
	u32 cmd;

	fuzz_bytes(&in, wire, sizeof(wire));
	memcpy(&cmd, wire + 4, sizeof(cmd));
	req = decode(wire, 0x00, &ret);
	again = decode(wire, 0xff, &ret_again);
	FUZZ_CHECK(ret == ret_again);
	FUZZ_CHECK(!memcmp(req, again, sizeof(*req)));
	if (ret)
		check_bad(req, cmd, ret);
	else
		check_good(req, wire);
	free(req);
	free(again);
	return 0;
}
