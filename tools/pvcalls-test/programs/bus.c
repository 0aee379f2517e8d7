// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to xenstore, one at a time; events of watches come in between.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "bus.h"

static int bus = -1;
/* An event came while we waited for an answer. */
static bool event_came;

/* Returns what to poll for events, or -1. */
int bus_open(void)
{
	bus = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);
	return bus;
}

static bool bus_take(void *data, size_t len)
{
	ssize_t ret;

	while (len) {
		ret = read(bus, data, len);
		if (ret <= 0)
			return false;
		data = (char *)data + ret;
		len -= ret;
	}
	return true;
}

/* The next message, its body a string of its own; NULL if there is none. */
static char *bus_message(struct xsd_sockmsg *head)
{
	char *body;

	if (!bus_take(head, sizeof(*head)) || head->len > XENSTORE_PAYLOAD_MAX)
		return NULL;
	body = calloc(1, head->len + 1);
	if (body && bus_take(body, head->len))
		return body;
	free(body);
	return NULL;
}

static char *bus_answer(uint32_t type)
{
	struct xsd_sockmsg head;
	char *body;

	while ((body = bus_message(&head))) {
		if (head.type == type)
			return body;
		if (head.type == XS_WATCH_EVENT)
			event_came = true;
		free(body);
		if (head.type == XS_WATCH_EVENT)
			continue;
		errno = head.type == XS_ERROR ? ENOENT : EBADMSG;
		return NULL;
	}
	errno = EIO;
	return NULL;
}

/* @path with its NUL, then @len bytes of @data. */
static char *bus_request(uint32_t type, const char *path, const void *data,
			 size_t len)
{
	char message[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
	size_t path_len = strlen(path) + 1;
	struct xsd_sockmsg head = { .type = type, .len = path_len + len };

	if (head.len > XENSTORE_PAYLOAD_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), path, path_len);
	if (len)
		memcpy(message + sizeof(head) + path_len, data, len);
	len = sizeof(head) + head.len;
	if (write(bus, message, len) != (ssize_t)len)
		return NULL;
	return bus_answer(type);
}

/* A request whose answer says nothing but that it is done. */
static bool bus_do(uint32_t type, const char *path, const void *data,
		   size_t len)
{
	char *answer = bus_request(type, path, data, len);
	bool done = answer;

	free(answer);
	return done;
}

bool bus_watch(const char *path)
{
	return bus_do(XS_WATCH, path, "", 1);
}

/* Did something change since the last time? */
bool bus_event(void)
{
	struct pollfd fd = { .fd = bus, .events = POLLIN };
	struct xsd_sockmsg head;
	bool came = event_came;
	char *body;

	event_came = false;
	while (poll(&fd, 1, 0) > 0) {
		body = bus_message(&head);
		if (!body) {
			perror("bus");
			exit(1);
		}
		free(body);
		came = true;
	}
	return came;
}

/* The caller frees it. */
char *bus_read(const char *path)
{
	return bus_request(XS_READ, path, NULL, 0);
}

bool bus_write(const char *path, const void *data, size_t len)
{
	return bus_do(XS_WRITE, path, data, len);
}

/* With all below it. */
bool bus_remove(const char *path)
{
	return bus_do(XS_RM, path, NULL, 0);
}
