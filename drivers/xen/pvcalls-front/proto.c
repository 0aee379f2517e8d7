// SPDX-License-Identifier: GPL-2.0-only
/*
 * How Linux sees us: a protocol number of IPv4 and IPv6 stream sockets.
 *
 * The struct proto of a socket is a copy of TCP's own which is never
 * registered: registering would replace TCP's slabs.  There are two copies for
 * each family: the one that sockets are born with, and the one of remote
 * sockets, in which nothing reaches TCP's tables or timers.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/net.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "sock.h"

/* 256, 261 and 262 are taken; 262 is the last one that Linux has room for. */
static int protocol = 260;
module_param(protocol, int, 0444);
MODULE_PARM_DESC(protocol, "number that socket(2) knows PV Calls by");

struct proto pvfront_prot4 __ro_after_init;
struct proto pvfront_prot6 __ro_after_init;
struct proto pvfront_remote4 __ro_after_init;
struct proto pvfront_remote6 __ro_after_init;
static struct proto_ops pvfront_ops4 __ro_after_init;
static struct proto_ops pvfront_ops6 __ro_after_init;
static const struct proto_ops *pvfront_native6 __ro_after_init;

/**
 * pvfront_proto_number - the number that socket(2) knows PV Calls by
 */
int pvfront_proto_number(void)
{
	return protocol;
}

/**
 * pvfront_native - TCP's own operations
 * @sock: a socket with our proto_ops
 */
const struct proto_ops *pvfront_native(const struct socket *sock)
{
	return sock->ops == &pvfront_ops6 ? pvfront_native6 : &inet_stream_ops;
}

/*
 * Only in the initial network namespace: a container with a namespace of its
 * own was meant to have no network but that one.
 */
static int pvfront_init_sock(struct sock *sk)
{
	int ret;

	sk->sk_protocol = IPPROTO_TCP;
	ret = sk->sk_family == AF_INET ? tcp_prot.init(sk) :
					 tcpv6_prot.init(sk);
	/* After it, since whatever fails here is destroyed as TCP would. */
	if (!ret && !net_eq(sock_net(sk), &init_net))
		ret = -EPROTONOSUPPORT;
	return ret;
}

static void pvfront_no_keepalive(struct sock *sk, int on)
{
}

static int pvfront_no_hash(struct sock *sk)
{
	return 0;
}

static void pvfront_no_unhash(struct sock *sk)
{
}

static int pvfront_no_disconnect(struct sock *sk, int flags)
{
	return -EOPNOTSUPP;
}

static int pvfront_no_port(struct sock *sk, unsigned short port)
{
	return -EINVAL;
}

#ifdef PVCALLS_HAVE_PROTO_IOCTL
/* io_uring asks here, and not the proto_ops. */
static int pvfront_remote_ioctl(struct sock *sk, int cmd, int *karg)
{
	int ret = pvfront_ioctl(pvfront_of(sk), cmd, karg);

	return ret == -ENOIOCTLCMD ? tcp_prot.ioctl(sk, cmd, karg) : ret;
}
#endif

static void pvfront_fill_prots(struct proto *prot, struct proto *remote,
			       const struct proto *native)
{
	*prot = *native;
	strscpy(prot->name, "PVCALLS", sizeof(prot->name));
	prot->owner = THIS_MODULE;
	prot->init = pvfront_init_sock;

	*remote = *prot;
	remote->keepalive = pvfront_no_keepalive;
	remote->hash = pvfront_no_hash;
	remote->unhash = pvfront_no_unhash;
	remote->rehash = NULL;
	remote->disconnect = pvfront_no_disconnect;
	remote->get_port = pvfront_no_port;
	remote->diag_destroy = NULL;
#ifdef PVCALLS_HAVE_PROTO_IOCTL
	remote->ioctl = pvfront_remote_ioctl;
#endif
#ifdef PVCALLS_HAVE_SPLICE_EOF
	/* Nothing of ours waits for more to come. */
	remote->splice_eof = NULL;
#endif
}

static struct inet_protosw pvfront_protosw4 = {
	.type	= SOCK_STREAM,
	.prot	= &pvfront_prot4,
	.ops	= &pvfront_ops4,
	.flags	= INET_PROTOSW_ICSK,
};

static struct inet_protosw pvfront_protosw6 = {
	.type	= SOCK_STREAM,
	.prot	= &pvfront_prot6,
	.ops	= &pvfront_ops6,
	.flags	= INET_PROTOSW_ICSK,
};

/*
 * TCP's operations for IPv6 are not exported by every kernel, but a socket of
 * it has them.  A kernel with IPv6 turned off has none.
 */
static const struct proto_ops *pvfront_find_native6(void)
{
	const struct proto_ops *ops;
	struct socket *sock;

	if (sock_create_kern(&init_net, PF_INET6, SOCK_STREAM, IPPROTO_TCP,
			     &sock))
		return NULL;
	ops = sock->ops;
	sock_release(sock);
	return ops;
}

/**
 * pvfront_proto_init - register the protocol number
 *
 * Return: 0, or -EINVAL for a number that Linux has no room for.
 */
int pvfront_proto_init(void)
{
	int ret;

	if (protocol <= IPPROTO_RAW || protocol >= IPPROTO_MAX)
		return -EINVAL;
	pvfront_protosw4.protocol = protocol;
	pvfront_ops_fill(&pvfront_ops4, &inet_stream_ops);
	pvfront_fill_prots(&pvfront_prot4, &pvfront_remote4, &tcp_prot);
	inet_register_protosw(&pvfront_protosw4);

	pvfront_native6 = pvfront_find_native6();
	if (!pvfront_native6)
		return 0;
	pvfront_protosw6.protocol = protocol;
	pvfront_ops_fill(&pvfront_ops6, pvfront_native6);
	pvfront_fill_prots(&pvfront_prot6, &pvfront_remote6, &tcpv6_prot);
	ret = inet6_register_protosw(&pvfront_protosw6);
	if (ret)
		inet_unregister_protosw(&pvfront_protosw4);
	return ret;
}

/**
 * pvfront_proto_exit - no new sockets
 */
void pvfront_proto_exit(void)
{
	if (pvfront_native6)
		inet6_unregister_protosw(&pvfront_protosw6);
	inet_unregister_protosw(&pvfront_protosw4);
}
