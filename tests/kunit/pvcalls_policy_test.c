// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of an admin: what is one, and what it says of which address.
 *
 * Runs as a KUnit module and, from tests/unit, as a program.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pvcalls-back/policy.h"

/*
 * @policy: filled with what no parser leaves there
 * @text: room for the longest list of rules
 */
struct fixture {
	struct pvback_policy policy;
	char text[8 * PVBACK_POLICY_RULES];
};

static int fixture_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	memset(&f->policy, 0xa5, sizeof(f->policy));
	test->priv = f;
	return 0;
}

/* An address in the test's own words: "1.2.3.4" or "[::1]", and a port. */
struct where {
	const char *addr;
	u16 port;
};

static void sockaddr_of(struct kunit *test, const struct where *where,
			struct sockaddr_in6 *out)
{
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	struct sockaddr_in6 bytes;
	char text[64];
	bool v6 = where->addr[0] == '[';
	const char *end;

	/* in6_pton() reads dotted ends, too. */
	snprintf(text, sizeof(text), "%s%s]", v6 ? "" : "::ffff:",
		 where->addr + v6);
	KUNIT_ASSERT_EQ_MSG(test,
			    in6_pton(text, -1, bytes.sin6_addr.s6_addr, ']',
				     &end),
			    1, "%s", where->addr);
	memset(out, 0xff, sizeof(*out));
	if (v6) {
		out->sin6_family = AF_INET6;
		out->sin6_port = htons(where->port);
		out->sin6_addr = bytes.sin6_addr;
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(where->port);
		memcpy(&in->sin_addr, bytes.sin6_addr.s6_addr + 12, 4);
	}
}

static void parse(struct kunit *test, const char *text)
{
	struct fixture *f = test->priv;
	unsigned int good = ~0u;

	KUNIT_ASSERT_EQ_MSG(test, pvback_policy_parse(&f->policy, text, &good),
			    0, "\"%s\"", text);
	KUNIT_EXPECT_EQ(test, good, (unsigned int)strlen(text));
}

static bool allows(struct kunit *test, enum pvback_use use, const char *addr,
		   u16 port, bool local)
{
	struct fixture *f = test->priv;
	struct where where = { addr, port };
	struct sockaddr_in6 in6;

	sockaddr_of(test, &where, &in6);
	return pvback_policy_allows(&f->policy, use,
				    (struct sockaddr *)&in6, local);
}

#define CONNECT(addr, port) \
	allows(test, PVBACK_USE_CONNECT, addr, port, false)
#define BIND(addr, port) \
	allows(test, PVBACK_USE_BIND, addr, port, false)

static void pvback_policy_parse_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;

	parse(test, "");
	KUNIT_EXPECT_EQ(test, f->policy.nr, 0u);
	parse(test, " \t\n ");
	KUNIT_EXPECT_EQ(test, f->policy.nr, 0u);
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.1", 80));
	KUNIT_EXPECT_FALSE(test, BIND("192.0.2.1", 80));
}

