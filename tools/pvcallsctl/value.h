/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an admin may write on the command line, but for rules and limits:
 * numbers, and names of policies.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* As long as the name of a file; xenstore's own limit is beyond that. */
#define VALUE_NAME 256

/**
 * struct value_target - a device, as it was named
 * @name: of the domain; empty if it was a number
 * @domid: of the domain, if it was a number
 * @device: its number, or -1 if none was given
 */
struct value_target {
	char name[VALUE_NAME];
	unsigned int domid;
	int device;
};

bool value_number(const char *text, uint32_t max, uint32_t *value);
bool value_target(const char *text, struct value_target *target);
const char *value_policy(const char *name);

#endif /* VALUE_H */
