// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of sockets: feature-names.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <net/sock.h>

#include "command.h"
#include "guest.h"
#include "socket.h"

/* Flow labels and interfaces of this host are none of the guest's business. */
static void pvback_name_trim(struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;

	if (addr->ss_family != AF_INET6)
		return;
	in6->sin6_flowinfo = 0;
	in6->sin6_scope_id = 0;
}

/*
 * Not kernel_getpeername(): only proto_ops know the peer of a connection that
 * was reset before it was accepted.
 */
static int pvback_name_get(struct xen_pvcalls_name *name, struct socket *sock,
			   enum pvback_name which)
{
	struct sockaddr_storage addr = {};
	int len;

	len = READ_ONCE(sock->ops)->getname(sock, (struct sockaddr *)&addr,
					    which);
	if (len < 0)
		return len;
	if (WARN_ON_ONCE(len > sizeof(name->addr)))
		return -EINVAL;
	pvback_name_trim(&addr);
	memcpy(name->addr, &addr, len);
	name->len = len;
	return 0;
}

/**
 * pvback_name_tell - put a name into the answer of a call that succeeded
 * @guest: whose call it is
 * @call: not answered yet
 * @sock: whose name
 * @which: which one
 *
 * Does nothing without feature-names.  A name that there is not has the length
 * 0, and is no reason to fail.
 *
 * Context: the work of whoever owns @sock.
 */
void pvback_name_tell(const struct pvback_guest *guest,
		      struct pvback_call *call, struct socket *sock,
		      enum pvback_name which)
{
	if (guest->features & PVBACK_FEATURE_NAMES)
		pvback_name_get(&call->extra.name, sock, which);
}

/**
 * pvback_name_call - the command GETNAME
 * @socket: in any state
 * @call: answered at once
 *
 * Context: the socket's work.
 */
void pvback_name_call(struct pvback_socket *socket, struct pvback_call *call)
{
	int ret = -ENOTCONN;

	/* A connection that was broken off has lost its socket. */
	if (socket->sock)
		ret = pvback_name_get(&call->extra.name, socket->sock,
				      call->req.peer ? PVBACK_NAME_PEER :
						       PVBACK_NAME_LOCAL);
	pvback_command_answer(socket->guest, call, ret);
}
