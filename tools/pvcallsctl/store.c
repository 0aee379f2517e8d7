// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xenstore, and what is said when something goes wrong.  See store.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "store.h"

static struct xs_handle *store;

/**
 * complain - say what is wrong, and what to do
 * @format: as for printf(), without the end of the line
 */
void complain(const char *format, ...)
{
	va_list args;

	fputs("pvcallsctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * store_open - connect to xenstore, unless we are already
 *
 * Return: false if that failed, which has been said.
 */
bool store_open(void)
{
	if (!store)
		store = xs_open(0);
	if (!store)
		complain("no connection to xenstore: %s; run this as root, in dom0 or in a driver domain",
			 strerror(errno));
	return store;
}

/**
 * store_close - undo store_open(), if it was called
 */
void store_close(void)
{
	xs_close(store);
	store = NULL;
}

static bool store_join(char *path, const char *dir, const char *key)
{
	int len = snprintf(path, STORE_PATH, "%s/%s", dir, key);

	return len > 0 && len < STORE_PATH;
}

/**
 * store_read - a value
 * @dir: the directory
 * @key: in it
 *
 * Return: the value, to be freed, or NULL.
 */
char *store_read(const char *dir, const char *key)
{
	char path[STORE_PATH];
	unsigned int len;

	if (!store_join(path, dir, key))
		return NULL;
	return xs_read(store, XBT_NULL, path, &len);
}

/**
 * store_domid - the domain that this runs in
 *
 * Return: its number; 0 if xenstore does not say.
 */
int store_domid(void)
{
	unsigned int len;
	char *text = xs_read(store, XBT_NULL, "domid", &len);
	int domid = text ? atoi(text) : 0;

	free(text);
	return domid;
}

/**
 * store_list - what is in a directory
 * @dir: which
 * @nr: set to how many
 *
 * Return: the names, to be freed at once; NULL if there are none.
 */
char **store_list(const char *dir, unsigned int *nr)
{
	char **names = xs_directory(store, XBT_NULL, dir, nr);

	if (!names)
		*nr = 0;
	return names;
}

static bool store_done(bool ok, const char *path)
{
	if (!ok && errno == EACCES)
		complain("%s is not ours to change: run this as root, in the domain with the backend or in dom0",
			 path);
	else if (!ok)
		complain("%s: %s", path, strerror(errno));
	return ok;
}

/**
 * store_write - set a value
 * @dir: the directory
 * @key: in it
 * @value: a string
 *
 * Return: false if that failed, which has been said.
 */
bool store_write(const char *dir, const char *key, const char *value)
{
	char path[STORE_PATH];

	if (!store_join(path, dir, key))
		return false;
	return store_done(xs_write(store, XBT_NULL, path, value,
				   strlen(value)), path);
}

/**
 * store_remove - remove a value, if it is there
 * @dir: the directory
 * @key: in it
 *
 * Return: false if that failed, which has been said.
 */
bool store_remove(const char *dir, const char *key)
{
	char path[STORE_PATH];
	bool ok;

	if (!store_join(path, dir, key))
		return false;
	ok = xs_rm(store, XBT_NULL, path) || errno == ENOENT;
	return store_done(ok, path);
}

/**
 * store_watch - let store_fd() become readable when something changes
 * @path: at or below
 *
 * Return: false if that failed, which has been said.
 */
bool store_watch(const char *path)
{
	return store_done(xs_watch(store, path, "pvcallsctl"), path);
}

/**
 * store_fd - what to poll after store_watch()
 *
 * Return: a descriptor.
 */
int store_fd(void)
{
	return xs_fileno(store);
}

/**
 * store_drain - all that has changed is known
 */
void store_drain(void)
{
	char **event;

	while ((event = xs_check_watch(store)))
		free(event);
}
