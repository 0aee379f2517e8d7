/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limits of a guest: the driver's own table of them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>
#include <stdint.h>

const char *limit_key(unsigned int index);
int limit_find(const char *name);
bool limit_takes(unsigned int index, uint32_t value);

#endif /* LIMIT_H */
