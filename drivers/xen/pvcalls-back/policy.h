/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * May a guest connect to, or bind, this address?
 *
 * A policy is a list of rules, separated by blanks; the first one that fits
 * decides, and without one the answer is no:
 *
 *	rule	= ("+" | "-") where [":" port ["-" port]]
 *	where	= IPv4 ["/" bits] | "[" IPv6 "]" ["/" bits] |
 *		  "any" | "loopback" | "local" | "linklocal" | "multicast"
 *
 * Pure: nothing is allocated, no lock is taken, nobody is asked; the same file
 * is linked into the module, the unit tests and the fuzzer.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_POLICY_H
#define _PVBACK_POLICY_H

#include <linux/socket.h>
#include <linux/types.h>

/* As many as fit well into a value of xenstore, which has 4096 bytes. */
#define PVBACK_POLICY_RULES 128

/* What the admin of dom0 gets who says nothing: dom0 itself stays closed. */
#define PVBACK_POLICY_CONNECT_DEFAULT \
	"-loopback -local -linklocal -multicast +any"
#define PVBACK_POLICY_BIND_DEFAULT	"-loopback -any:1-1023 +any"

/**
 * enum pvback_use - what an address is wanted for
 * @PVBACK_USE_CONNECT: to connect to; 0.0.0.0 and :: lead to this host then
 * @PVBACK_USE_BIND: to bind; 0.0.0.0 and :: are every address then
 */
enum pvback_use {
	PVBACK_USE_CONNECT,
	PVBACK_USE_BIND,
};

/* How many uses there are. */
#define PVBACK_USES (PVBACK_USE_BIND + 1)

/**
 * enum pvback_where - which addresses a rule is about
 * @PVBACK_WHERE_ANY: all
 * @PVBACK_WHERE_PREFIX: those of its family that begin with its prefix
 * @PVBACK_WHERE_LOOPBACK: 127.0.0.0/8, ::1, and to connect 0.0.0.0/8 and ::
 * @PVBACK_WHERE_LOCAL: those of the host itself, as the caller knows
 * @PVBACK_WHERE_LINKLOCAL: 169.254.0.0/16 and fe80::/10
 * @PVBACK_WHERE_MULTICAST: 224.0.0.0/4, 255.255.255.255 and ff00::/8
 */
enum pvback_where {
	PVBACK_WHERE_ANY,
	PVBACK_WHERE_PREFIX,
	PVBACK_WHERE_LOOPBACK,
	PVBACK_WHERE_LOCAL,
	PVBACK_WHERE_LINKLOCAL,
	PVBACK_WHERE_MULTICAST,
};

/**
 * struct pvback_rule - one rule
 * @allow: the answer
 * @where: which addresses
 * @bytes: of an address, 4 or 16; PVBACK_WHERE_PREFIX only
 * @bits: of @prefix that count
 * @prefix: in network order
 * @first: the lowest port
 * @last: the highest port
 */
struct pvback_rule {
	bool allow;
	enum pvback_where where;
	u8 bytes;
	u8 bits;
	u8 prefix[16];
	u16 first;
	u16 last;
};

/**
 * struct pvback_policy - a list of rules
 * @nr: how many
 * @rules: the rules; the first that fits decides
 */
struct pvback_policy {
	unsigned int nr;
	struct pvback_rule rules[PVBACK_POLICY_RULES];
};

int pvback_policy_parse(struct pvback_policy *policy, const char *text,
			unsigned int *good);
bool pvback_policy_allows(const struct pvback_policy *policy,
			  enum pvback_use use, const struct sockaddr *addr,
			  bool local);

#endif /* _PVBACK_POLICY_H */
