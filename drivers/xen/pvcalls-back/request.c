// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decode and check one copied request.  See request.h.
 *
 * Padding, connect.flags and release.reuse are never looked at: frontends of
 * version 1 leave old bytes in them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "request.h"

typedef int (*pvback_request_fn)(const struct xen_pvcalls_request *wire,
				 unsigned int features,
				 struct pvback_request *req);

/* The families that this guest may use. */
static bool pvback_request_family(u32 family, unsigned int features)
{
	return family == PVCALLS_AF_INET ||
	       (family == PVCALLS_AF_INET6 &&
		(features & PVBACK_FEATURE_INET6));
}

/*
 * The specification wants ENOTSUP for every kind of socket but these.
 * Linux' own backend says EAFNOSUPPORT; no frontend looks at the difference.
 */
static int pvback_request_socket(const struct xen_pvcalls_request *wire,
				 unsigned int features,
				 struct pvback_request *req)
{
	if (!pvback_request_family(wire->u.socket.domain, features) ||
	    wire->u.socket.type != PVCALLS_SOCK_STREAM ||
	    wire->u.socket.protocol != 0)
		return -PVCALLS_ENOTSUP;
	req->family = wire->u.socket.domain;
	return 0;
}

/*
 * A scope id is an interface of this host, which the guest knows nothing of.
 * A flow label would be one that somebody here has a lease of.
 */
static int pvback_request_addr6(const u8 *addr, u32 len,
				struct pvback_request *req)
{
	if (len < sizeof(req->addr.in6))
		return -EINVAL;
	memcpy(&req->addr.in6, addr, sizeof(req->addr.in6));
	if (req->addr.in6.sin6_scope_id)
		return -EINVAL;
	req->addr.in6.sin6_flowinfo = 0;
	req->addr_len = sizeof(req->addr.in6);
	return 0;
}

/*
 * Frontends pass on the length that a program gave them, which may be that of
 * a sockaddr_storage, but never more than the address itself: a length that
 * is too large says nothing, and only the address is used.
 */
static int pvback_request_addr(const u8 *addr, u32 len,
			       unsigned int features,
			       struct pvback_request *req)
{
	if (len < sizeof(req->addr.in))
		return -EINVAL;
	memcpy(&req->addr.in, addr, sizeof(req->addr.in));
	if (!pvback_request_family(req->addr.in.sin_family, features))
		return -EAFNOSUPPORT;
	if (req->addr.in.sin_family == PVCALLS_AF_INET6)
		return pvback_request_addr6(addr, len, req);
	memset(req->addr.in.sin_zero, 0, sizeof(req->addr.in.sin_zero));
	req->addr_len = sizeof(req->addr.in);
	return 0;
}

/* The hypervisor checks both numbers; it knows no port 0. */
static int pvback_request_ring(u32 ref, u32 evtchn, struct pvback_request *req)
{
	if (!evtchn)
		return -EINVAL;
	req->ref = ref;
	req->evtchn = evtchn;
	return 0;
}

static int pvback_request_connect(const struct xen_pvcalls_request *wire,
				  unsigned int features,
				  struct pvback_request *req)
{
	int ret;

	ret = pvback_request_addr(wire->u.connect.addr, wire->u.connect.len,
				  features, req);
	if (ret)
		return ret;
	return pvback_request_ring(wire->u.connect.ref, wire->u.connect.evtchn,
				   req);
}

static int pvback_request_bind(const struct xen_pvcalls_request *wire,
			       unsigned int features,
			       struct pvback_request *req)
{
	return pvback_request_addr(wire->u.bind.addr, wire->u.bind.len,
				   features, req);
}

/* A negative backlog is a huge one here, and means "as many as you can". */
static int pvback_request_listen(const struct xen_pvcalls_request *wire,
				 unsigned int features,
				 struct pvback_request *req)
{
	req->backlog = min_t(u32, wire->u.listen.backlog,
			     PVBACK_REQUEST_MAX_BACKLOG);
	return 0;
}

static int pvback_request_accept(const struct xen_pvcalls_request *wire,
				 unsigned int features,
				 struct pvback_request *req)
{
	req->id_new = wire->u.accept.id_new;
	return pvback_request_ring(wire->u.accept.ref, wire->u.accept.evtchn,
				   req);
}

static int pvback_request_bare(const struct xen_pvcalls_request *wire,
			       unsigned int features,
			       struct pvback_request *req)
{
	return 0;
}