/* Every field of the rules that each word and sign leads to. */
static void pvback_policy_parse_fields(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct pvback_rule *rule = f->policy.rules;

	parse(test, "+any -loopback:0\n\t-local:65535 +linklocal:1-2  -multicast:7-7 ");
	KUNIT_ASSERT_EQ(test, f->policy.nr, 5u);
#define EXPECT_RULE(yes, what, from, to) \
	do { \
		KUNIT_EXPECT_EQ(test, rule->allow, (bool)(yes)); \
		KUNIT_EXPECT_EQ(test, rule->where, what); \
		KUNIT_EXPECT_EQ(test, rule->first, (u16)(from)); \
		KUNIT_EXPECT_EQ(test, rule->last, (u16)(to)); \
		rule++; \
	} while (0)
	KUNIT_EXPECT_EQ(test, rule->bytes, 0);
	EXPECT_RULE(1, PVBACK_WHERE_ANY, 0, 65535);
	EXPECT_RULE(0, PVBACK_WHERE_LOOPBACK, 0, 0);
	EXPECT_RULE(0, PVBACK_WHERE_LOCAL, 65535, 65535);
	EXPECT_RULE(1, PVBACK_WHERE_LINKLOCAL, 1, 2);
	EXPECT_RULE(0, PVBACK_WHERE_MULTICAST, 7, 7);
	parse(test, "+10.32.0.0/11 -192.0.2.255:80-443 +[2001:db8::]/32 -[::1]:9");
	KUNIT_ASSERT_EQ(test, f->policy.nr, 4u);
	rule = f->policy.rules;
	KUNIT_EXPECT_EQ(test, rule->bytes, 4);
	KUNIT_EXPECT_EQ(test, rule->bits, 11);
	EXPECT_RULE(1, PVBACK_WHERE_PREFIX, 0, 65535);
	KUNIT_EXPECT_EQ(test, rule->bits, 32);
	KUNIT_EXPECT_EQ(test, rule->prefix[3], 255);
	EXPECT_RULE(0, PVBACK_WHERE_PREFIX, 80, 443);
	KUNIT_EXPECT_EQ(test, rule->bytes, 16);
	KUNIT_EXPECT_EQ(test, rule->bits, 32);
	EXPECT_RULE(1, PVBACK_WHERE_PREFIX, 0, 65535);
	KUNIT_EXPECT_EQ(test, rule->bits, 128);
	EXPECT_RULE(0, PVBACK_WHERE_PREFIX, 9, 9);
}

/* What is no rule, and how much before it was understood. */
static void pvback_policy_parse_refuses(struct kunit *test)
{
	static const struct {
		const char *text;
		unsigned int good;
	} rows[] = {
		{ "any", 0 }, { "*any", 0 }, { "+", 0 }, { "-", 0 },
		{ "+ any", 0 }, { "++any", 0 }, { "+any+any", 0 },
		{ "+anybody", 0 }, { "+Any", 0 }, { "+an", 0 },
		{ "+any ,", 5 }, { "+any -nobody", 5 }, { " +any -", 6 },
		/* ports */
		{ "+any:", 0 }, { "+any:65536", 0 }, { "+any:4294967297", 0 },
		{ "+any:-1", 0 }, { "+any:1-", 0 }, { "+any:2-1", 0 },
		{ "+any:1-65536", 0 }, { "+any:01", 0 }, { "+any:1-02", 0 },
		{ "+any:1-2-3", 0 }, { "+any:1:2", 0 }, { "+any:x", 0 },
		{ "+any:80 /", 8 }, { "+any:/", 0 }, { "+any::", 0 },
		/* IPv4 */
		{ "+1.2.3", 0 }, { "+1.2.3.", 0 }, { "+1.2.3.4.", 0 },
		{ "+1.2.3.256", 0 }, { "+01.2.3.4", 0 }, { "+1.2.3.00", 0 },
		{ "+1..3.4", 0 }, { "+1.2.3.4.5", 0 }, { "+1 .2.3.4", 0 },
		{ "+1.2.3.09", 0 }, { "+.1.2.3.4", 0 }, { "+a.2.3.4", 0 }, { "+1,2.3.4", 0 },
		/* IPv6 */
		{ "+::1", 0 }, { "+[::1", 0 }, { "+[", 0 }, { "+[]", 0 },
		{ "+[::1]]", 0 }, { "+[1::2::3]", 0 }, { "+[12345::]", 0 },
		{ "+[fe80::1%eth0]", 0 }, { "+[1:2:3:4:5:6:7]", 0 },
		{ "+[1:2:3:4:5:6:7:8:9]", 0 }, { "+[g::]", 0 },
		/* prefixes */
		{ "+10.0.0.0/", 0 }, { "+10.0.0.0/33", 0 },
		{ "+10.0.0.0/-1", 0 }, { "+10.0.0.0/08", 0 },
		{ "+10.0.0.1/31", 0 }, { "+10.0.0.128/24", 0 },
		{ "+0.0.0.1/0", 0 }, { "+128.0.0.0/0", 0 },
		{ "+[2001:db8::1]/127", 0 }, { "+[::]/129", 0 },
		{ "+[8000::]/0", 0 }, { "+any/8", 0 }, { "+loopback/8", 0 },
	};
	struct fixture *f = test->priv;
	unsigned int i, good;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		good = ~0u;
		KUNIT_EXPECT_EQ_MSG(test,
				    pvback_policy_parse(&f->policy,
							rows[i].text, &good),
				    -EINVAL, "\"%s\"", rows[i].text);
		KUNIT_EXPECT_EQ_MSG(test, good, rows[i].good, "\"%s\"",
				    rows[i].text);
	}
}

