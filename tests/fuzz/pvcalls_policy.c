// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text as a list of rules, and what they say of any address: what is
 * understood is written down again and means the same, and every answer is
 * that of a slow reference.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <linux/errno.h>
#include <linux/in.h>

#include "fuzz.h"
#include "pvcalls-back/policy.h"

static const char * const words[] = {
	[PVBACK_WHERE_ANY]		= "any",
	[PVBACK_WHERE_LOOPBACK]		= "loopback",
	[PVBACK_WHERE_LOCAL]		= "local",
	[PVBACK_WHERE_LINKLOCAL]	= "linklocal",
	[PVBACK_WHERE_MULTICAST]	= "multicast",
};

static int write_rule(char *to, const struct pvback_rule *rule)
{
	char addr[INET6_ADDRSTRLEN], sign = rule->allow ? '+' : '-';
	int v6 = rule->bytes == 16;

	FUZZ_CHECK(rule->first <= rule->last);
	if (rule->where != PVBACK_WHERE_PREFIX)
		return sprintf(to, "%c%s:%u-%u ", sign, words[rule->where],
			       rule->first, rule->last);
	FUZZ_CHECK(v6 || rule->bytes == 4);
	FUZZ_CHECK(rule->bits <= rule->bytes * 8);
	inet_ntop(v6 ? AF_INET6 : AF_INET, rule->prefix, addr, sizeof(addr));
	return sprintf(to, "%c%s%s%s/%u:%u-%u ", sign, v6 ? "[" : "", addr,
		       v6 ? "]" : "", rule->bits, rule->first, rule->last);
}

static void check_written_again(const struct pvback_policy *policy)
{
	struct pvback_policy *again = fuzz_alloc(sizeof(*again));
	char *text = fuzz_alloc(PVBACK_POLICY_RULES * 80), *to = text;
	unsigned int i, good;

	*to = '\0';
	for (i = 0; i < policy->nr; i++)
		to += write_rule(to, &policy->rules[i]);
	FUZZ_CHECK(!pvback_policy_parse(again, text, &good));
	FUZZ_CHECK(good == strlen(text));
	FUZZ_CHECK(again->nr == policy->nr);
	FUZZ_CHECK(!memcmp(again->rules, policy->rules,
			   policy->nr * sizeof(policy->rules[0])));
	free(text);
	free(again);
}

/* Bit by bit. */
static bool begins(const u8 *addr, const u8 *prefix, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((addr[i / 8] ^ prefix[i / 8]) & (1 << (7 - i % 8)))
			return false;
	return true;
}

static bool number_in(const u8 *v4, u32 first, u32 last)
{
	u32 addr = (u32)v4[0] << 24 | v4[1] << 16 | v4[2] << 8 | v4[3];

	return addr >= first && addr <= last;
}

static bool fits_v4(enum pvback_where where, const u8 *a, bool connect)
{
	if (where == PVBACK_WHERE_LOOPBACK)
		return number_in(a, 0x7f000000, 0x7fffffff) ||
		       (connect && number_in(a, 0, 0x00ffffff));
	if (where == PVBACK_WHERE_LINKLOCAL)
		return number_in(a, 0xa9fe0000, 0xa9feffff);
	return number_in(a, 0xe0000000, 0xefffffff) ||
	       number_in(a, 0xffffffff, 0xffffffff);
}

static bool fits_v6(enum pvback_where where, const struct in6_addr *a,
		    bool connect)
{
	if (where == PVBACK_WHERE_LOOPBACK)
		return IN6_IS_ADDR_LOOPBACK(a) ||
		       (connect && IN6_IS_ADDR_UNSPECIFIED(a));
	if (where == PVBACK_WHERE_LINKLOCAL)
		return IN6_IS_ADDR_LINKLOCAL(a);
	return IN6_IS_ADDR_MULTICAST(a);
}

/* @addr: an IPv4 address as a mapped one. */
static bool expect(const struct pvback_policy *policy, bool connect,
		   const struct in6_addr *addr, u16 port, bool local)
{
	const struct pvback_rule *rule = policy->rules;
	bool v4 = IN6_IS_ADDR_V4MAPPED(addr), fits;
	const u8 *bytes = addr->s6_addr + (v4 ? 12 : 0);

	for (; rule < policy->rules + policy->nr; rule++) {
		if (rule->where == PVBACK_WHERE_ANY)
			fits = true;
		else if (rule->where == PVBACK_WHERE_LOCAL)
			fits = local;
		else if (rule->where == PVBACK_WHERE_PREFIX)
			fits = v4 == (rule->bytes == 4) &&
			       begins(bytes, rule->prefix, rule->bits);
		else
			fits = v4 ? fits_v4(rule->where, bytes, connect) :
				    fits_v6(rule->where, addr, connect);
		if (fits && port >= rule->first && port <= rule->last)
			return rule->allow;
	}
	return false;
}

static void check_addr(const struct pvback_policy *policy,
		       struct fuzz_input *in)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	u8 flags = fuzz_u8(in);
	bool connect = flags & 1, local = flags & 2, want;
	enum pvback_use use = connect ? PVBACK_USE_CONNECT : PVBACK_USE_BIND;
	u16 port = fuzz_u16(in);

	fuzz_bytes(in, &in6.sin6_addr, sizeof(in6.sin6_addr));
	if (flags & 4)
		memcpy(&in6.sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	in6.sin6_port = htons(port);
	want = expect(policy, connect, &in6.sin6_addr, port, local);
	FUZZ_CHECK(pvback_policy_allows(policy, use, (struct sockaddr *)&in6,
					local) == want);
	if (!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
		return;
	in4.sin_port = in6.sin6_port;
	memcpy(&in4.sin_addr, in6.sin6_addr.s6_addr + 12, 4);
	FUZZ_CHECK(pvback_policy_allows(policy, use, (struct sockaddr *)&in4,
					local) == want);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct pvback_policy *policy = fuzz_alloc(sizeof(*policy));
	size_t len = fuzz_u8(&in);
	char *text = fuzz_alloc(len + 1);
	unsigned int good = ~0u, i;
	int ret;

	fuzz_bytes(&in, text, len);
	text[len] = '\0';
	ret = pvback_policy_parse(policy, text, &good);
	FUZZ_CHECK(!ret || ret == -EINVAL || ret == -E2BIG);
	FUZZ_CHECK(ret ? good < strlen(text) : good == strlen(text));
	if (!ret) {
		check_written_again(policy);
		for (i = 0; i < 4; i++)
			check_addr(policy, &in);
	}
	free(text);
	free(policy);
	return 0;
}
