// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of our sockets.
 *
 * Each one asks whether the socket is remote, and hands it to TCP's own
 * operation if not.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/net.h>
#include <linux/sockios.h>
#include <linux/uaccess.h>
#include <asm/ioctls.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "addr.h"
#include "sock.h"

static int pvfront_op_connect(struct socket *sock,
			      struct pvcalls_sockaddr *addr, int len, int flags)
{
	struct sockaddr_in wire = {};
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps;
	int ret;

	lock_sock(sk);
	ret = pvfront_addr_connect(sk->sk_family, ipv6_only_sock(sk),
				   (struct sockaddr *)addr, len, &wire);
	ret = pvfront_route(sk, ret, &wire, &ps);
	if (!ret)
		goto native;
	if (ret > 0)
		ret = pvfront_connect(sk, ps, &wire, flags);
	release_sock(sk);
	return ret;
native:
	release_sock(sk);
	return pvfront_native(sock)->connect(sock, addr, len, flags);
}

static int pvfront_may_bind(const struct sock *sk, __be16 port)
{
	struct net *net = sock_net(sk);

	if (port && inet_port_requires_bind_service(net, ntohs(port)) &&
	    !ns_capable(net->user_ns, CAP_NET_BIND_SERVICE))
		return -EACCES;
	return 0;
}

static int pvfront_op_bind(struct socket *sock, struct pvcalls_sockaddr *addr,
			   int len)
{
	struct sockaddr_in wire = {};
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps;
	int ret;

	lock_sock(sk);
	ret = pvfront_addr_bind(sk->sk_family, ipv6_only_sock(sk),
				(struct sockaddr *)addr, len, &wire);
	/* What is refused here decides nothing. */
	if (ret == PVFRONT_REMOTE && pvfront_may_bind(sk, wire.sin_port))
		ret = -EACCES;
	else
		ret = pvfront_route(sk, ret, &wire, &ps);
	if (!ret)
		goto native;
	if (ret > 0)
		ret = pvfront_bind(sk, ps, &wire);
	release_sock(sk);
	return ret;
native:
	release_sock(sk);
	return pvfront_native(sock)->bind(sock, addr, len);
}

/* A listen without a bind takes any address and any port. */
static int pvfront_op_listen(struct socket *sock, int backlog)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps;
	int ret;

	lock_sock(sk);
	ret = pvfront_route(sk, PVFRONT_REMOTE, &any, &ps);
	if (!ret)
		goto native;
	if (ret > 0) {
		ret = ps->bound ? 0 : pvfront_bind(sk, ps, &any);
		ret = ret ?: pvfront_listen(sk, ps, backlog);
	}
	release_sock(sk);
	return ret;
native:
	release_sock(sk);
	return pvfront_native(sock)->listen(sock, backlog);
}

/*
 * TCP has cloned a socket of its own; what the system call made of the new
 * struct socket has our operations and a reference on this module.
 */
static int pvfront_accept_native(struct socket *sock, struct socket *newsock,
				 PVCALLS_ACCEPT_PARAMS)
{
	const struct proto_ops *native = pvfront_native(sock);
	int ret = native->accept(sock, newsock, PVCALLS_ACCEPT_ARGS);

	if (ret || newsock->ops != sock->ops)
		return ret;
	__module_get(native->owner);
	newsock->ops = native;
	module_put(THIS_MODULE);
	return 0;
}

/* A struct sock for a connection that the backend has accepted. */
static int pvfront_accept_graft(struct sock *sk, struct socket *newsock,
				struct pvfront_sock *child)
{
	struct socket *sock;
	struct sock *newsk;
	int ret;

