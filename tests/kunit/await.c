// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for what happens in other threads.  See await.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "await.h"

/**
 * fake_await - poll until something is so, or a deadline has passed
 * @ready: the question
 * @arg: its argument
 *
 * Return: what @ready said last.
 */
bool fake_await(bool (*ready)(void *arg), void *arg)
{
	unsigned long deadline = jiffies + FAKE_DEADLINE;

	while (!ready(arg)) {
		if (time_after(jiffies, deadline))
			return ready(arg);
		usleep_range(200, 400);
	}
	return true;
}
