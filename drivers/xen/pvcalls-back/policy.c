// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that an admin writes, and what they say of an address.
 * See policy.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "policy.h"

#define BYTES_V4 4
#define BYTES_V6 16

static bool pvback_policy_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Take @what off the text if it is there. */
static bool pvback_policy_skip(const char **text, const char *what)
{
	size_t len = strlen(what);

	if (strncmp(*text, what, len))
		return false;
	*text += len;
	return true;
}

/* No leading zeroes: to some readers they mean another base. */
static int pvback_policy_number(const char **text, unsigned int max)
{
	const char *s = *text;
	unsigned int value = 0;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	if (s[0] == '0' && s[1] >= '0' && s[1] <= '9')
		return -EINVAL;
	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (*s - '0');
		if (value > max)
			return -EINVAL;
	}
	*text = s;
	return value;
}

static int pvback_policy_v4(const char **text, struct pvback_rule *rule)
{
	unsigned int i;
	int byte;

	for (i = 0; i < BYTES_V4; i++) {
		if (i && !pvback_policy_skip(text, "."))
			return -EINVAL;
		byte = pvback_policy_number(text, 255);
		if (byte < 0)
			return byte;
		rule->prefix[i] = byte;
	}
	rule->bytes = BYTES_V4;
	return 0;
}

static int pvback_policy_v6(const char **text, struct pvback_rule *rule)
{
	const char *end;

	if (!in6_pton(*text, -1, rule->prefix, ']', &end))
		return -EINVAL;
	*text = end;
	if (!pvback_policy_skip(text, "]"))
		return -EINVAL;
	rule->bytes = BYTES_V6;
	return 0;
}

/* The bit of an address that @index counts from the left. */
static bool pvback_policy_bit(const u8 *addr, unsigned int index)
{
	return addr[index / 8] & (0x80 >> index % 8);
}

/* Bits behind the prefix are a mistake, and which one nobody can know. */
static int pvback_policy_prefix(const char **text, struct pvback_rule *rule)
{
	unsigned int size = rule->bytes * 8, i;
	int bits = size;

	if (pvback_policy_skip(text, "/"))
		bits = pvback_policy_number(text, size);
	if (bits < 0)
		return bits;
	for (i = bits; i < size; i++)
		if (pvback_policy_bit(rule->prefix, i))
			return -EINVAL;
	rule->bits = bits;
	return 0;
}

static int pvback_policy_where(const char **text, struct pvback_rule *rule)
{
	static const struct {
		const char *name;
		enum pvback_where where;
	} words[] = {
		{ "any",	PVBACK_WHERE_ANY },
		{ "loopback",	PVBACK_WHERE_LOOPBACK },
		{ "local",	PVBACK_WHERE_LOCAL },
		{ "linklocal",	PVBACK_WHERE_LINKLOCAL },
		{ "multicast",	PVBACK_WHERE_MULTICAST },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!pvback_policy_skip(text, words[i].name))
			continue;
		rule->where = words[i].where;
		return 0;
	}
	rule->where = PVBACK_WHERE_PREFIX;
	if (pvback_policy_skip(text, "["))
		ret = pvback_policy_v6(text, rule);
	else
		ret = pvback_policy_v4(text, rule);
	return ret ? ret : pvback_policy_prefix(text, rule);
}

static int pvback_policy_ports(const char **text, struct pvback_rule *rule)
{
	int first, last;

	rule->first = 0;
	rule->last = U16_MAX;
	if (!pvback_policy_skip(text, ":"))
		return 0;
	first = pvback_policy_number(text, U16_MAX);
	if (first < 0)
		return first;
	last = first;
	if (pvback_policy_skip(text, "-"))
		last = pvback_policy_number(text, U16_MAX);
	if (last < first)
		return -EINVAL;
	rule->first = first;
	rule->last = last;
	return 0;
}

static int pvback_policy_rule(const char **text, struct pvback_rule *rule)
{
	int ret;

	memset(rule, 0, sizeof(*rule));
	rule->allow = **text == '+';
	if (**text != '+' && **text != '-')
		return -EINVAL;
	(*text)++;
	ret = pvback_policy_where(text, rule);
	if (!ret)
		ret = pvback_policy_ports(text, rule);
	if (!ret && **text && !pvback_policy_blank(**text))
		return -EINVAL;
	return ret;
}

/**
 * pvback_policy_parse - read the rules that an admin wrote
 * @policy: filled in; of no use after an error
 * @text: the rules; none at all allow nothing
 * @good: set to how much of @text was understood, for the error message
 *
 * Context: any.
 * Return: 0, -EINVAL for a rule that is none, -E2BIG for too many of them.
 */
