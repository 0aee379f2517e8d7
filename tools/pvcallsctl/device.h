/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices whose backend this domain is, and where to look at them.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "store.h"
#include "value.h"

/* As many as fit into a table that somebody reads. */
#define DEVICE_MAX 1024

/**
 * struct device - one device
 * @domid: of the guest
 * @number: of the device, nearly always 0
 * @name: of the guest; empty if we may not know it
 * @path: the backend's directory in xenstore
 */
struct device {
	unsigned int domid;
	unsigned int number;
	char name[VALUE_NAME];
	char path[STORE_PATH];
};

void device_root(char *path);
unsigned int device_all(struct device *devices, unsigned int max);
enum status device_find(const char *text, struct device *device);
const char *device_state(const struct device *device);
bool device_count(const struct device *device, const char *name,
		  uint64_t *value);
FILE *device_sockets(const struct device *device);
char *device_parameter(const char *name);

#endif /* DEVICE_H */
