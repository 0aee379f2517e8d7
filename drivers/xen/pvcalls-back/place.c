// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the sockets of a guest live.  See place.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "guest.h"
#include "main.h"
#include "place.h"

/**
 * pvback_place_check_uids - does the module's parameter leave room?
 *
 * A guest's uid is uid_base plus the number of its domain: none may be that of
 * root, nor wrap around.
 *
 * Context: module init.
 * Return: 0 or -EINVAL, which has been reported.
 */
int pvback_place_check_uids(void)
{
	if (pvback_uid_base && pvback_uid_base < U32_MAX - DOMID_FIRST_RESERVED)
		return 0;
	pr_err("uid_base %u: %u uids that follow must be free, and none be 0\n",
	       pvback_uid_base, DOMID_FIRST_RESERVED);
	return -EINVAL;
}

/**
 * pvback_place_init - nowhere, until the keys have been read
 * @place: filled in
 *
 * Context: any.
 */
void pvback_place_init(struct pvback_place *place)
{
	place->netns = PVBACK_NETNS_UNSAID;
	place->marked = false;
	place->mark = 0;
	ratelimit_state_init(&place->log, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
}

/* The namespace with a reference, or NULL. */
static struct net *pvback_place_net(int netns)
{
	if (netns == PVBACK_NETNS_OWN)
		return get_net(&init_net);
	if (netns == PVBACK_NETNS_UNSAID)
		return NULL;
	return get_net_ns_by_id(&init_net, netns);
}

/**
 * pvback_place_set_netns - new sockets live in another namespace
 * @place: never set by two at a time
 * @text: the id that the backend's own namespace has for it, see
 *	ip-netns(8), or NULL for the backend's own
 *
 * Context: may sleep.
 * Return: 0, or an error, after which nothing is changed: -EINVAL or -ERANGE
 * for what is no id, -ENOENT if no namespace has it; but the first id that is
 * set stays, for the namespace that may get it.
 */
int pvback_place_set_netns(struct pvback_place *place, const char *text)
{
	struct net *net;
	u32 id;
	int ret;

	if (!text) {
		WRITE_ONCE(place->netns, PVBACK_NETNS_OWN);
		return 0;
	}
	ret = pvback_limits_number(text, INT_MAX, &id);
	if (ret)
		return ret;
	net = pvback_place_net(id);
	if (net || place->netns == PVBACK_NETNS_UNSAID)
		WRITE_ONCE(place->netns, id);
	if (!net)
		return -ENOENT;
	put_net(net);
	return 0;
}

/**
 * pvback_place_set_mark - new sockets carry another mark
 * @place: never set by two at a time
 * @text: the mark, or NULL for none
 *
 * Context: any.
 * Return: 0, or -EINVAL or -ERANGE, after which nothing is changed.
 */
int pvback_place_set_mark(struct pvback_place *place, const char *text)
{
	u32 mark = 0;
	int ret = 0;

	if (text)
		ret = pvback_limits_number(text, U32_MAX, &mark);
	if (ret)
		return ret;
	WRITE_ONCE(place->mark, mark);
	/* Whoever sees that there is a mark sees which. */
	smp_store_release(&place->marked, true);
	return 0;
}

/*
 * Sockets of the kernel hold no reference on their network namespace, and
 * therefore lose their timers when they are closed: a last segment or a FIN
 * that got lost would never be sent again, and a peer that stays silent would
 * keep the rest of the socket for ever.  Ours hold one; so do the children of
 * listeners, which inherit it.
 */
static void pvback_place_hold_net(struct sock *sk)
{
#ifdef PVCALLS_HAVE_REFCNT_UPGRADE
	sk_net_refcnt_upgrade(sk);
#else
	struct net *net = sock_net(sk);

	pvcalls_untrack_net(net, sk);
	sk->sk_net_refcnt = 1;
	get_net_track(net, &sk->ns_tracker, GFP_KERNEL);
	sock_inuse_add(net, 1);
#endif
}

/* The namespace for a new socket, with a reference; NULL if there is none. */
static struct net *pvback_place_find(struct pvback_guest *guest)
{
	struct pvback_place *place = &guest->place;
	int netns = READ_ONCE(place->netns);
	const char *why = "its mark is not understood";
	struct net *net = NULL;

	/* Pairs with the release that follows the mark's first value. */
	if (smp_load_acquire(&place->marked)) {
		net = pvback_place_net(netns);
		why = netns == PVBACK_NETNS_UNSAID ?
		      "its network namespace is not understood" :
		      "no network namespace has its id";
	}
	if (!net && __ratelimit(&place->log))
		dev_err(&guest->dev->dev,
			"domain %u: no socket, since %s (%d)\n",
			guest->domid, why, netns);
	return net;
}

/**
 * pvback_place_create - a kernel's socket for a guest
 * @guest: whose it will be
 * @family: AF_INET or AF_INET6
 * @sock: set to it
 *
 * Context: may sleep.
 * Return: 0, -ENETDOWN if its namespace is gone or one of its keys was never
 * understood, -EAFNOSUPPORT if there is no IPv6, or what the network says.
 */
int pvback_place_create(struct pvback_guest *guest, int family,
			struct socket **sock)
{
	struct net *net;
	u32 mark;
	int ret;

	/* Or the guest could have modprobe called, as often as it likes. */
	if (family == AF_INET6 && !ipv6_mod_enabled())
		return -EAFNOSUPPORT;
	net = pvback_place_find(guest);
	if (!net)
		return -ENETDOWN;
	ret = sock_create_kern(net, family, SOCK_STREAM, IPPROTO_TCP, sock);
	if (!ret) {
		/* Both families, as the wire says, not as a sysctl of ours does. */
		(*sock)->sk->sk_ipv6only = 0;
		pvback_place_hold_net((*sock)->sk);
		mark = READ_ONCE(guest->place.mark);
		if (mark)
			sock_set_mark((*sock)->sk, mark);
		pvback_place_adopt(guest, *sock);
	}
	put_net(net);
	return ret;
}

/**
 * pvback_place_adopt - make a socket the guest's own
 * @guest: whose it is
 * @sock: made for it, or a child of its listener, which has inherited
 *	namespace and mark
 *
 * Context: may sleep; the socket is nobody else's yet.
 */
void pvback_place_adopt(struct pvback_guest *guest, struct socket *sock)
{
	kuid_t uid = KUIDT_INIT(pvback_uid_base + guest->domid);

	/* Newer kernels compare the one, older ones the other. */
	WRITE_ONCE(sock->sk->sk_uid, uid);
	WRITE_ONCE(SOCK_INODE(sock)->i_uid, uid);
	pvback_place_bound(guest, sock);
}

/**
 * pvback_place_bound - let a socket's buffers not outgrow their bound
 * @guest: whose it is
 * @sock: its socket
 *
 * TCP makes them larger as a connection gets faster, up to some MiB each, and
 * goes on doing so below the bound.  One that has reached it stays there.
 *
 * Context: may sleep.
 */
void pvback_place_bound(struct pvback_guest *guest, struct socket *sock)
{
	int bound = pvback_guest_limit(guest, PVBACK_MAX_BUFFER) / 2;
	struct sock *sk = sock->sk;

	if (READ_ONCE(sk->sk_sndbuf) <= bound &&
	    READ_ONCE(sk->sk_rcvbuf) <= bound)
		return;
	lock_sock(sk);
	if (sk->sk_sndbuf > bound) {
		WRITE_ONCE(sk->sk_sndbuf, bound);
		sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	}
	if (sk->sk_rcvbuf > bound) {
		WRITE_ONCE(sk->sk_rcvbuf, bound);
		sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	}
	release_sock(sk);
}
