// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is: devices, their keys, their numbers, their sockets.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "limit.h"
#include "netns.h"

static const char * const statistics[] = {
	"sockets", "sockets_max", "listeners", "connects", "accepts",
	"connects_failed", "connect_refused", "bind_refused", "limit_refused",
	"requests", "answers", "bytes_in", "bytes_out", "notifications",
	"notifications_spared", "ring_pages", "linger_bytes", "linger_resets",
	"resets", "peer_resets", "protocol_errors",
};

/* What the backend offers; the guest takes one by the same key. */
static const char * const features[] = {
	"feature-inet6", "feature-names", "feature-sockopt",
	"feature-shutdown", "feature-release-answers",
	"feature-multi-page-ring", "feature-notify-index",
	"feature-ring-reuse",
};

/* The name of the namespace, or #ID where it has none. */
static const char *show_netns(const struct device *device, char *text,
			      size_t size)
{
	char *key = store_read(device->path, "netns");
	uint32_t id;

	if (!key)
		snprintf(text, size, "-");
	else if (!value_number(key, INT32_MAX, &id))
		snprintf(text, size, "\"%s\"?", key);
	else if (!netns_name(id, text, size))
		snprintf(text, size, "#%" PRIu32, id);
	free(key);
	return text;
}

static void show_number(const struct device *device, const char *name,
			int width)
{
	uint64_t value;

	if (device_count(device, name, &value))
		printf(" %*" PRIu64, width, value);
	else
		printf(" %*s", width, "-");
}

static void show_row(const struct device *device)
{
	char netns[VALUE_NAME], id[32];

	snprintf(id, sizeof(id), device->number ? "%u/%u" : "%u",
		 device->domid, device->number);
	printf("%-6s %-20s %-12s %-12s", id,
	       device->name[0] ? device->name : "-", device_state(device),
	       show_netns(device, netns, sizeof(netns)));
	show_number(device, "sockets", 8);
	show_number(device, "bytes_in", 14);
	show_number(device, "bytes_out", 14);
	putchar('\n');
}

/**
 * show_table - all devices, a line for each
 */
void show_table(void)
{
	struct device *devices = calloc(DEVICE_MAX, sizeof(*devices));
	unsigned int nr, i;

	printf("%-6s %-20s %-12s %-12s %8s %14s %14s\n", "DOM", "NAME",
	       "STATE", "NETNS", "SOCKETS", "BYTES-IN", "BYTES-OUT");
	nr = devices ? device_all(devices, DEVICE_MAX) : 0;
	for (i = 0; i < nr; i++)
		show_row(&devices[i]);
	free(devices);
}

enum status command_list(char **words, int nr)
{
	(void)words;
	(void)nr;
	if (!store_open())
		return STATUS_FAILED;
	show_table();
	return STATUS_OK;
}

static void show_key(const struct device *device, const char *key,
		     const char *otherwise)
{
	char *value = store_read(device->path, key);

	printf("  %-24s %s\n", key, value ? value : otherwise);
	free(value);
}

static void show_policy(const struct device *device, const char *key,
			const char *parameter)
{
	char *value = store_read(device->path, key);
	char *fallback = value ? NULL : device_parameter(parameter);

	if (value)
		printf("  %-24s %s\n", key, value);
	else
		printf("  %-24s default: %s\n", key,
		       fallback ? fallback : "that of the module");
	free(fallback);
	free(value);
}

static void show_policies(const struct device *device)
{
	show_policy(device, "connect-policy", "connect_policy");
	show_policy(device, "bind-policy", "bind_policy");
}

static bool show_is_on(const char *dir, const char *key)
{
	char *value = dir ? store_read(dir, key) : NULL;
	bool on = value && !strcmp(value, "1");

	free(value);
	return on;
}

static void show_features(const struct device *device)
{
	char *frontend = store_read(device->path, "frontend");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		if (!show_is_on(device->path, features[i]))
			continue;
		printf("  %-24s %s\n", features[i],
		       show_is_on(frontend, features[i]) ? "on" :
		       "offered, the guest does not take it");
	}
	free(frontend);
}

static bool show_statistics(const struct device *device)
{
	uint64_t value;
	unsigned int i;

	if (!device_count(device, statistics[0], &value))
		return false;
	for (i = 0; i < ARRAY_SIZE(statistics); i++)
		if (device_count(device, statistics[i], &value))
			printf("  %-24s %" PRIu64 "\n", statistics[i], value);
	return true;
}

static void show_sockets(const struct device *device)
{
	FILE *file = device_sockets(device);
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		puts("  no table: mount -t debugfs none /sys/kernel/debug");
		return;
	}
	while (getline(&line, &size, file) > 0)
		printf("  %s", line);
	free(line);
	fclose(file);
}

static void show_settings(const struct device *device)
{
	char netns[VALUE_NAME];
	const char *limit;
	unsigned int i;

	puts("policy:");
	show_policies(device);
	puts("place:");
	printf("  %-24s %s\n", "netns",
	       show_netns(device, netns, sizeof(netns)));
	show_key(device, "mark", "-");
	puts("limits:");
	for (i = 0; (limit = limit_key(i)); i++)
		show_key(device, limit, "default");
}

enum status command_show(char **words, int nr)
{
	struct device device;
	enum status status;

	(void)nr;
	status = device_find(words[0], &device);
	if (status)
		return status;
	printf("domain %u %s, device %u: %s\n", device.domid,
	       device.name[0] ? device.name : "-", device.number,
	       device_state(&device));
	puts("keys:");
	show_key(&device, "versions", "-");
	show_key(&device, "max-page-order", "-");
	puts("features:");
	show_features(&device);
	show_settings(&device);
	puts("statistics:");
	if (!show_statistics(&device))
		puts("  none: modprobe pvcalls-back");
	puts("sockets:");
	show_sockets(&device);
	return STATUS_OK;
}

enum status command_stats(char **words, int nr)
{
	struct device device;
	enum status status;

	(void)nr;
	status = device_find(words[0], &device);
	if (status || show_statistics(&device))
		return status;
	complain("there are no statistics of domain %u: is the backend's module loaded (modprobe pvcalls-back)?",
		 device.domid);
	return STATUS_FAILED;
}

enum status command_policy_show(char **words, int nr)
{
	struct device device;
	enum status status;

	(void)nr;
	status = device_find(words[0], &device);
	if (!status)
		show_policies(&device);
	return status;
}