static void pvback_policy_parse_counts(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i, good;

	for (i = 0; i < PVBACK_POLICY_RULES; i++)
		strcat(f->text, "-any:1 ");
	parse(test, f->text);
	KUNIT_EXPECT_EQ(test, f->policy.nr, (unsigned int)PVBACK_POLICY_RULES);
	strcat(f->text, "+any");
	KUNIT_EXPECT_EQ(test, pvback_policy_parse(&f->policy, f->text, &good),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, good, 7u * PVBACK_POLICY_RULES);
}

static void pvback_policy_first_rule_decides(struct kunit *test)
{
	parse(test, "+192.0.2.1 -192.0.2.0/24 +any");
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.2.1", 80));
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.2", 80));
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.3.1", 80));
	parse(test, "-192.0.2.1 +192.0.2.0/24");
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.1", 80));
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.2.2", 80));
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.3.1", 80));
}

static void pvback_policy_ports_decide(struct kunit *test)
{
	parse(test, "+any:443 -any:100-200 +any:0-1023");
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.2.1", 443));
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.2.1", 0));
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.2.1", 99));
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.1", 100));
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.1", 200));
	KUNIT_EXPECT_TRUE(test, CONNECT("[2001:db8::1]", 201));
	KUNIT_EXPECT_TRUE(test, CONNECT("192.0.2.1", 1023));
	KUNIT_EXPECT_FALSE(test, CONNECT("[2001:db8::1]", 1024));
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.1", 65535));
}