static int pvback_request_getname(const struct xen_pvcalls_request *wire,
				  unsigned int features,
				  struct pvback_request *req)
{
	if (wire->u.getname.which != PVCALLS_NAME_LOCAL &&
	    wire->u.getname.which != PVCALLS_NAME_PEER)
		return -EINVAL;
	req->peer = wire->u.getname.which == PVCALLS_NAME_PEER;
	return 0;
}

/* Which options there are, and their values, are the business of options.c. */
static int pvback_request_setsockopt(const struct xen_pvcalls_request *wire,
				     unsigned int features,
				     struct pvback_request *req)
{
	u32 length = wire->u.setsockopt.length;

	if (length > PVCALLS_OPTION_SIZE)
		return -EINVAL;
	req->option.level = wire->u.setsockopt.level;
	req->option.name = wire->u.setsockopt.name;
	req->option.length = length;
	memcpy(req->option.value, wire->u.setsockopt.value, length);
	return 0;
}

static int pvback_request_getsockopt(const struct xen_pvcalls_request *wire,
				     unsigned int features,
				     struct pvback_request *req)
{
	u32 length = wire->u.getsockopt.length;

	if (length > PVCALLS_OPTION_SIZE)
		return -EINVAL;
	req->option.level = wire->u.getsockopt.level;
	req->option.name = wire->u.getsockopt.name;
	req->option.offset = wire->u.getsockopt.offset;
	req->option.length = length;
	return 0;
}

static int pvback_request_shutdown(const struct xen_pvcalls_request *wire,
				   unsigned int features,
				   struct pvback_request *req)
{
	if (wire->u.shutdown.how > PVCALLS_SHUT_RDWR)
		return -EINVAL;
	req->how = wire->u.shutdown.how;
	return 0;
}

/* A command that belongs to an extension names the one that has to be on. */
static const struct pvback_request_kind {
	pvback_request_fn decode;
	unsigned int feature;
} pvback_request_kinds[PVCALLS_NR_CMDS] = {
	[PVCALLS_SOCKET]	= { pvback_request_socket },
	[PVCALLS_CONNECT]	= { pvback_request_connect },
	[PVCALLS_RELEASE]	= { pvback_request_bare },
	[PVCALLS_BIND]		= { pvback_request_bind },
	[PVCALLS_LISTEN]	= { pvback_request_listen },
	[PVCALLS_ACCEPT]	= { pvback_request_accept },
	[PVCALLS_POLL]		= { pvback_request_bare },
	[PVCALLS_GETNAME]	= { pvback_request_getname,
				    PVBACK_FEATURE_NAMES },
	[PVCALLS_SETSOCKOPT]	= { pvback_request_setsockopt,
				    PVBACK_FEATURE_SOCKOPT },
	[PVCALLS_GETSOCKOPT]	= { pvback_request_getsockopt,
				    PVBACK_FEATURE_SOCKOPT },
	[PVCALLS_SHUTDOWN]	= { pvback_request_shutdown,
				    PVBACK_FEATURE_SHUTDOWN },
};

/**
 * pvback_request_decode - check a request and put it into our own form
 * @wire: a private copy of the slot; the guest can not change it any more
 * @features: PVBACK_FEATURE_* that are on
 * @req: filled in; what the command does not use is 0
 *
 * Specification: "Commands Ring" and the section of each command.
 *
 * Context: any.
 * Return: 0, or the error to answer: -PVCALLS_ENOTSUP for a command or a kind
 * of socket that we do not know, -EAFNOSUPPORT for an address of another
 * family, -EINVAL for a short address, one with a scope id, port 0, a name
 * that there is not, more bytes of an option than there are, or a direction
 * that is none.
 */
int pvback_request_decode(const struct xen_pvcalls_request *wire,
			  unsigned int features, struct pvback_request *req)
{
	const struct pvback_request_kind *kind;

	memset(req, 0, sizeof(*req));
	if (wire->cmd >= PVCALLS_NR_CMDS)
		return -PVCALLS_ENOTSUP;
	/* An index into tables of functions, from somebody we do not trust. */
	req->cmd = array_index_nospec(wire->cmd, PVCALLS_NR_CMDS);
	kind = &pvback_request_kinds[req->cmd];
	if (!kind->decode || (kind->feature & ~features))
		return -PVCALLS_ENOTSUP;
	/* The identifier is the first argument of every command. */
	req->id = wire->u.poll.id;
	return kind->decode(wire, features, req);
}
