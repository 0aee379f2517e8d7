// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are these the rules of a policy?  The driver's own parser says so.  See
 * rules.h.
 *
 * The parser does not say why not.  To find out, it is asked again, about
 * what is left of the rule when a part of it is taken away: the first part
 * without which it is a good one is the bad part.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pvcalls-back/policy.h"
#include "rules.h"

#define BLANKS " \t\n"

/* The longest rule there can be is far shorter. */
#define RULE_SIZE 128

static bool rules_good(const char *text)
{
	struct pvback_policy policy;
	unsigned int good;

	return !pvback_policy_parse(&policy, text, &good) && policy.nr == 1;
}

/* The rest of a rule from its prefix length, or from its ports, on. */
static char *rules_part(char *rule, char mark)
{
	char *bracket = strchr(rule, ']');

	return strchr(bracket ? bracket : rule, mark);
}

/* The number of bits makes sense, but the address has more of them. */
static bool rules_bits_behind(const char *rule, const char *bits)
{
	unsigned long max = strchr(rule, '[') ? 128 : 32;
	char *end;

	return *bits >= '0' && *bits <= '9' &&
	       strtoul(bits, &end, 10) <= max && !*end;
}

/* Cuts the rule up. */
static const char *rules_why(char *rule)
{
	char *part;

	if (*rule != '+' && *rule != '-')
		return "a rule begins with + or -";
	part = rules_part(rule, ':');
	if (part) {
		*part = '\0';
		if (rules_good(rule))
			return "behind the colon goes a port, or two with a - between them, the lower one first; none above 65535";
	}
	part = rules_part(rule, '/');
	if (part) {
		*part = '\0';
		if (rules_good(rule))
			return rules_bits_behind(rule, part + 1) ?
			       "the address has bits set behind the prefix" :
			       "a prefix has at most 32 bits, or 128 with an IPv6 address";
	}
	return "behind the sign goes any, loopback, local, linklocal, multicast, an IPv4 address, or an IPv6 address in brackets";
}

/**
 * rules_check - are these the rules of a policy?
 * @text: the rules
 * @fault: filled in if not
 *
 * Return: 0 or a negative error.
 */
int rules_check(const char *text, struct rules_fault *fault)
{
	static char copy[RULE_SIZE];
	struct pvback_policy policy;
	unsigned int good;
	int ret;

	ret = pvback_policy_parse(&policy, text, &good);
	if (!ret)
		return 0;
	fault->number = policy.nr + 1;
	fault->rule = text + good;
	fault->len = strcspn(fault->rule, BLANKS);
	if (ret == -E2BIG) {
		fault->why = "a policy has no more rules than 128";
		return ret;
	}
	snprintf(copy, sizeof(copy), "%.*s", fault->len, fault->rule);
	fault->why = rules_why(copy);
	return ret;
}
