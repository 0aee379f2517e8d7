// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices whose backend this domain is.  See device.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

#define SYSFS	"/sys/bus/xen-backend/devices/pvcalls-%u-%u/statistics/%s"
#define DEBUGFS	"/sys/kernel/debug/pvcalls-back/pvcalls-%u-%u/sockets"

/**
 * device_root - the directory of all devices of this domain
 * @path: filled in, STORE_PATH bytes
 */
void device_root(char *path)
{
	snprintf(path, STORE_PATH, "/local/domain/%d/backend/pvcalls",
		 store_domid());
}

static void device_name(struct device *device)
{
	char dir[64], *name;

	snprintf(dir, sizeof(dir), "/local/domain/%u", device->domid);
	name = store_read(dir, "name");
	snprintf(device->name, sizeof(device->name), "%s", name ? name : "");
	free(name);
}

static unsigned int device_of_domain(const char *root, const char *domain,
				     struct device *devices, unsigned int max)
{
	unsigned int nr, i, found = 0;
	char dir[STORE_PATH];
	char **numbers;
	uint32_t domid, number;

	if (!value_number(domain, UINT16_MAX, &domid) ||
	    snprintf(dir, sizeof(dir), "%s/%s", root, domain) >= STORE_PATH)
		return 0;
	numbers = store_list(dir, &nr);
	for (i = 0; i < nr && found < max; i++) {
		struct device *device = &devices[found];

		if (!value_number(numbers[i], INT32_MAX, &number))
			continue;
		device->domid = domid;
		device->number = number;
		snprintf(device->path, sizeof(device->path), "%.2048s/%u",
			 dir, number);
		device_name(device);
		found++;
	}
	free(numbers);
	return found;
}

static int device_order(const void *left, const void *right)
{
	const struct device *a = left, *b = right;

	if (a->domid != b->domid)
		return a->domid < b->domid ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/**
 * device_all - all devices, by domain and number
 * @devices: filled in
 * @max: how many there is room for
 *
 * Return: how many there are.
 */
unsigned int device_all(struct device *devices, unsigned int max)
{
	unsigned int nr, i, found = 0;
	char root[STORE_PATH];
	char **domains;

	device_root(root);
	domains = store_list(root, &nr);
	for (i = 0; i < nr; i++)
		found += device_of_domain(root, domains[i], devices + found,
					  max - found);
	free(domains);
	qsort(devices, found, sizeof(*devices), device_order);
	return found;
}

static bool device_fits(const struct device *device,
			const struct value_target *target)
{
	if (target->device >= 0 && device->number != (unsigned int)target->device)
		return false;
	if (target->name[0])
		return !strcmp(device->name, target->name);
	return device->domid == target->domid;
}

/**
 * device_find - the device that is meant
 * @text: DOMAIN or DOMAIN/DEVICE
 * @device: filled in
 *
 * Return: STATUS_OK, or what went wrong, which has been said.
 */
enum status device_find(const char *text, struct device *device)
{
	struct device *devices = calloc(DEVICE_MAX, sizeof(*devices));
	struct value_target target;
	unsigned int nr, i;

	if (!devices || !value_target(text, &target)) {
		complain("\"%s\" is no domain: give a name or a number, and /NUMBER behind it if it has several devices",
			 text);
		free(devices);
		return STATUS_USAGE;
	}
	if (!store_open()) {
		free(devices);
		return STATUS_FAILED;
	}
	nr = device_all(devices, DEVICE_MAX);
	for (i = 0; i < nr && !device_fits(&devices[i], &target); i++)
		;
	if (i < nr)
		*device = devices[i];
	else
		complain("no domain \"%s\" has a PV Calls device here: `pvcallsctl list` shows those that have one; a guest gets it by a line pvcalls = ['backend=0'] in its configuration",
			 text);
	free(devices);
	return i < nr ? STATUS_OK : STATUS_NO_DEVICE;
}

/**
 * device_state - the backend's state, in a word
 * @device: which
 *
 * Return: a constant string.
 */
const char *device_state(const struct device *device)
{
	static const char * const states[] = {
		"unknown", "initialising", "waiting", "initialised",
		"connected", "closing", "closed", "reconfiguring",
		"reconfigured",
	};
	char *text = store_read(device->path, "state");
	uint32_t state = 0;

	if (text && !value_number(text, 8, &state))
		state = 0;
	free(text);
	return states[state];
}

/**
 * device_count - one of the statistics
 * @device: of which
 * @name: of the file
 * @value: set if it is there
 *
 * Return: whether it is there: the backend's module is loaded.
 */
bool device_count(const struct device *device, const char *name,
		  uint64_t *value)
{
	char path[256];
	bool ok;
	FILE *file;

	snprintf(path, sizeof(path), SYSFS, device->domid, device->number,
		 name);
	file = fopen(path, "re");
	if (!file)
		return false;
	ok = fscanf(file, "%" SCNu64, value) == 1;
	fclose(file);
	return ok;
}

/**
 * device_sockets - the table of its sockets
 * @device: of which
 *
 * Return: to be read and closed, or NULL without debugfs.
 */
FILE *device_sockets(const struct device *device)
{
	char path[256];

	snprintf(path, sizeof(path), DEBUGFS, device->domid, device->number);
	return fopen(path, "re");
}

/**
 * device_parameter - a parameter of the backend's module
 * @name: of it
 *
 * Return: its value, to be freed, or NULL.
 */
char *device_parameter(const char *name)
{
	char path[256], *text = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/pvcalls_back/parameters/%s",
		 name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	len = getline(&text, &size, file);
	fclose(file);
	if (len <= 0) {
		free(text);
		return NULL;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}
