/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the sockets of a guest live and whose they are: network namespace,
 * mark and uid; and how much memory each may take.
 *
 * Every socket holds a counted reference on its namespace, so that one which
 * is deleted stays until the last of them is gone.  The guest itself holds
 * none: its key names an id, and whichever namespace has that id when a
 * socket is made is the socket's.  With none the answer to SOCKET is
 * -ENETDOWN, until the admin gives the id to a namespace or changes the key.
 *
 * To the rest of dom0 the sockets are ones of the kernel: they are in the root
 * cgroup, and carry the kernel's security label.  What tells guests apart is
 * the namespace, the mark, and the uid (ip rule uidrange; ss -e shows it),
 * which also keeps SO_REUSEPORT from sharing a port with anybody else.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_PLACE_H
#define _PVBACK_PLACE_H

#include <linux/ratelimit.h>
#include <linux/types.h>

struct pvback_guest;
struct pvback_socket;
struct socket;

/* No id of a namespace: the one that the backend is in. */
#define PVBACK_NETNS_OWN	(-1)
/* Nobody has said yet where the guest's sockets live: nowhere. */
#define PVBACK_NETNS_UNSAID	(-2)

/**
 * struct pvback_place - of one guest
 * @netns: id of the namespace, PVBACK_NETNS_OWN, or PVBACK_NETNS_UNSAID
 * @marked: @mark is known
 * @mark: SO_MARK of its sockets, 0 is none
 * @log: a limit of its own for complaints
 *
 * Both numbers hold for sockets made from now on.  They are changed in the
 * xenwatch thread.  Until both are known there are no sockets: a guest whose
 * keys can not be understood must not end up in the backend's own namespace,
 * or beyond the rules for its mark.
 */
struct pvback_place {
	int netns;
	bool marked;
	u32 mark;
	struct ratelimit_state log;
};

int pvback_place_check_uids(void);
void pvback_place_init(struct pvback_place *place);
int pvback_place_set_netns(struct pvback_place *place, const char *text);
int pvback_place_set_mark(struct pvback_place *place, const char *text);
int pvback_place_create(struct pvback_guest *guest, int family,
			struct socket **sock);
void pvback_place_adopt(struct pvback_guest *guest, struct socket *sock);
void pvback_place_bound(struct pvback_guest *guest, struct socket *sock);

#endif /* _PVBACK_PLACE_H */
