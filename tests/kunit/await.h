/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for what happens in other threads: shared by the engines' suites.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _AWAIT_H
#define _AWAIT_H

#include <linux/types.h>

/* Only a test that fails waits so long. */
#define FAKE_DEADLINE	(20 * HZ)

bool fake_await(bool (*ready)(void *arg), void *arg);

#endif /* _AWAIT_H */
