// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a guest may go.  See admit.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/sock.h>

#include "guest.h"
#include "main.h"
#include "socket.h"
#include "trace.h"

static const char *pvback_admit_default(enum pvback_use use)
{
	return use == PVBACK_USE_CONNECT ? pvback_connect_policy :
					   pvback_bind_policy;
}

static struct pvback_rules *pvback_admit_rules(const char *text,
					       unsigned int *good)
{
	struct pvback_rules *rules;
	int ret;

	*good = 0;
	rules = kzalloc(sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return ERR_PTR(-ENOMEM);
	ret = pvback_policy_parse(&rules->policy, text, good);
	if (!ret)
		return rules;
	kfree(rules);
	return ERR_PTR(ret);
}

/**
 * pvback_admit_check_defaults - do the module's parameters make sense?
 *
 * Context: module init.
 * Return: 0 or an error, which has been reported.
 */
int pvback_admit_check_defaults(void)
{
	struct pvback_rules *rules;
	enum pvback_use use;
	unsigned int good;

	for (use = 0; use < PVBACK_USES; use++) {
		rules = pvback_admit_rules(pvback_admit_default(use), &good);
		if (IS_ERR(rules)) {
			pr_err("%s_policy: no rule begins at \"%s\"\n",
			       use == PVBACK_USE_CONNECT ? "connect" : "bind",
			       pvback_admit_default(use) + good);
			return PTR_ERR(rules);
		}
		kfree(rules);
	}
	return 0;
}

/**
 * pvback_admit_init - a guest that may go nowhere yet
 * @admission: all zeroes
 *
 * Context: any.
 */
void pvback_admit_init(struct pvback_admission *admission)
{
	ratelimit_state_init(&admission->log, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
}

/**
 * pvback_admit_free - forget all rules
 * @admission: used by nobody any more
 *
 * Context: any.
 */
void pvback_admit_free(struct pvback_admission *admission)
{
	enum pvback_use use;

	for (use = 0; use < PVBACK_USES; use++)
		kfree(rcu_dereference_protected(admission->rules[use], true));
}

/**
 * pvback_admit_set - put rules in force, for requests that come from now on
 * @admission: never set by two at a time
 * @use: what they are about
 * @text: the rules, or NULL for the module's default
 * @good: set to how much of @text was understood
 *
 * Context: may sleep.
 * Return: 0, or an error of pvback_policy_parse() or -ENOMEM, after which the
 * rules before stay in force.
 */
int pvback_admit_set(struct pvback_admission *admission, enum pvback_use use,
		     const char *text, unsigned int *good)
{
	struct pvback_rules *rules;

	rules = pvback_admit_rules(text ?: pvback_admit_default(use), good);
	if (IS_ERR(rules))
		return PTR_ERR(rules);
	rules = rcu_replace_pointer(admission->rules[use], rules, true);
	kfree_rcu(rules, rcu);
	return 0;
}

static bool pvback_admit_local4(struct net *net, __be32 addr)
{
	return inet_addr_type(net, addr) == RTN_LOCAL;
}

/*
 * As inet_addr_type() does, this asks the routes: ipv6_chk_addr() would know
 * nothing of a whole prefix that was made local.
 */
static bool pvback_admit_local6(struct net *net, const struct in6_addr *addr)
{
	struct flowi6 flow = { .daddr = *addr };
	struct dst_entry *dst;
	bool local;

	if (!IS_ENABLED(CONFIG_IPV6))
		return false;
	dst = ip6_route_output(net, NULL, &flow);
	local = container_of(dst, struct rt6_info, dst)->rt6i_flags &
		(RTF_LOCAL | RTF_ANYCAST);
	dst_release(dst);
	return local;
}

/* Is it an address of the socket's network namespace? */
static bool pvback_admit_local(const struct pvback_socket *socket,
			       const struct sockaddr *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	struct net *net = sock_net(socket->sock->sk);

	if (addr->sa_family == AF_INET)
		return pvback_admit_local4(net, in->sin_addr.s_addr);
	if (ipv6_addr_v4mapped(&in6->sin6_addr))
		return pvback_admit_local4(net, in6->sin6_addr.s6_addr32[3]);
	return pvback_admit_local6(net, &in6->sin6_addr);
}

static bool pvback_admit_asked(const struct pvback_socket *socket,
			       enum pvback_use use,
			       const struct sockaddr *addr)
{
	struct pvback_admission *admission = &socket->guest->admission;
	bool local = pvback_admit_local(socket, addr);
	const struct pvback_rules *rules;
	bool allowed;

	rcu_read_lock();
	rules = rcu_dereference(admission->rules[use]);
	allowed = rules && pvback_policy_allows(&rules->policy, use, addr,
						local);
	rcu_read_unlock();
	return allowed;
}

/* Who binds :: gets 0.0.0.0 as well, unless the socket is for IPv6 only. */
static bool pvback_admit_both(const struct pvback_socket *socket,
			      enum pvback_use use,
			      const struct sockaddr *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};

	if (!pvback_admit_asked(socket, use, addr))
		return false;
	if (use != PVBACK_USE_BIND || addr->sa_family != AF_INET6 ||
	    !ipv6_addr_any(&in6->sin6_addr) ||
	    ipv6_only_sock(socket->sock->sk))
		return true;
	in.sin_port = in6->sin6_port;
	return pvback_admit_asked(socket, use, (struct sockaddr *)&in);
}

/**
 * pvback_admit - may this socket use this address?
 * @socket: with a kernel's socket
 * @use: what for
 * @addr: checked by pvback_request_decode()
 *
 * Context: the socket's work.
 * Return: 0, -EAFNOSUPPORT for an address of another family than the socket's,
 * or -EACCES.
 */
int pvback_admit(struct pvback_socket *socket, enum pvback_use use,
		 const struct sockaddr *addr)
{
	struct pvback_guest *guest = socket->guest;
	struct pvback_admission *admission = &guest->admission;

	if (addr->sa_family != socket->sock->sk->sk_family)
		return -EAFNOSUPPORT;
	if (pvback_admit_both(socket, use, addr))
		return 0;
	atomic_inc(&admission->refused[use]);
	trace_pvback_refuse_address(socket, use, addr);
	if (__ratelimit(&admission->log))
		dev_notice(&guest->dev->dev,
			   "domain %u: socket %llu may not %s %pISpc\n",
			   guest->domid, socket->id,
			   use == PVBACK_USE_CONNECT ? "connect to" : "bind",
			   addr);
	return -EACCES;
}
