// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a guest may go.  See admit.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/route.h>
#include <net/sock.h>

#include "guest.h"
#include "main.h"
#include "socket.h"

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

/* Of the socket's network namespace; what is not IPv4 has been refused. */
static bool pvback_admit_local(const struct pvback_socket *socket,
			       const struct sockaddr *addr)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

	return inet_addr_type(sock_net(socket->sock->sk),
			      in->sin_addr.s_addr) == RTN_LOCAL;
}

/**
 * pvback_admit - may this socket use this address?
 * @socket: with a kernel's socket
 * @use: what for
 * @addr: checked by pvback_request_decode()
 *
 * Context: the socket's work.
 * Return: 0 or -EACCES.
 */
int pvback_admit(struct pvback_socket *socket, enum pvback_use use,
		 const struct sockaddr *addr)
{
	struct pvback_guest *guest = socket->guest;
	struct pvback_admission *admission = &guest->admission;
	bool local = pvback_admit_local(socket, addr);
	const struct pvback_rules *rules;
	bool allowed;

	rcu_read_lock();
	rules = rcu_dereference(admission->rules[use]);
	allowed = rules && pvback_policy_allows(&rules->policy, use, addr,
						local);
	rcu_read_unlock();
	if (allowed)
		return 0;
	atomic_inc(&admission->refused[use]);
	if (__ratelimit(&admission->log))
		dev_notice(&guest->dev->dev,
			   "domain %u: socket %llu may not %s %pISpc\n",
			   guest->domid, socket->id,
			   use == PVBACK_USE_CONNECT ? "connect to" : "bind",
			   addr);
	return -EACCES;
}
