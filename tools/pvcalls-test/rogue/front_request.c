// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests as an honest frontend would write them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <string.h>

#include "front.h"

u64 new_id(void)
{
	static u64 last;

	last++;
	return last;
}

/* Listeners of ours; one each, since the last one's may be in TIME_WAIT. */
u16 new_port(void)
{
	static u16 port;

	if (!port)
		port = 20000 + peer_below(10000);
	return port++;
}

struct xen_pvcalls_request req_bare(u32 cmd, u64 id)
{
	struct xen_pvcalls_request req;

	memset(&req, 0, sizeof(req));
	req.cmd = cmd;
	req.u.poll.id = id;
	return req;
}

struct xen_pvcalls_request req_socket(u64 id)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_SOCKET, id);

	req.u.socket.domain = PVCALLS_AF_INET;
	req.u.socket.type = PVCALLS_SOCK_STREAM;
	return req;
}

static void req_address(u8 *to, u32 addr, u16 port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};

	memcpy(to, &in, sizeof(in));
}

struct xen_pvcalls_request req_connect(u64 id, u32 addr, u16 port,
				       const struct data_ring *ring)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_CONNECT, id);

	req_address(req.u.connect.addr, addr, port);
	req.u.connect.len = sizeof(struct sockaddr_in);
	req.u.connect.ref = ring->ref;
	req.u.connect.evtchn = ring->port;
	return req;
}

struct xen_pvcalls_request req_release(u64 id)
{
	return req_bare(PVCALLS_RELEASE, id);
}

struct xen_pvcalls_request req_bind(u64 id, u16 port)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_BIND, id);

	req_address(req.u.bind.addr, 0, port);
	req.u.bind.len = sizeof(struct sockaddr_in);
	return req;
}

struct xen_pvcalls_request req_listen(u64 id, u32 backlog)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_LISTEN, id);

	req.u.listen.backlog = backlog;
	return req;
}

struct xen_pvcalls_request req_accept(u64 id, u64 id_new,
				      const struct data_ring *ring)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_ACCEPT, id);

	req.u.accept.id_new = id_new;
	req.u.accept.ref = ring->ref;
	req.u.accept.evtchn = ring->port;
	return req;
}

struct xen_pvcalls_request req_poll(u64 id)
{
	return req_bare(PVCALLS_POLL, id);
}

struct xen_pvcalls_request req_socket6(u64 id)
{
	struct xen_pvcalls_request req = req_socket(id);

	req.u.socket.domain = PVCALLS_AF_INET6;
	return req;
}

static void req_address6(u8 *to, const char *addr, u16 port)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	if (inet_pton(AF_INET6, addr, &in6.sin6_addr) != 1)
		peer_fail("%s is no address", addr);
	memcpy(to, &in6, sizeof(in6));
}

struct xen_pvcalls_request req_connect6(u64 id, const char *addr, u16 port,
					const struct data_ring *ring)
{
	struct xen_pvcalls_request req = req_connect(id, 0, port, ring);

	req_address6(req.u.connect.addr, addr, port);
	req.u.connect.len = sizeof(struct sockaddr_in6);
	return req;
}

struct xen_pvcalls_request req_bind6(u64 id, const char *addr, u16 port)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_BIND, id);

	req_address6(req.u.bind.addr, addr, port);
	req.u.bind.len = sizeof(struct sockaddr_in6);
	return req;
}

struct xen_pvcalls_request req_getname(u64 id, u32 which)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_GETNAME, id);

	req.u.getname.which = which;
	return req;
}
