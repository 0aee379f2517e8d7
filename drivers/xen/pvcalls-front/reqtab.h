/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Request ids: which requests wait for an answer, and what the answer must
 * look like.  Pure: takes no lock, allocates nothing.
 *
 * An id is a small integer, the number of a slot with a generation above it,
 * so that an answer which comes twice or too late is told from the one that
 * is due.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVFRONT_REQTAB_H
#define _PVFRONT_REQTAB_H

#include <linux/types.h>

#define PVFRONT_REQTAB_BITS	9
#define PVFRONT_REQTAB_MAX	(1U << PVFRONT_REQTAB_BITS)

/**
 * struct pvfront_reqtab_slot - one place for a request
 * @id: the socket id that the answer has to carry
 * @cmd: the command that the answer has to carry
 * @generation: counts the requests that used this slot
 * @next: the next free slot; only while this one is free
 * @pending: a request waits for its answer
 */
struct pvfront_reqtab_slot {
	u64 id;
	u32 cmd;
	u32 generation;
	u16 next;
	bool pending;
};

/**
 * struct pvfront_reqtab - all requests of a device that wait for an answer
 * @slots: the first @size of them are used
 * @size: as many as the command ring has slots
 * @first_free: head of the list of free slots, @size when there is none
 * @pending: how many are not free
 */
struct pvfront_reqtab {
	struct pvfront_reqtab_slot slots[PVFRONT_REQTAB_MAX];
	u16 size;
	u16 first_free;
	u16 pending;
};

void pvfront_reqtab_init(struct pvfront_reqtab *tab, unsigned int size);
int pvfront_reqtab_add(struct pvfront_reqtab *tab, u32 cmd, u64 id,
		       u32 *req_id);
int pvfront_reqtab_take(struct pvfront_reqtab *tab, u32 req_id, u32 cmd,
			u64 id);

#endif /* _PVFRONT_REQTAB_H */
