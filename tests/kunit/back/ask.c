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

u32 ask_socket_of(struct kunit *test, u64 id, u32 family)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_SOCKET,
		.u.socket.id = id,
		.u.socket.domain = family,
		.u.socket.type = PVCALLS_SOCK_STREAM,
	};

	return fake_send(test, &req);
}

u32 ask_socket(struct kunit *test, u64 id)
{
	return ask_socket_of(test, id, PVCALLS_AF_INET);
}

static struct sockaddr_in ask_addr(u16 port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

u32 ask_connect_to(struct kunit *test, u64 id, const void *addr, u32 len,
		   u32 ref, u32 evtchn)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_CONNECT,
		.u.connect.id = id,
		.u.connect.len = len,
		.u.connect.ref = ref,
		.u.connect.evtchn = evtchn,
	};

	memcpy(req.u.connect.addr, addr, min_t(u32, len, PVCALLS_ADDR_SIZE));
	return fake_send(test, &req);
}

u32 ask_bind_to(struct kunit *test, u64 id, const void *addr, u32 len)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_BIND,
		.u.bind.id = id,
		.u.bind.len = len,
	};

	memcpy(req.u.bind.addr, addr, min_t(u32, len, PVCALLS_ADDR_SIZE));
	return fake_send(test, &req);
}

u32 ask_connect(struct kunit *test, u64 id, u16 port, u32 ref, u32 evtchn)
{
	const struct sockaddr_in in = ask_addr(port);

	return ask_connect_to(test, id, &in, sizeof(in), ref, evtchn);
}

u32 ask_bind(struct kunit *test, u64 id, u16 port)
{
	const struct sockaddr_in in = ask_addr(port);

	return ask_bind_to(test, id, &in, sizeof(in));
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

u32 ask_getname(struct kunit *test, u64 id, u32 which)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_GETNAME,
		.u.getname.id = id,
		.u.getname.which = which,
	};

	return fake_send(test, &req);
}

u32 ask_setsockopt(struct kunit *test, u64 id, u32 level, u32 name,
		   const void *value, u32 length)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_SETSOCKOPT,
		.u.setsockopt.id = id,
		.u.setsockopt.level = level,
		.u.setsockopt.name = name,
		.u.setsockopt.length = length,
	};

	memcpy(req.u.setsockopt.value, value,
	       min_t(u32, length, sizeof(req.u.setsockopt.value)));
	return fake_send(test, &req);
}

u32 ask_getsockopt(struct kunit *test, u64 id, u32 level, u32 name,
		   u32 offset, u32 length)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_GETSOCKOPT,
		.u.getsockopt.id = id,
		.u.getsockopt.level = level,
		.u.getsockopt.name = name,
		.u.getsockopt.offset = offset,
		.u.getsockopt.length = length,
	};

	return fake_send(test, &req);
}

u32 ask_shutdown(struct kunit *test, u64 id, u32 how)
{
	struct xen_pvcalls_request req = {
		.cmd = PVCALLS_SHUTDOWN,
		.u.shutdown.id = id,
		.u.shutdown.how = how,
	};

	return fake_send(test, &req);
}
