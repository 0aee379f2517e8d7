// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that gives no answer: its queue of connections is full, and Linux
 * drops what else comes.  It needs no packet filter, which small guests lack.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socktest.h"

/* An IPv6 address that is :: is any of IPv4, too. */
static socklen_t hole_address(struct sockaddr_storage *to, const char *addr,
			      unsigned int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET6, addr, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = inet_addr(addr);
	return sizeof(*in);
}

/* Returns only if something went wrong. */
int hole(const char *addr, unsigned int port)
{
	struct sockaddr_storage local;
	socklen_t len = hole_address(&local, addr, port);
	int listener = socket(local.ss_family, SOCK_STREAM, 0);
	int filler = socket(local.ss_family, SOCK_STREAM, 0);

	/* A queue of length 0 takes one. */
	if (bind(listener, (struct sockaddr *)&local, len) ||
	    listen(listener, 0) ||
	    connect(filler, (struct sockaddr *)&local, len)) {
		perror("socktest: a full port");
		return 1;
	}
	printf("%s:%u is full\n", addr, port);
	for (;;)
		pause();
}
