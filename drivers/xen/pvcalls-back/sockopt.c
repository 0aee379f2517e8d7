// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket options of the kernel's socket, set and read for a guest.
 *
 * To set one is a call into the stack with a value in the kernel's memory.
 * There is no such call to read an option of TCP, so reading means to look at
 * the fields, as the stack itself would.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/sockptr.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "command.h"
#include "guest.h"
#include "options.h"
#include "socket.h"

/**
 * union pvback_sockopt_value - of an option, as getsockopt(2) would give it
 * @number: of most
 * @linger: of SO_LINGER
 * @name: of TCP_CONGESTION
 * @info: of TCP_INFO
 * @bytes: of all
 */
union pvback_sockopt_value {
	s32 number;
	struct linger linger;
	char name[TCP_CA_NAME_MAX];
	struct tcp_info info;
	u8 bytes[sizeof(struct tcp_info)];
};

/* What this kernel calls the options that can be set. */
static const struct pvback_sockopt_name {
	int level;
	int name;
} pvback_sockopt_names[PVBACK_OPTIONS] = {
	[PVBACK_OPTION_REUSEADDR]	= { SOL_SOCKET, SO_REUSEADDR },
	[PVBACK_OPTION_SNDBUF]		= { SOL_SOCKET, SO_SNDBUF },
	[PVBACK_OPTION_RCVBUF]		= { SOL_SOCKET, SO_RCVBUF },
	[PVBACK_OPTION_KEEPALIVE]	= { SOL_SOCKET, SO_KEEPALIVE },
	[PVBACK_OPTION_OOBINLINE]	= { SOL_SOCKET, SO_OOBINLINE },
	[PVBACK_OPTION_PRIORITY]	= { SOL_SOCKET, SO_PRIORITY },
	[PVBACK_OPTION_LINGER]		= { SOL_SOCKET, SO_LINGER },
	[PVBACK_OPTION_REUSEPORT]	= { SOL_SOCKET, SO_REUSEPORT },
	[PVBACK_OPTION_NODELAY]		= { SOL_TCP, TCP_NODELAY },
	[PVBACK_OPTION_CORK]		= { SOL_TCP, TCP_CORK },
	[PVBACK_OPTION_KEEPIDLE]	= { SOL_TCP, TCP_KEEPIDLE },
	[PVBACK_OPTION_KEEPINTVL]	= { SOL_TCP, TCP_KEEPINTVL },
	[PVBACK_OPTION_KEEPCNT]		= { SOL_TCP, TCP_KEEPCNT },
	[PVBACK_OPTION_SYNCNT]		= { SOL_TCP, TCP_SYNCNT },
	[PVBACK_OPTION_DEFER_ACCEPT]	= { SOL_TCP, TCP_DEFER_ACCEPT },
	[PVBACK_OPTION_QUICKACK]	= { SOL_TCP, TCP_QUICKACK },
	[PVBACK_OPTION_USER_TIMEOUT]	= { SOL_TCP, TCP_USER_TIMEOUT },
	[PVBACK_OPTION_TOS]		= { SOL_IP, IP_TOS },
	[PVBACK_OPTION_V6ONLY]		= { SOL_IPV6, IPV6_V6ONLY },
	[PVBACK_OPTION_TCLASS]		= { SOL_IPV6, IPV6_TCLASS },
};

/*
 * Sockets that share a port have one owner.  Root's would be those of every
 * daemon of dom0, whose connections the guest could then take.
 */
static bool pvback_sockopt_may_share(struct socket *sock)
{
	return !uid_eq(sock->sk->sk_uid, GLOBAL_ROOT_UID) &&
	       !uid_eq(SOCK_INODE(sock)->i_uid, GLOBAL_ROOT_UID);
}

static int pvback_sockopt_store(struct socket *sock,
				enum pvback_option option, s32 value)
{
	const struct pvback_sockopt_name *to = &pvback_sockopt_names[option];
	struct linger linger = { .l_onoff = value };
	sockptr_t from = KERNEL_SOCKPTR(&value);
	unsigned int length = sizeof(value);

	if (option == PVBACK_OPTION_REUSEPORT &&
	    !pvback_sockopt_may_share(sock))
		return -ENOPROTOOPT;
	if (option == PVBACK_OPTION_LINGER) {
		from = KERNEL_SOCKPTR(&linger);
		length = sizeof(linger);
	}
	if (to->level == SOL_SOCKET)
		return sock_setsockopt(sock, to->level, to->name, from,
				       length);
	return sock_common_setsockopt(sock, to->level, to->name, from, length);
}

