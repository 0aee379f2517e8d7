/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses: which of them leave the guest, and how they stand on the wire.
 * Pure: what depends on the guest's own addresses is the caller's to ask.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVFRONT_ADDR_H
#define _PVFRONT_ADDR_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/types.h>

/**
 * enum pvfront_reach - where an address is
 * @PVFRONT_FORWARD: nowhere; the native stack knows what to answer, and the
 *	socket stays undecided
 * @PVFRONT_NATIVE: in this guest
 * @PVFRONT_REMOTE: on the backend's side
 */
enum pvfront_reach {
	PVFRONT_FORWARD,
	PVFRONT_NATIVE,
	PVFRONT_REMOTE,
};

int pvfront_addr_connect(u16 family, bool v6only, const struct sockaddr *addr,
			 int len, struct sockaddr_in *wire);
int pvfront_addr_bind(u16 family, bool v6only, const struct sockaddr *addr,
		      int len, struct sockaddr_in *wire);
int pvfront_addr_user(u16 family, const struct sockaddr_in *wire,
		      struct sockaddr *addr);

#endif /* _PVFRONT_ADDR_H */
