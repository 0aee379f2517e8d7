// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library behind pvcalls-run: TCP sockets that a program makes become
 * sockets of PV Calls.
 *
 * Only socket() is replaced.  It reads its settings from the environment at
 * every call, keeps no state, takes no lock and allocates nothing, so that it
 * may be called whenever socket() may.
 *
 *	PVCALLS_PROTOCOL	number of the protocol, if not the usual one
 *	PVCALLS_STRICT=1	fail where PV Calls is not there
 *	PVCALLS_DEBUG=1		say on standard error what was rewritten
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP		262
#endif

/* The default of the frontend's module parameter. */
#define PVCALLS_PROTOCOL	260
/* Kernels refuse larger numbers of inet protocols. */
#define PVCALLS_PROTOCOL_MAX	262
/* What a kernel compares of the type; the rest are flags. */
#define SOCK_TYPE_BITS		0xf

static bool switched_on(const char *name)
{
	const char *value = getenv(name);

	return value && !strcmp(value, "1");
}

static int pvcalls_protocol(void)
{
	const char *value = getenv("PVCALLS_PROTOCOL");
	char *end;
	long number;

	if (!value)
		return PVCALLS_PROTOCOL;
	number = strtol(value, &end, 10);
	if (*end || number < 1 || number > PVCALLS_PROTOCOL_MAX)
		return PVCALLS_PROTOCOL;
	return (int)number;
}

static bool is_tcp(int domain, int type, int protocol)
{
	if (domain != AF_INET && domain != AF_INET6)
		return false;
	if ((type & SOCK_TYPE_BITS) != SOCK_STREAM)
		return false;
	return protocol == 0 || protocol == IPPROTO_TCP ||
	       protocol == IPPROTO_MPTCP;
}

/* The answers of a kernel that does not know the protocol. */
static bool is_unknown_protocol(int error)
{
	return error == EPROTONOSUPPORT || error == ESOCKTNOSUPPORT ||
	       error == EINVAL;
}

/* @error is 0 or what the kernel said; @native: the answer was to fall back. */
static void report(int domain, int protocol, int number, int error, bool native)
{
	char line[128];
	int length;

	length = snprintf(line, sizeof(line),
			  "pvcalls-run: socket(%s, SOCK_STREAM, %d): protocol %d",
			  domain == AF_INET ? "AF_INET" : "AF_INET6",
			  protocol, number);
	if (error)
		length += snprintf(line + length, sizeof(line) - length,
				   ": errno %d%s", error,
				   native ? ", native socket" : "");
	line[length++] = '\n';
	/* If this fails there is nobody to tell. */
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}

int socket(int domain, int type, int protocol)
{
	const int entry_errno = errno;
	bool native = false;
	int number, fd, error = 0;

	if (!is_tcp(domain, type, protocol))
		return (int)syscall(SYS_socket, domain, type, protocol);

	number = pvcalls_protocol();
	fd = (int)syscall(SYS_socket, domain, type, number);
	if (fd < 0) {
		error = errno;
		native = is_unknown_protocol(error) &&
			 !switched_on("PVCALLS_STRICT");
	}
	if (switched_on("PVCALLS_DEBUG"))
		report(domain, protocol, number, error, native);
	errno = error ? error : entry_errno;
	if (native) {
		errno = entry_errno;
		fd = (int)syscall(SYS_socket, domain, type, protocol);
	}
	return fd;
}
