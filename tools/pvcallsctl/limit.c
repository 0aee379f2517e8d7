// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits of a guest.  See limit.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <string.h>

#include "limit.h"
#include "pvcalls-back/limits.h"

/**
 * limit_key - the limits one by one
 * @index: from 0
 *
 * Return: the key, or NULL if there are no more.
 */
const char *limit_key(unsigned int index)
{
	return index < PVBACK_LIMITS ? pvback_limits_key(index) : NULL;
}

/**
 * limit_find - which limit is meant
 * @name: as given
 *
 * Return: its index, or -1 if there is no such limit.
 */
int limit_find(const char *name)
{
	const char *key;
	int i;

	for (i = 0; (key = limit_key(i)); i++)
		if (!strcmp(name, key))
			return i;
	return -1;
}

/**
 * limit_takes - would the backend take that value?
 * @index: from limit_find()
 * @value: of the limit
 *
 * Return: whether it would.
 */
bool limit_takes(unsigned int index, uint32_t value)
{
	return !pvback_limits_check(index, value);
}
