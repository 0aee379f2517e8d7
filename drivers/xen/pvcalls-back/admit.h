/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest may go: the policies in force, asked for every address.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_ADMIT_H
#define _PVBACK_ADMIT_H

#include <linux/atomic.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>

#include "policy.h"

struct pvback_guest;
struct pvback_socket;

/**
 * struct pvback_rules - a policy in force
 * @rcu: frees it when nobody reads it any more
 * @policy: the rules; they do not change
 */
struct pvback_rules {
	struct rcu_head rcu;
	struct pvback_policy policy;
};

/**
 * struct pvback_admission - of one guest
 * @rules: by use; NULL allows nothing
 * @refused: by use, how many addresses were refused
 * @log: a limit of its own, so that no guest hides what another one does
 */
struct pvback_admission {
	struct pvback_rules __rcu *rules[PVBACK_USES];
	atomic_t refused[PVBACK_USES];
	struct ratelimit_state log;
};

int pvback_admit_check_defaults(void);
void pvback_admit_init(struct pvback_admission *admission);
void pvback_admit_free(struct pvback_admission *admission);
int pvback_admit_set(struct pvback_admission *admission, enum pvback_use use,
		     const char *text, unsigned int *good);
int pvback_admit(struct pvback_socket *socket, enum pvback_use use,
		 const struct sockaddr *addr);

#endif /* _PVBACK_ADMIT_H */
