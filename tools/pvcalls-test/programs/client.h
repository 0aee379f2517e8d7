/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cases of the client have in common.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "socktest.h"

/* The server's address and first port; the protocol of the sockets. */
extern const char *host;
extern unsigned int base_port;
extern int protocol;

/**
 * struct client_case - one thing that a program may expect
 * @name: that of its function
 * @run: says what is wrong, and returns false; runs in a process of its own
 * @failed: set afterwards
 */
struct client_case {
	const char *name;
	bool (*run)(void);
	bool failed;
};

#define CASE(name) { #name, name, false }

/* Each ends with a case that has no name. */
extern struct client_case connect_cases[];
extern struct client_case stream_cases[];
extern struct client_case wait_cases[];
extern struct client_case listen_cases[];
extern struct client_case place_cases[];

#define CHECK(what) \
	do { \
		if (!(what)) { \
			printf("# %s:%d: %s; errno %d (%s)\n", __FILE__, \
			       __LINE__, #what, errno, strerror(errno)); \
			return false; \
		} \
	} while (0)

#define CHECK_ERROR(call, error) \
	do { \
		errno = 0; \
		CHECK((call) == -1); \
		CHECK(errno == (error)); \
	} while (0)

struct sockaddr_in address(const char *addr, unsigned int port);
int new_socket(int flags);
int dial(int fd, unsigned int port);
int order_on(int fd, uint32_t verb, uint32_t amount);
int order(uint32_t verb, uint32_t amount);
int64_t now_ms(void);
int64_t scaled(int64_t ms);
int polled(int fd, int events, int timeout);
bool answer_is(int fd, uint32_t expected);
bool dialling(int fd, int port);
void on_alarm(int signal);

#endif /* CLIENT_H */
