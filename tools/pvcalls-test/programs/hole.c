// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that gives no answer: its queue of connections is full, and Linux
 * drops what else comes.  It needs no packet filter, which small guests lack.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socktest.h"

/* Returns only if something went wrong. */
int hole(const char *addr, unsigned int port)
{
	struct sockaddr_storage local;
	socklen_t len = local_address(&local, addr, port);
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