int pvback_policy_parse(struct pvback_policy *policy, const char *text,
			unsigned int *good)
{
	const char *next = text;
	int ret = 0;

	policy->nr = 0;
	for (;;) {
		while (pvback_policy_blank(*next))
			next++;
		*good = next - text;
		if (!*next)
			return 0;
		if (policy->nr == PVBACK_POLICY_RULES)
			return -E2BIG;
		ret = pvback_policy_rule(&next, &policy->rules[policy->nr]);
		if (ret)
			return ret;
		policy->nr++;
	}
}

/*
 * struct pvback_target - an address, as the rules see it
 * @addr: in network order
 * @bytes: 4 or 16; an IPv4-mapped address has 4
 * @port: in host order
 * @use: what it is wanted for
 * @local: it is the host's own
 */
struct pvback_target {
	u8 addr[16];
	unsigned int bytes;
	u16 port;
	enum pvback_use use;
	bool local;
};

/* The first @bits bits are the same. */
static bool pvback_policy_begins(const u8 *addr, const u8 *prefix,
				 unsigned int bits)
{
	unsigned int rest = bits % 8;

	if (memcmp(addr, prefix, bits / 8))
		return false;
	return !rest || !((addr[bits / 8] ^ prefix[bits / 8]) >> (8 - rest));
}

static bool pvback_policy_loopback(const struct pvback_target *target)
{
	static const u8 zeroes[BYTES_V6 - 1];
	u8 last = target->addr[BYTES_V6 - 1];
	bool connect = target->use == PVBACK_USE_CONNECT;

	if (target->bytes == BYTES_V4)
		return target->addr[0] == 127 || (connect && !target->addr[0]);
	if (memcmp(target->addr, zeroes, sizeof(zeroes)))
		return false;
	return last == 1 || (connect && !last);
}

static bool pvback_policy_linklocal(const struct pvback_target *target)
{
	static const u8 v4[] = { 169, 254 }, v6[] = { 0xfe, 0x80 };

	if (target->bytes == BYTES_V4)
		return pvback_policy_begins(target->addr, v4, 16);
	return pvback_policy_begins(target->addr, v6, 10);
}

static bool pvback_policy_multicast(const struct pvback_target *target)
{
	static const u8 everybody[] = { 255, 255, 255, 255 };

	if (target->bytes == BYTES_V4)
		return target->addr[0] >> 4 == 0xe ||
		       !memcmp(target->addr, everybody, BYTES_V4);
	return target->addr[0] == 0xff;
}

static bool pvback_policy_fits(const struct pvback_rule *rule,
			       const struct pvback_target *target)
{
	if (target->port < rule->first || target->port > rule->last)
		return false;
	switch (rule->where) {
	case PVBACK_WHERE_ANY:
		return true;
	case PVBACK_WHERE_PREFIX:
		return target->bytes == rule->bytes &&
		       pvback_policy_begins(target->addr, rule->prefix,
					    rule->bits);
	case PVBACK_WHERE_LOOPBACK:
		return pvback_policy_loopback(target);
	case PVBACK_WHERE_LOCAL:
		return target->local;
	case PVBACK_WHERE_LINKLOCAL:
		return pvback_policy_linklocal(target);
	case PVBACK_WHERE_MULTICAST:
		return pvback_policy_multicast(target);
	}
	return false;
}

static void pvback_policy_target_v6(struct pvback_target *target,
				    const struct sockaddr_in6 *in6)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const u8 *bytes = in6->sin6_addr.s6_addr;

	target->port = ntohs(in6->sin6_port);
	target->bytes = BYTES_V6;
	if (!memcmp(bytes, mapped, sizeof(mapped))) {
		target->bytes = BYTES_V4;
		bytes += sizeof(mapped);
	}
	memcpy(target->addr, bytes, target->bytes);
}

/**
 * pvback_policy_allows - what the rules say of an address
 * @policy: the rules
 * @use: what the address is wanted for
 * @addr: the address, of one of the two internet families
 * @local: it is one of the host's own, in the guest's network namespace
 *
 * Context: any.
 * Return: true if the first rule that fits allows it.
 */
bool pvback_policy_allows(const struct pvback_policy *policy,
			  enum pvback_use use, const struct sockaddr *addr,
			  bool local)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	struct pvback_target target = { .use = use, .local = local };
	unsigned int i;

	if (addr->sa_family == AF_INET) {
		target.port = ntohs(in->sin_port);
		target.bytes = BYTES_V4;
		memcpy(target.addr, &in->sin_addr, BYTES_V4);
	} else if (addr->sa_family == AF_INET6) {
		pvback_policy_target_v6(&target,
					(const struct sockaddr_in6 *)addr);
	} else {
		return false;
	}
	for (i = 0; i < policy->nr; i++)
		if (pvback_policy_fits(&policy->rules[i], &target))
			return policy->rules[i].allow;
	return false;
}
