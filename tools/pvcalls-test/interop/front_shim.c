// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user for the in-tree frontend, which has none: its functions become those
 * of IPv4 stream sockets of protocol 260, the number that our frontend has.
 *
 * The in-tree file is included, because nothing of it is exported.  It can not
 * be unloaded, so neither can this module.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <net/inet_sock.h>
#include <net/protocol.h>
#include <net/sock.h>

/* A module has one init function, ours; it calls the included file's. */
#pragma push_macro("module_init")
#undef module_init
#define module_init(fn)
#include "pvcalls-front.c"
#pragma pop_macro("module_init")

#define SHIM_PROTOCOL	260

static int shim_init_sock(struct sock *sk)
{
	return pvcalls_front_socket(sk->sk_socket);
}

static void shim_unhash(struct sock *sk)
{
}

static struct proto shim_proto = {
	.name		= "PVCALLS_INTREE",
	.owner		= THIS_MODULE,
	.obj_size	= sizeof(struct inet_sock),
	.init		= shim_init_sock,
	.unhash		= shim_unhash,
};

/*
 * The in-tree function leaves the struct sock to its caller.  There are two
 * kinds: socket(2) made the one, pvcalls_front_accept() the other, by a bare
 * sk_alloc() without a reference count.
 */
static int shim_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	int ret = pvcalls_front_release(sock);

	if (!sk)
		return ret;
	sock->sk = NULL;
	if (sk->sk_prot == &shim_proto) {
		sock_orphan(sk);
		sock_put(sk);
	} else {
		sk_free(sk);
	}
	return ret;
}

static int shim_accept(struct socket *sock, struct socket *newsock,
		       PVCALLS_ACCEPT_PARAMS)
{
	return pvcalls_front_accept(sock, newsock, PVCALLS_ACCEPT_INTREE);
}

static int shim_bind(struct socket *sock, struct pvcalls_sockaddr *addr,
		     int len)
{
	return pvcalls_front_bind(sock, (struct sockaddr *)addr, len);
}

static int shim_connect(struct socket *sock, struct pvcalls_sockaddr *addr,
			int len, int flags)
{
	return pvcalls_front_connect(sock, (struct sockaddr *)addr, len, flags);
}

/* The protocol has no names to get, but security modules ask before listen. */
static int shim_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;

	*in = (struct sockaddr_in){ .sin_family = AF_INET };
	return sizeof(*in);
}

static const struct proto_ops shim_ops = {
	.family		= PF_INET,
	.owner		= THIS_MODULE,
	.release	= shim_release,
	.bind		= shim_bind,
	.connect	= shim_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= shim_accept,
	.getname	= shim_getname,
	.poll		= pvcalls_front_poll,
	.ioctl		= sock_no_ioctl,
	.listen		= pvcalls_front_listen,
	.shutdown	= sock_no_shutdown,
	.sendmsg	= pvcalls_front_sendmsg,
	.recvmsg	= pvcalls_front_recvmsg,
	.mmap		= sock_no_mmap,
};

static struct inet_protosw shim_protosw = {
	.type		= SOCK_STREAM,
	.protocol	= SHIM_PROTOCOL,
	.prot		= &shim_proto,
	.ops		= &shim_ops,
};

static int __init shim_init(void)
{
	int ret = proto_register(&shim_proto, 1);

	if (ret)
		return ret;
	ret = pvcalls_frontend_init();
	if (ret) {
		proto_unregister(&shim_proto);
		return ret;
	}
	inet_register_protosw(&shim_protosw);
	return 0;
}
module_init(shim_init);