	ret = __sock_create(sock_net(sk), sk->sk_family, SOCK_STREAM,
			    pvfront_proto_number(), &sock, 0);
	if (ret)
		return ret;
	newsk = sock->sk;
	sock->sk = NULL;
	sock_release(sock);
	newsk->sk_rcvtimeo = sk->sk_rcvtimeo;
	newsk->sk_sndtimeo = sk->sk_sndtimeo;
	/* Nobody else knows it yet, so that its lock is not needed. */
	sock_graft(newsk, newsock);
	newsock->state = SS_CONNECTED;
	pvfront_sock_attach(child, newsk);
	pvfront_ring_catch_up(child);
	return 0;
}

static int pvfront_op_accept(struct socket *sock, struct socket *newsock,
			     PVCALLS_ACCEPT_PARAMS)
{
	struct pvfront_sock *child, *ps = pvfront_of(sock->sk);
	struct sock *sk = sock->sk;
	int ret;

	if (!ps)
		return pvfront_accept_native(sock, newsock,
					     PVCALLS_ACCEPT_ARGS);
	lock_sock(sk);
	child = pvfront_accept(sk, ps, PVCALLS_ACCEPT_FLAGS);
	ret = PTR_ERR_OR_ZERO(child);
	if (!ret) {
		ret = pvfront_accept_graft(sk, newsock, child);
		if (ret)
			pvfront_accept_undo(ps, child);
	}
	release_sock(sk);
	return ret;
}

static int pvfront_op_getname(struct socket *sock, struct sockaddr *addr,
			      int peer)
{
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps = pvfront_of(sk);
	int ret = -ENOTCONN;

	if (!ps)
		return pvfront_native(sock)->getname(sock, addr, peer);
	lock_sock(sk);
	if (!peer)
		ret = pvfront_addr_user(sk->sk_family, &ps->local, addr);
	else if (pvfront_sock_state(ps) == PVFRONT_CONNECTED)
		ret = pvfront_addr_user(sk->sk_family, &ps->peer, addr);
	release_sock(sk);
	return ret;
}

static __poll_t pvfront_op_poll(struct file *file, struct socket *sock,
				struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps = pvfront_of(sk);

	if (!ps)
		return pvfront_native(sock)->poll(file, sock, wait);
	sock_poll_wait(file, sock, wait);
	if (pvfront_sock_state(ps) == PVFRONT_LISTENING)
		return pvfront_listen_poll(ps);
	return pvfront_stream_poll(sk, ps);
}

static int pvfront_op_sendmsg(struct socket *sock, struct msghdr *msg,
			      size_t len)
{
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps = pvfront_of(sk);
	int ret;

	if (!ps) {
		/* A fast open would connect before anybody has decided. */
		if ((msg->msg_flags & MSG_FASTOPEN) && pvfront_undecided(sk))
			return -EOPNOTSUPP;
		return pvfront_native(sock)->sendmsg(sock, msg, len);
	}
	lock_sock(sk);
	ret = pvfront_stream_send(sk, ps, msg, len);
	release_sock(sk);
	return ret;
}

static int pvfront_op_recvmsg(struct socket *sock, struct msghdr *msg,
			      size_t len, int flags)
{
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps = pvfront_of(sk);
	int ret;

	if (!ps)
		return pvfront_native(sock)->recvmsg(sock, msg, len, flags);
	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	lock_sock(sk);
	ret = pvfront_stream_recv(sk, ps, msg, len, flags);
	release_sock(sk);
	if (ret >= 0)
		msg->msg_namelen = 0;
	return ret;
}

/*
 * Version 1 of the protocol has no half-closed streams: a shutdown of our
 * sending side alone would leave the peer waiting for an end that does not
 * come.  Refusing is better than a promise that is not kept.
 */
static int pvfront_op_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps = pvfront_of(sk);
	int ret = 0;

	if (!ps)
		return pvfront_native(sock)->shutdown(sock, how);
	if (how == SHUT_WR)
		return -EOPNOTSUPP;
	if (how != SHUT_RD && how != SHUT_RDWR)
		return -EINVAL;
	lock_sock(sk);
	switch (pvfront_sock_state(ps)) {
	case PVFRONT_LISTENING: /* ends every accept() */
	case PVFRONT_CONNECTED:
		WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | (how + 1));
		break;
	default:
		ret = -ENOTCONN;
	}
	pvfront_sock_wake(ps);
	release_sock(sk);
	return ret;
}