static s32 pvback_sockopt_of_socket(const struct sock *sk,
				    enum pvback_option option)
{
	switch (option) {
	case PVBACK_OPTION_REUSEADDR:
		return sk->sk_reuse != SK_NO_REUSE;
	case PVBACK_OPTION_TYPE:
		return sk->sk_type;
	case PVBACK_OPTION_SNDBUF:
		return READ_ONCE(sk->sk_sndbuf);
	case PVBACK_OPTION_RCVBUF:
		return READ_ONCE(sk->sk_rcvbuf);
	case PVBACK_OPTION_KEEPALIVE:
		return sock_flag(sk, SOCK_KEEPOPEN);
	case PVBACK_OPTION_OOBINLINE:
		return sock_flag(sk, SOCK_URGINLINE);
	case PVBACK_OPTION_PRIORITY:
		return READ_ONCE(sk->sk_priority);
	case PVBACK_OPTION_REUSEPORT:
		return sk->sk_reuseport;
	default:
		return sk->sk_state == TCP_LISTEN;
	}
}

/* Kept as retransmissions: the first one after a second, then after two... */
static s32 pvback_sockopt_seconds(const struct request_sock_queue *queue)
{
	return (1 << min_t(u8, queue->rskq_defer_accept, 30)) - 1;
}

static s32 pvback_sockopt_of_tcp(struct sock *sk, enum pvback_option option)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	switch (option) {
	case PVBACK_OPTION_NODELAY:
		return !!(tp->nonagle & TCP_NAGLE_OFF);
	case PVBACK_OPTION_CORK:
		return !!(tp->nonagle & TCP_NAGLE_CORK);
	case PVBACK_OPTION_MAXSEG:
		return tp->mss_cache;
	case PVBACK_OPTION_KEEPIDLE:
		return keepalive_time_when(tp) / HZ;
	case PVBACK_OPTION_KEEPINTVL:
		return keepalive_intvl_when(tp) / HZ;
	case PVBACK_OPTION_KEEPCNT:
		return keepalive_probes(tp);
	case PVBACK_OPTION_SYNCNT:
		return READ_ONCE(icsk->icsk_syn_retries) ?:
		       READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_syn_retries);
	case PVBACK_OPTION_DEFER_ACCEPT:
		return pvback_sockopt_seconds(&icsk->icsk_accept_queue);
	case PVBACK_OPTION_QUICKACK:
		return !inet_csk_in_pingpong_mode(sk);
	default:
		return READ_ONCE(icsk->icsk_user_timeout);
	}
}

static int pvback_sockopt_of_ip(const struct sock *sk,
				enum pvback_option option, s32 *number)
{
	if (option == PVBACK_OPTION_TOS)
		*number = inet_sk(sk)->tos;
	else if (sk->sk_family != AF_INET6)
		return -ENOPROTOOPT;
	else if (option == PVBACK_OPTION_V6ONLY)
		*number = ipv6_only_sock(sk);
	else
		*number = inet6_sk(sk)->tclass;
	return 0;
}

/* Returns the length of the value, or an error. */
static int pvback_sockopt_look(struct sock *sk, enum pvback_option option,
			       union pvback_sockopt_value *value)
{
	int ret = sizeof(value->number), error;

	sock_owned_by_me(sk);

	switch (option) {
	case PVBACK_OPTION_LINGER:
		value->linger.l_onoff = sock_flag(sk, SOCK_LINGER);
		value->linger.l_linger = 0;
		return sizeof(value->linger);
	case PVBACK_OPTION_CONGESTION:
		memcpy(value->name, inet_csk(sk)->icsk_ca_ops->name,
		       sizeof(value->name));
		return sizeof(value->name);
	case PVBACK_OPTION_TOS:
	case PVBACK_OPTION_V6ONLY:
	case PVBACK_OPTION_TCLASS:
		error = pvback_sockopt_of_ip(sk, option, &value->number);
		return error ?: ret;
	case PVBACK_OPTION_REUSEADDR ... PVBACK_OPTION_PRIORITY:
	case PVBACK_OPTION_REUSEPORT:
	case PVBACK_OPTION_ACCEPTCONN:
		value->number = pvback_sockopt_of_socket(sk, option);
		return ret;
	default:
		value->number = pvback_sockopt_of_tcp(sk, option);
		return ret;
	}
}

