/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command ring: requests in, responses out.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_COMMAND_H
#define _PVBACK_COMMAND_H

#include <linux/types.h>

struct flexring_event;
struct pvback_call;
struct pvback_guest;
struct work_struct;

int pvback_command_alloc(struct pvback_guest *guest, unsigned int slots);
void pvback_command_free(struct pvback_guest *guest);
int pvback_command_start(struct pvback_guest *guest);
bool pvback_command_stop(struct pvback_guest *guest);
void pvback_command_event(struct flexring_event *event);
void pvback_command_work(struct work_struct *work);
void pvback_command_answer(struct pvback_guest *guest,
			   struct pvback_call *call, int ret);
void pvback_command_drop(struct pvback_guest *guest, struct pvback_call *call);

#endif /* _PVBACK_COMMAND_H */