/* The first and the last address of each prefix, and their neighbours. */
static void pvback_policy_prefix_edges(struct kunit *test)
{
	static const struct {
		const char *rule, *below, *first, *last, *above;
	} rows[] = {
		{ "+10.0.0.0/8", "9.255.255.255", "10.0.0.0",
		  "10.255.255.255", "11.0.0.0" },
		{ "+10.32.0.0/11", "10.31.255.255", "10.32.0.0",
		  "10.63.255.255", "10.64.0.0" },
		{ "+192.0.2.128/25", "192.0.2.127", "192.0.2.128",
		  "192.0.2.255", "192.0.3.0" },
		{ "+192.0.2.4/31", "192.0.2.3", "192.0.2.4", "192.0.2.5",
		  "192.0.2.6" },
		{ "+192.0.2.4/32", "192.0.2.3", "192.0.2.4", "192.0.2.4",
		  "192.0.2.5" },
		{ "+[2001:db8::]/32", "[2001:db7:ffff::]", "[2001:db8::]",
		  "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]", "[2001:db9::]" },
		{ "+[fc00::]/7", "[fbff::]", "[fc00::]", "[fdff::ffff]",
		  "[fe00::]" },
		{ "+[2001:db8::4]/127", "[2001:db8::3]", "[2001:db8::4]",
		  "[2001:db8::5]", "[2001:db8::6]" },
		{ "+[2001:db8::4]/128", "[2001:db8::3]", "[2001:db8::4]",
		  "[2001:db8::4]", "[2001:db8::5]" },
		{ "+linklocal", "169.253.255.255", "169.254.0.0",
		  "169.254.255.255", "169.255.0.0" },
		{ "+linklocal", "[fe7f:ffff::]", "[fe80::]", "[febf:ffff::]",
		  "[fec0::]" },
		{ "+multicast", "223.255.255.255", "224.0.0.0",
		  "239.255.255.255", "240.0.0.0" },
		{ "+multicast", "255.255.255.254", "255.255.255.255",
		  "[ffff::]", "[feff::]" },
		{ "+loopback", "126.255.255.255", "127.0.0.0",
		  "127.255.255.255", "128.0.0.0" },
		{ "+loopback", "1.0.0.0", "0.0.0.0", "0.255.255.255",
		  "[::2]" },
		{ "+loopback", "[::100]", "[::]", "[::1]", "[1::1]" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		parse(test, rows[i].rule);
		KUNIT_EXPECT_FALSE_MSG(test, CONNECT(rows[i].below, 1),
				       "%s: %s", rows[i].rule, rows[i].below);
		KUNIT_EXPECT_TRUE_MSG(test, CONNECT(rows[i].first, 1),
				      "%s: %s", rows[i].rule, rows[i].first);
		KUNIT_EXPECT_TRUE_MSG(test, CONNECT(rows[i].last, 1),
				      "%s: %s", rows[i].rule, rows[i].last);
		KUNIT_EXPECT_FALSE_MSG(test, CONNECT(rows[i].above, 1),
				       "%s: %s", rows[i].rule, rows[i].above);
	}
}

/* A prefix of no bits is all of its family, and nothing of the other. */
static void pvback_policy_families(struct kunit *test)
{
	parse(test, "+0.0.0.0/0");
	KUNIT_EXPECT_TRUE(test, CONNECT("255.0.2.1", 1));
	KUNIT_EXPECT_FALSE(test, CONNECT("[2001:db8::1]", 1));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::]", 1));
	parse(test, "+[::]/0");
	KUNIT_EXPECT_FALSE(test, CONNECT("192.0.2.1", 1));
	KUNIT_EXPECT_FALSE(test, CONNECT("0.0.0.0", 1));
	KUNIT_EXPECT_TRUE(test, CONNECT("[ff01::1]", 1));
}

/* An IPv4 address in an IPv6 one is what it leads to. */
static void pvback_policy_mapped(struct kunit *test)
{
	parse(test, "-127.0.0.0/8 -[::]/0 +192.0.2.1:80 -any");
	KUNIT_EXPECT_TRUE(test, CONNECT("[::ffff:192.0.2.1]", 80));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::ffff:192.0.2.1]", 81));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::192.0.2.1]", 80));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::1:ffff:192.0.2.1]", 80));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::fffe:192.0.2.1]", 80));
	parse(test, "-loopback +any");
	KUNIT_EXPECT_FALSE(test, CONNECT("[::ffff:127.0.0.1]", 80));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::ffff:0.0.0.0]", 80));
	parse(test, "+[::ffff:192.0.2.1]");
	KUNIT_EXPECT_FALSE(test, CONNECT("[::ffff:192.0.2.1]", 80));
}

/* To bind, the wildcard is every address; to connect, it is this host. */
static void pvback_policy_wildcard(struct kunit *test)
{
	parse(test, "-loopback +any");
	KUNIT_EXPECT_FALSE(test, CONNECT("0.0.0.0", 8080));
	KUNIT_EXPECT_FALSE(test, CONNECT("[::]", 8080));
	KUNIT_EXPECT_TRUE(test, BIND("0.0.0.0", 8080));
	KUNIT_EXPECT_TRUE(test, BIND("[::]", 8080));
	KUNIT_EXPECT_FALSE(test, BIND("127.0.0.1", 8080));
	KUNIT_EXPECT_FALSE(test, BIND("[::1]", 8080));
}

static void pvback_policy_local(struct kunit *test)
{
	parse(test, "-local:22 +192.0.2.0/24");
	KUNIT_EXPECT_FALSE(test, allows(test, PVBACK_USE_CONNECT, "192.0.2.1",
					22, true));
	KUNIT_EXPECT_TRUE(test, allows(test, PVBACK_USE_CONNECT, "192.0.2.1",
				       22, false));
	KUNIT_EXPECT_TRUE(test, allows(test, PVBACK_USE_CONNECT, "192.0.2.1",
				       23, true));
}