static int pvback_sockopt_load(struct sock *sk, enum pvback_option option,
			       union pvback_sockopt_value *value)
{
	int ret;

	memset(value, 0, sizeof(*value));
	if (option == PVBACK_OPTION_INFO) {
		/* Takes the lock by itself. */
		tcp_get_info(sk, &value->info);
		return sizeof(value->info);
	}
	lock_sock(sk);
	ret = pvback_sockopt_look(sk, option, value);
	release_sock(sk);
	return ret;
}

static void pvback_sockopt_refuse(struct pvback_socket *socket,
				  const struct pvback_request_option *want,
				  int ret)
{
	if (ret)
		pvback_seen_refuse(socket->guest, socket->id,
				   PVBACK_REFUSE_OPTION,
				   (u64)want->level << 32 | want->name, ret);
}

static int pvback_sockopt_do_set(struct pvback_socket *socket,
				 const struct pvback_request_option *want)
{
	int option, ret;
	s32 value;

	option = pvback_option_find(want->level, want->name);
	if (option < 0)
		return option;
	ret = pvback_option_check(option, want->value, want->length, &value);
	if (ret)
		return ret;
	/* The guest has broken its ring, and the connection is gone. */
	if (!socket->sock)
		return -ENOTCONN;
	return pvback_sockopt_store(socket->sock, option, value);
}

/**
 * pvback_sockopt_set - the command SETSOCKOPT
 * @socket: in any state
 * @call: answered at once
 *
 * Specification: feature-sockopt in pvcalls.h.
 *
 * Context: the socket's work.
 */
void pvback_sockopt_set(struct pvback_socket *socket,
			struct pvback_call *call)
{
	int ret = pvback_sockopt_do_set(socket, &call->req.option);

	pvback_sockopt_refuse(socket, &call->req.option, ret);
	pvback_command_answer(socket->guest, call, ret);
}

static int pvback_sockopt_do_get(struct pvback_socket *socket,
				 const struct pvback_request_option *want,
				 struct xen_pvcalls_option *answer)
{
	union pvback_sockopt_value value;
	u32 length;
	int ret;

	ret = pvback_option_find(want->level, want->name);
	if (ret < 0)
		return ret;
	if (!socket->sock)
		return -ENOTCONN;
	ret = pvback_sockopt_load(socket->sock->sk, ret, &value);
	if (ret < 0)
		return ret;
	length = ret;
	if (want->offset > length)
		return -EINVAL;
	answer->len = length;
	memcpy(answer->value, value.bytes + want->offset,
	       min(want->length, length - want->offset));
	return 0;
}

/**
 * pvback_sockopt_get - the command GETSOCKOPT
 * @socket: in any state
 * @call: answered at once
 *
 * Specification: feature-sockopt in pvcalls.h.
 *
 * Context: the socket's work.
 */
void pvback_sockopt_get(struct pvback_socket *socket,
			struct pvback_call *call)
{
	int ret;

	ret = pvback_sockopt_do_get(socket, &call->req.option,
				    &call->extra.option);
	pvback_sockopt_refuse(socket, &call->req.option, ret);
	pvback_command_answer(socket->guest, call, ret);
}

/**
 * pvback_sockopt_default_bound - options of a socket before it is bound
 * @socket: not bound yet
 *
 * SO_REUSEADDR: version 1 has no socket options, and a server that can not be
 * restarted while old connections are in TIME_WAIT is of little use.  Two
 * listeners on one port it does not allow.  A guest that has options says for
 * itself what it wants.
 *
 * Context: the socket's work.
 */
void pvback_sockopt_default_bound(struct pvback_socket *socket)
{
	if (!(socket->guest->features & PVBACK_FEATURE_SOCKOPT))
		sock_set_reuseaddr(socket->sock->sk);
}

/**
 * pvback_sockopt_default_connected - options of a new connection
 * @socket: connected
 *
 * TCP_NODELAY: the guest's ring already gathers what a program writes in
 * small pieces.  Waiting for the peer to acknowledge that would cost
 * interactive programs, which ask for TCP_NODELAY and can not have it, 40 ms
 * at a time.  Again only without options.
 *
 * Context: the socket's work, or whoever owns a socket that is not live.
 */
void pvback_sockopt_default_connected(struct pvback_socket *socket)
{
	if (!(socket->guest->features & PVBACK_FEATURE_SOCKOPT))
		tcp_sock_set_nodelay(socket->sock->sk);
}
