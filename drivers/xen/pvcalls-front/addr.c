// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses.  See addr.h.
 *
 * Without feature-inet6 only IPv4 is on the wire.  A program with an IPv6
 * socket still gets far: mapped addresses are IPv4 addresses, a bind to :: is
 * a bind to 0.0.0.0, and a real IPv6 destination is ENETUNREACH, on which
 * programs try the next address.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "addr.h"

/* The shortest sockaddr_in6 that Linux takes: without a scope id. */
#define PVFRONT_SIN6_MIN 24

static bool pvfront_v4_loopback(__be32 addr)
{
	return (ntohl(addr) >> 24) == IN_LOOPBACKNET;
}

static bool pvfront_v6_zero(const struct in6_addr *addr, int words)
{
	while (words--)
		if (addr->s6_addr32[words])
			return false;
	return true;
}

static bool pvfront_v6_mapped(const struct in6_addr *addr)
{
	return pvfront_v6_zero(addr, 2) &&
	       addr->s6_addr32[2] == htonl(0x0000ffff);
}

static bool pvfront_v6_any(const struct in6_addr *addr)
{
	return pvfront_v6_zero(addr, 4);
}

static bool pvfront_v6_loopback(const struct in6_addr *addr)
{
	return pvfront_v6_zero(addr, 3) && addr->s6_addr32[3] == htonl(1);
}

static void pvfront_wire(struct sockaddr_in *wire, __be32 addr, __be16 port)
{
	memset(wire, 0, sizeof(*wire));
	wire->sin_family = AF_INET;
	wire->sin_addr.s_addr = addr;
	wire->sin_port = port;
}

/*
 * The IPv4 meaning of what the program passed, if it has one.  An address of
 * another family than the socket's has none.
 */
static bool pvfront_addr_v4(u16 family, bool v6only,
			    const struct sockaddr *addr, int len,
			    struct sockaddr_in *wire)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (len < (int)sizeof(addr->sa_family) || addr->sa_family != family)
		return false;
	if (family == AF_INET) {
		if (len < (int)sizeof(*in))
			return false;
		pvfront_wire(wire, in->sin_addr.s_addr, in->sin_port);
		return true;
	}
	if (v6only || len < PVFRONT_SIN6_MIN ||
	    !pvfront_v6_mapped(&in6->sin6_addr))
		return false;
	pvfront_wire(wire, in6->sin6_addr.s6_addr32[3], in6->sin6_port);
	return true;
}

/* A whole IPv6 address on an IPv6 socket, and not an IPv4 one in disguise. */
static bool pvfront_is_v6(u16 family, const struct sockaddr *addr, int len)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	return len >= PVFRONT_SIN6_MIN && family == AF_INET6 &&
	       addr->sa_family == AF_INET6 &&
	       !pvfront_v6_mapped(&in6->sin6_addr);
}

/* Linux takes a bind to no family, if it is to any address, for AF_INET. */
static bool pvfront_is_any(u16 family, const struct sockaddr *addr, int len)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

	return family == AF_INET && len >= (int)sizeof(*in) &&
	       addr->sa_family == AF_UNSPEC && !in->sin_addr.s_addr;
}

/**
 * pvfront_addr_connect - where does a connect to this address go?
 * @family: of the socket, AF_INET or AF_INET6
 * @v6only: the socket's IPV6_V6ONLY
 * @addr: as the program passed it, in kernel memory
 * @len: bytes of @addr
 * @wire: filled in if it is remote
 *
 * Loopback stays in the guest, and so do 0.0.0.0 and ::, which mean loopback
 * as destinations.
 *
 * Return: an enum pvfront_reach, or -ENETUNREACH.
 */
int pvfront_addr_connect(u16 family, bool v6only, const struct sockaddr *addr,
			 int len, struct sockaddr_in *wire)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (pvfront_addr_v4(family, v6only, addr, len, wire)) {
		if (pvfront_v4_loopback(wire->sin_addr.s_addr) ||
		    !wire->sin_addr.s_addr)
			return PVFRONT_NATIVE;
		return PVFRONT_REMOTE;
	}
	if (!pvfront_is_v6(family, addr, len))
		return PVFRONT_FORWARD;
	if (pvfront_v6_loopback(&in6->sin6_addr) ||
	    pvfront_v6_any(&in6->sin6_addr))
		return PVFRONT_NATIVE;
	return -ENETUNREACH;
}

/**
 * pvfront_addr_bind - where does a bind to this address go?
 * @family: of the socket, AF_INET or AF_INET6
 * @v6only: the socket's IPV6_V6ONLY
 * @addr: as the program passed it, in kernel memory
 * @len: bytes of @addr
 * @wire: filled in if it is remote
 *
 * Return: an enum pvfront_reach.
 */
int pvfront_addr_bind(u16 family, bool v6only, const struct sockaddr *addr,
		      int len, struct sockaddr_in *wire)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (pvfront_is_any(family, addr, len)) {
		pvfront_wire(wire, htonl(INADDR_ANY),
			     ((const struct sockaddr_in *)addr)->sin_port);
		return PVFRONT_REMOTE;
	}
	if (pvfront_addr_v4(family, v6only, addr, len, wire))
		return pvfront_v4_loopback(wire->sin_addr.s_addr) ?
		       PVFRONT_NATIVE : PVFRONT_REMOTE;
	if (!pvfront_is_v6(family, addr, len))
		return PVFRONT_FORWARD;
	if (v6only || !pvfront_v6_any(&in6->sin6_addr))
		return PVFRONT_NATIVE;
	pvfront_wire(wire, htonl(INADDR_ANY), in6->sin6_port);
	return PVFRONT_REMOTE;
}

/**
 * pvfront_addr_user - an address of the wire as the program expects it
 * @family: of the socket, AF_INET or AF_INET6
 * @wire: an IPv4 address
 * @addr: filled in; has room for a struct sockaddr_in6
 *
 * Return: bytes of @addr.
 */
int pvfront_addr_user(u16 family, const struct sockaddr_in *wire,
		      struct sockaddr *addr)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;

	if (family == AF_INET) {
		memcpy(addr, wire, sizeof(*wire));
		return sizeof(*wire);
	}
	memset(in6, 0, sizeof(*in6));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = wire->sin_port;
	if (wire->sin_addr.s_addr) {
		in6->sin6_addr.s6_addr32[2] = htonl(0x0000ffff);
		in6->sin6_addr.s6_addr32[3] = wire->sin_addr.s_addr;
	}
	return sizeof(*in6);
}
