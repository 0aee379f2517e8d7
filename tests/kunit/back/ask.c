// SPDX-License-Identifier: GPL-2.0-only
/*
 * Well-formed requests.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/in.h>

#include "fake.h"

u32 ask_bare(struct kunit *test, u32 cmd, u64 id)
{
	struct xen_pvcalls_request req = { .cmd = cmd, .u.poll.id = id };

	return fake_send(test, &req);
}

u32 ask_socket(struct kunit *test, u64 id)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_SOCKET,
		.u.socket.id = id,
		.u.socket.domain = PVCALLS_AF_INET,
		.u.socket.type = PVCALLS_SOCK_STREAM,
	};

	return fake_send(test, &req);
}

static void ask_addr(u8 *addr, u16 port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	memcpy(addr, &in, sizeof(in));
}

u32 ask_connect(struct kunit *test, u64 id, u16 port, u32 ref, u32 evtchn)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_CONNECT,
		.u.connect.id = id,
		.u.connect.len = sizeof(struct sockaddr_in),
		.u.connect.ref = ref,
		.u.connect.evtchn = evtchn,
	};

	ask_addr(req.u.connect.addr, port);
	return fake_send(test, &req);
}

u32 ask_bind(struct kunit *test, u64 id, u16 port)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_BIND,
		.u.bind.id = id,
		.u.bind.len = sizeof(struct sockaddr_in),
	};

	ask_addr(req.u.bind.addr, port);
	return fake_send(test, &req);
}

u32 ask_listen(struct kunit *test, u64 id, u32 backlog)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_LISTEN,
		.u.listen.id = id,
		.u.listen.backlog = backlog,
	};

	return fake_send(test, &req);
}

u32 ask_accept(struct kunit *test, u64 id, u64 id_new, u32 ref, u32 evtchn)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_ACCEPT,
		.u.accept.id = id,
		.u.accept.id_new = id_new,
		.u.accept.ref = ref,
		.u.accept.evtchn = evtchn,
	};

	return fake_send(test, &req);
}

u32 ask_poll(struct kunit *test, u64 id)
{
	return ask_bare(test, PVCALLS_POLL, id);
}

u32 ask_release(struct kunit *test, u64 id)
{
	return ask_bare(test, PVCALLS_RELEASE, id);
}
