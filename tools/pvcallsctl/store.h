/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xenstore, and what is said when something goes wrong.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>

/* How the command ends; the manual page has them too. */
enum status {
	STATUS_OK,
	STATUS_FAILED,		/* the system did not do it */
	STATUS_USAGE,		/* the command line makes no sense */
	STATUS_NO_DEVICE,	/* no such domain, or it has no device */
};

/* Longest path in xenstore. */
#define STORE_PATH 3072

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool store_open(void);
void store_close(void);
int store_domid(void);
char *store_read(const char *dir, const char *key);
char **store_list(const char *dir, unsigned int *nr);
bool store_write(const char *dir, const char *key, const char *value);
bool store_remove(const char *dir, const char *key);
bool store_watch(const char *path);
int store_fd(void);
void store_drain(void);

#endif /* STORE_H */
