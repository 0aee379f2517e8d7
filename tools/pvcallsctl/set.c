// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an admin may change.  Everything is checked before anything is
 * written, and before xenstore is asked for the domain.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "device.h"
#include "limit.h"
#include "netns.h"
#include "rules.h"

/* What xenstore takes in one message, and some for the path. */
#define SET_MAX 3800

static enum status set_key(const char *target, const char *key,
			   const char *value)
{
	struct device device;
	enum status status = device_find(target, &device);

	if (status)
		return status;
	if (value)
		return store_write(device.path, key, value) ? STATUS_OK :
							      STATUS_FAILED;
	return store_remove(device.path, key) ? STATUS_OK : STATUS_FAILED;
}

static const char *set_policy_key(const char *name)
{
	const char *key = value_policy(name);

	if (!key)
		complain("there is no policy \"%s\": it is connect or bind",
			 name);
	return key;
}

static enum status set_check(const char *rules)
{
	struct rules_fault fault;

	if (strlen(rules) > SET_MAX) {
		complain("the rules are too long for xenstore, which takes %d bytes",
			 SET_MAX);
		return STATUS_USAGE;
	}
	if (!rules_check(rules, &fault))
		return STATUS_OK;
	complain("rule %u, \"%.*s\", is wrong: %s; nothing was changed",
		 fault.number, fault.len, fault.rule, fault.why);
	return STATUS_USAGE;
}

enum status command_policy_check(char **words, int nr)
{
	(void)nr;
	return set_check(words[0]);
}

enum status command_policy_set(char **words, int nr)
{
	const char *key = set_policy_key(words[1]);
	enum status status;

	(void)nr;
	if (!key)
		return STATUS_USAGE;
	status = set_check(words[2]);
	return status ? status : set_key(words[0], key, words[2]);
}

enum status command_policy_unset(char **words, int nr)
{
	const char *key = set_policy_key(words[1]);

	(void)nr;
	return key ? set_key(words[0], key, NULL) : STATUS_USAGE;
}

static int set_limit_find(const char *name)
{
	int limit = limit_find(name);
	const char *key;
	unsigned int i;

	if (limit >= 0)
		return limit;
	complain("there is no limit \"%s\"; these are:", name);
	for (i = 0; (key = limit_key(i)); i++)
		fprintf(stderr, "  %s\n", key);
	return -1;
}

static bool set_number(const char *text, uint32_t max, uint32_t *number)
{
	if (value_number(text, max, number))
		return true;
	complain("\"%s\" is no decimal number from 0 to %u", text, max);
	return false;
}

enum status command_limit_set(char **words, int nr)
{
	int limit = set_limit_find(words[1]);
	uint32_t number;

	(void)nr;
	/* The largest number means "not set" to the backend. */
	if (limit < 0 || !set_number(words[2], UINT32_MAX - 1, &number))
		return STATUS_USAGE;
	if (!limit_takes(limit, number)) {
		complain("the backend does not take %s for %s; pvcallsctl(8) says what it takes",
			 words[2], words[1]);
		return STATUS_USAGE;
	}
	return set_key(words[0], limit_key(limit), words[2]);
}

enum status command_limit_unset(char **words, int nr)
{
	int limit = set_limit_find(words[1]);

	(void)nr;
	return limit < 0 ? STATUS_USAGE :
			   set_key(words[0], limit_key(limit), NULL);
}

enum status command_mark_set(char **words, int nr)
{
	uint32_t mark;

	(void)nr;
	if (!strcmp(words[1], "none"))
		return set_key(words[0], "mark", NULL);
	if (!set_number(words[1], UINT32_MAX, &mark))
		return STATUS_USAGE;
	return set_key(words[0], "mark", words[1]);
}

/* The domain is looked for before a namespace gets a number for its sake. */
enum status command_netns_set(char **words, int nr)
{
	struct device device;
	enum status status;
	char id[16];
	int fd, ret;

	(void)nr;
	if (!strcmp(words[1], "none"))
		return set_key(words[0], "netns", NULL);
	fd = netns_open(words[1]);
	if (fd < 0) {
		complain("there is no network namespace \"%s\": %s; `ip netns add` makes one, `ip netns` lists them",
			 words[1], strerror(-fd));
		return STATUS_USAGE;
	}
	status = device_find(words[0], &device);
	if (!status) {
		ret = netns_assign(fd);
		if (ret < 0) {
			complain("network namespace \"%s\" gets no number: %s; run this as root, in the namespace of the backend",
				 words[1], strerror(-ret));
			status = STATUS_FAILED;
		} else {
			snprintf(id, sizeof(id), "%d", ret);
			status = store_write(device.path, "netns", id) ?
				 STATUS_OK : STATUS_FAILED;
		}
	}
	close(fd);
	return status;
}