static void pvback_policy_other_family(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct sockaddr_in6 in6;
	unsigned int family;

	parse(test, "+any");
	memset(&in6, 0, sizeof(in6));
	for (family = 0; family < 64; family++) {
		in6.sin6_family = family;
		KUNIT_EXPECT_EQ(test,
				pvback_policy_allows(&f->policy,
						     PVBACK_USE_CONNECT,
						     (struct sockaddr *)&in6,
						     false),
				family == AF_INET || family == AF_INET6);
	}
}

/* dom0 itself is closed to who says nothing, and the world is open. */
static void pvback_policy_connect_default(struct kunit *test)
{
	static const char * const closed[] = {
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "169.254.1.1",
		"224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]",
		"[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:169.254.1.1]",
	};
	static const char * const open[] = {
		"192.0.2.1", "10.0.0.1", "198.51.100.7", "[2001:db8::1]",
		"[fd00::1]", "[::ffff:192.0.2.1]",
	};
	unsigned int i;

	parse(test, PVBACK_POLICY_CONNECT_DEFAULT);
	for (i = 0; i < ARRAY_SIZE(closed); i++)
		KUNIT_EXPECT_FALSE_MSG(test, CONNECT(closed[i], 80), "%s",
				       closed[i]);
	for (i = 0; i < ARRAY_SIZE(open); i++) {
		KUNIT_EXPECT_TRUE_MSG(test, CONNECT(open[i], 80), "%s",
				      open[i]);
		KUNIT_EXPECT_FALSE_MSG(test,
				       allows(test, PVBACK_USE_CONNECT,
					      open[i], 80, true),
				       "local %s", open[i]);
	}
}

static void pvback_policy_bind_default(struct kunit *test)
{
	parse(test, PVBACK_POLICY_BIND_DEFAULT);
	KUNIT_EXPECT_TRUE(test, BIND("0.0.0.0", 0));
	KUNIT_EXPECT_FALSE(test, BIND("0.0.0.0", 1));
	KUNIT_EXPECT_FALSE(test, BIND("[::]", 22));
	KUNIT_EXPECT_FALSE(test, BIND("192.0.2.1", 1023));
	KUNIT_EXPECT_TRUE(test, BIND("192.0.2.1", 1024));
	KUNIT_EXPECT_TRUE(test, BIND("[::]", 65535));
	KUNIT_EXPECT_TRUE(test, allows(test, PVBACK_USE_BIND, "192.0.2.1",
				       8080, true));
	KUNIT_EXPECT_FALSE(test, BIND("127.0.0.1", 8080));
	KUNIT_EXPECT_FALSE(test, BIND("[::1]", 8080));
}

static struct kunit_case pvcalls_policy_cases[] = {
	KUNIT_CASE(pvback_policy_parse_nothing),
	KUNIT_CASE(pvback_policy_parse_fields),
	KUNIT_CASE(pvback_policy_parse_refuses),
	KUNIT_CASE(pvback_policy_parse_counts),
	KUNIT_CASE(pvback_policy_first_rule_decides),
	KUNIT_CASE(pvback_policy_ports_decide),
	KUNIT_CASE(pvback_policy_prefix_edges),
	KUNIT_CASE(pvback_policy_families),
	KUNIT_CASE(pvback_policy_mapped),
	KUNIT_CASE(pvback_policy_wildcard),
	KUNIT_CASE(pvback_policy_local),
	KUNIT_CASE(pvback_policy_other_family),
	KUNIT_CASE(pvback_policy_connect_default),
	KUNIT_CASE(pvback_policy_bind_default),
	{}
};

static struct kunit_suite pvcalls_policy_suite = {
	.name		= "pvcalls_policy",
	.init		= fixture_init,
	.test_cases	= pvcalls_policy_cases,
};

kunit_test_suite(pvcalls_policy_suite);

MODULE_DESCRIPTION("Tests of the backend's address rules");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