/**
 * pvfront_ioctl - how many bytes wait in a ring?
 * @ps: the remote half
 * @cmd: SIOCINQ or SIOCOUTQ
 * @bytes: set to the answer
 *
 * Context: any.
 * Return: 0, -EINVAL for a listener, or -ENOIOCTLCMD for another command.
 */
int pvfront_ioctl(struct pvfront_sock *ps, unsigned int cmd, int *bytes)
{
	if (cmd != SIOCINQ && cmd != SIOCOUTQ)
		return -ENOIOCTLCMD;
	if (pvfront_sock_state(ps) == PVFRONT_LISTENING)
		return -EINVAL;
	*bytes = cmd == SIOCINQ ? pvfront_stream_inq(ps) :
				  pvfront_stream_outq(ps);
	return 0;
}

static int pvfront_op_ioctl(struct socket *sock, unsigned int cmd,
			    unsigned long arg)
{
	struct pvfront_sock *ps = pvfront_of(sock->sk);
	int ret = -ENOIOCTLCMD;
	int bytes;

	if (ps)
		ret = pvfront_ioctl(ps, cmd, &bytes);
	if (ret == -ENOIOCTLCMD)
		return pvfront_native(sock)->ioctl(sock, cmd, arg);
	return ret ?: put_user(bytes, (int __user *)arg);
}

static int pvfront_op_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct pvfront_sock *ps;

	if (!sk)
		return 0;
	if (pvfront_of(sk)) {
		lock_sock(sk);
		ps = pvfront_sock_detach(sk);
		release_sock(sk);
		pvfront_sock_close(ps);
	}
	return pvfront_native(sock)->release(sock);
}

static ssize_t pvfront_op_splice_read(struct socket *sock, loff_t *pos,
				      struct pipe_inode_info *pipe, size_t len,
				      unsigned int flags)
{
	if (!pvfront_of(sock->sk))
		return pvfront_native(sock)->splice_read(sock, pos, pipe, len,
							 flags);
	return pvcalls_splice_read(sock->file, pos, pipe, len, flags);
}

#ifdef PVCALLS_HAVE_SENDPAGE
static ssize_t pvfront_op_sendpage(struct socket *sock, struct page *page,
				   int offset, size_t size, int flags)
{
	if (!pvfront_of(sock->sk))
		return pvfront_native(sock)->sendpage(sock, page, offset, size,
						      flags);
	return sock_no_sendpage(sock, page, offset, size, flags);
}
#endif

/**
 * pvfront_ops_fill - our operations, on top of TCP's
 * @ops: filled in
 * @native: TCP's; what is not named here stays as it is there
 */
void pvfront_ops_fill(struct proto_ops *ops, const struct proto_ops *native)
{
	*ops = *native;
	ops->owner = THIS_MODULE;
	ops->release = pvfront_op_release;
	ops->bind = pvfront_op_bind;
	ops->connect = pvfront_op_connect;
	ops->accept = pvfront_op_accept;
	ops->getname = pvfront_op_getname;
	ops->poll = pvfront_op_poll;
	ops->ioctl = pvfront_op_ioctl;
	ops->listen = pvfront_op_listen;
	ops->shutdown = pvfront_op_shutdown;
	ops->sendmsg = pvfront_op_sendmsg;
	ops->recvmsg = pvfront_op_recvmsg;
	ops->splice_read = pvfront_op_splice_read;
	/* Our peek begins at the first byte; TCP's before 6.9 does too. */
	ops->set_peek_off = NULL;
#ifdef PVCALLS_HAVE_SENDPAGE
	ops->sendpage = pvfront_op_sendpage;
#endif
}
