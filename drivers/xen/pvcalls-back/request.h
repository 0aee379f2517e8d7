/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest asks for, once it is known to make sense.
 *
 * The only reader of the untrusted fields of a request.  Pure: no memory of
 * the guest is touched, no lock taken, nothing allocated; the same file is
 * linked into the module, the unit tests and the fuzzer.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_REQUEST_H
#define _PVBACK_REQUEST_H

#include <linux/bits.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <xen/interface/io/pvcalls.h>

/* Longest queue of unaccepted connections; Linux' own SOMAXCONN. */
#define PVBACK_REQUEST_MAX_BACKLOG 4096

/* Extensions of the wire that are on for a guest. */
#define PVBACK_FEATURE_RELEASE_ANSWERS	BIT(0)
#define PVBACK_FEATURE_INET6		BIT(1)
#define PVBACK_FEATURE_NAMES		BIT(2)
#define PVBACK_FEATURE_SOCKOPT		BIT(3)
#define PVBACK_FEATURE_SHUTDOWN		BIT(4)
/* With any of these all responses are long ones. */
#define PVBACK_FEATURES_LONG \
	(PVBACK_FEATURE_NAMES | PVBACK_FEATURE_SOCKOPT)

/**
 * struct pvback_request_option - of which option, and how much
 * @level: unchecked, as the name; for options.h to find
 * @name: unchecked
 * @offset: GETSOCKOPT: first byte of the value that is wanted, unchecked
 * @length: bytes wanted or given, at most PVCALLS_OPTION_SIZE
 * @value: SETSOCKOPT: @length bytes, then zeroes
 */
struct pvback_request_option {
	u32 level;
	u32 name;
	u32 offset;
	u32 length;
	u8 value[PVCALLS_OPTION_SIZE];
};

/**
 * struct pvback_request - a request that was checked
 * @cmd: one of the commands that we know
 * @id: the socket; for ACCEPT the listener
 * @id_new: ACCEPT: the socket to be
 * @family: SOCKET: PVCALLS_AF_INET or PVCALLS_AF_INET6
 * @peer: GETNAME: the name of the other end, not our own
 * @addr: CONNECT and BIND: where to; a part of the union that the family says,
 *	which may not be the socket's
 * @addr_len: CONNECT and BIND: how much of @addr counts
 * @backlog: LISTEN: 0 to PVBACK_REQUEST_MAX_BACKLOG
 * @ref: CONNECT and ACCEPT: grant of the indexes page, unchecked
 * @evtchn: CONNECT and ACCEPT: a port of the guest, not 0
 * @option: SETSOCKOPT and GETSOCKOPT: see there
 * @how: SHUTDOWN: one of PVCALLS_SHUT_*
 */
struct pvback_request {
	u32 cmd;
	u64 id;
	u64 id_new;
	int family;
	bool peer;
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} addr;
	int addr_len;
	int backlog;
	u32 ref;
	u32 evtchn;
	struct pvback_request_option option;
	u32 how;
};

int pvback_request_decode(const struct xen_pvcalls_request *wire,
			  unsigned int features, struct pvback_request *req);

#endif /* _PVBACK_REQUEST_H */
