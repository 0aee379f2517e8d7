// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision: does a socket leave the guest, or is it TCP's?  See sock.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "addr.h"
#include "sock.h"

/**
 * pvfront_undecided - has nobody asked this socket for anything yet?
 * @sk: a socket with our proto_ops
 */
bool pvfront_undecided(const struct sock *sk)
{
	const struct proto *prot = READ_ONCE(sk->sk_prot);

	return prot == &pvfront_prot4 || prot == &pvfront_prot6;
}

/*
 * TCP has it for good.  Its creator becomes TCP too, the slabs are the same:
 * otherwise a socket in TIME_WAIT would hold this module for a minute.
 */
static void pvfront_make_native(struct sock *sk)
{
	struct proto *prot = sk->sk_prot == &pvfront_prot4 ? &tcp_prot :
							     &tcpv6_prot;

	__module_get(prot->owner);
	WRITE_ONCE(sk->sk_prot, prot);
	sk->sk_prot_creator = prot;
	module_put(THIS_MODULE);
}

/* An address of the guest's own is in the guest. */
static int pvfront_localize(struct sock *sk, int reach,
			    const struct sockaddr_in *wire)
{
	__be32 addr = wire->sin_addr.s_addr;

	if (reach == PVFRONT_REMOTE && addr &&
	    inet_addr_type(sock_net(sk), addr) == RTN_LOCAL)
		return PVFRONT_NATIVE;
	return reach;
}

/* A socket that is remote already can not do anything in the guest. */
static int pvfront_stay_remote(int reach)
{
	if (reach == PVFRONT_REMOTE)
		return 1;
	return reach == PVFRONT_FORWARD ? -EINVAL : -ENETUNREACH;
}

/**
 * pvfront_route - where this bind, listen or connect goes
 * @sk: a socket with our proto_ops, locked
 * @reach: an enum pvfront_reach, what the address says of itself, or an errno
 *	for an address that can only be remote and is not possible there
 * @wire: the address, for PVFRONT_REMOTE
 * @ps: set to the remote half if there is one
 *
 * The first call that is answered with anything but an error, and is not
 * PVFRONT_FORWARD, decides for the rest of the socket's life.
 *
 * Context: may sleep.
 * Return: 1 if it is remote, 0 if it is for the native stack, or an errno.
 */
int pvfront_route(struct sock *sk, int reach, const struct sockaddr_in *wire,
		  struct pvfront_sock **ps)
{
	struct pvfront_dev *dev;

	reach = pvfront_localize(sk, reach, wire);
	*ps = pvfront_of(sk);
	if (*ps)
		return pvfront_stay_remote(reach);
	if (!pvfront_undecided(sk) || reach == PVFRONT_FORWARD)
		return 0;
	dev = pvfront_dev_find();
	if (!dev || reach == PVFRONT_NATIVE) {
		pvfront_make_native(sk);
		reach = 0;
	} else if (reach == PVFRONT_REMOTE) {
		*ps = pvfront_make_remote(sk, dev);
		reach = IS_ERR(*ps) ? PTR_ERR(*ps) : 1;
	}
	if (dev)
		pvfront_dev_put(dev);
	return reach;
}
