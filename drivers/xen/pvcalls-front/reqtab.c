// SPDX-License-Identifier: GPL-2.0-only
/*
 * Request ids.  See reqtab.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "reqtab.h"

/**
 * pvfront_reqtab_init - start with nothing pending
 * @tab: what to set up; zeroed by the caller, or used before
 * @size: how many requests may wait at a time, at most PVFRONT_REQTAB_MAX
 *
 * Generations go on counting, so that no id of an earlier connection fits.
 */
void pvfront_reqtab_init(struct pvfront_reqtab *tab, unsigned int size)
{
	unsigned int i;

	tab->size = min(size, PVFRONT_REQTAB_MAX);
	tab->first_free = 0;
	tab->pending = 0;
	for (i = 0; i < tab->size; i++) {
		tab->slots[i].pending = false;
		tab->slots[i].next = i + 1;
	}
}

/**
 * pvfront_reqtab_add - a request is about to be sent
 * @tab: the table
 * @cmd: its command
 * @id: its socket id
 * @req_id: set to the id to send it with
 *
 * Return: the number of the slot, below the table's size, or -EBUSY if too
 * many wait already.
 */
int pvfront_reqtab_add(struct pvfront_reqtab *tab, u32 cmd, u64 id,
		       u32 *req_id)
{
	unsigned int index = tab->first_free;
	struct pvfront_reqtab_slot *slot;

	if (index >= tab->size)
		return -EBUSY;
	slot = &tab->slots[index];
	tab->first_free = slot->next;
	tab->pending++;
	slot->pending = true;
	slot->cmd = cmd;
	slot->id = id;
	slot->generation++;
	*req_id = slot->generation << PVFRONT_REQTAB_BITS | index;
	return index;
}

/**
 * pvfront_reqtab_take - an answer has come
 * @tab: the table
 * @req_id: of the answer, a private copy
 * @cmd: of the answer, a private copy
 * @id: of the answer, a private copy
 *
 * Return: the number of the slot, which is free again, or -EPROTO if this
 * answers nothing that was asked; then nothing changes.
 */
int pvfront_reqtab_take(struct pvfront_reqtab *tab, u32 req_id, u32 cmd,
			u64 id)
{
	unsigned int index = req_id & (PVFRONT_REQTAB_MAX - 1);
	struct pvfront_reqtab_slot *slot;

	if (index >= tab->size)
		return -EPROTO;
	slot = &tab->slots[index];
	if (!slot->pending || slot->cmd != cmd || slot->id != id ||
	    (slot->generation << PVFRONT_REQTAB_BITS | index) != req_id)
		return -EPROTO;
	slot->pending = false;
	slot->next = tab->first_free;
	tab->first_free = index;
	tab->pending--;
	return index;
}
