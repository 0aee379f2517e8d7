// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an admin may write on the command line.  See value.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

/* Numbers of domains that are none begin here. */
#define VALUE_MAX_DOMID 0x7fef

/**
 * value_number - read a decimal number
 * @text: nothing but digits, without a leading zero
 * @max: what it may be
 * @value: set if it is one
 *
 * Return: whether it is one.
 */
bool value_number(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (*text - '0');
		if (number > max)
			return false;
	}
	*value = number;
	return true;
}

/**
 * value_target - read which device is meant
 * @text: DOMAIN or DOMAIN/DEVICE; DOMAIN is a number or a name
 * @target: filled in
 *
 * Return: whether it can be one.
 */
bool value_target(const char *text, struct value_target *target)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	uint32_t number;

	target->device = -1;
	if (!len || len >= sizeof(target->name))
		return false;
	if (slash) {
		if (!value_number(slash + 1, INT32_MAX, &number))
			return false;
		target->device = number;
	}
	memcpy(target->name, text, len);
	target->name[len] = '\0';
	if (value_number(target->name, VALUE_MAX_DOMID, &number)) {
		target->domid = number;
		target->name[0] = '\0';
	}
	return true;
}

/**
 * value_policy - the key of a policy
 * @name: "connect" or "bind"
 *
 * Return: the key, or NULL if there is no such policy.
 */
const char *value_policy(const char *name)
{
	if (!strcmp(name, "connect"))
		return "connect-policy";
	if (!strcmp(name, "bind"))
		return "bind-policy";
	return NULL;
}
