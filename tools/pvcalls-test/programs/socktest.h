/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * socktest: what a program may expect of a socket, case by case.
 *
 * The server runs in dom0 and does what the first bytes of a connection ask
 * for; the client runs in the guest, on PV Calls sockets (or, to test the
 * test, on plain ones).
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef SOCKTEST_H
#define SOCKTEST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct order - what a client asks of the server, first thing
 * @verb: one of enum order_verb
 * @amount: bytes, milliseconds or a port; in network order
 */
struct order {
	uint32_t verb;
	uint32_t amount;
};

enum order_verb {
	ORDER_ECHO,	/* send everything back until the end */
	ORDER_GREET,	/* say "hello", then close */
	ORDER_RESET,	/* say "hello", then reset the connection */
	ORDER_COUNT,	/* read @amount bytes, answer with their checksum */
	ORDER_STALL,	/* wait @amount ms, then as ORDER_COUNT to the end */
	ORDER_CALL,	/* connect to port @amount of the client's listener */
	ORDER_PENDING,	/* the same, and answer how that connection ended */
	ORDER_TOTAL,	/* how many bytes the last ORDER_SINK brought */
	ORDER_SINK,	/* read to the end, remember how many bytes */
	ORDER_FILL,	/* send @amount bytes, those of fill() from FILL_SEED */
};

#define GREETING "hello"
#define FILL_SEED 11

socklen_t local_address(struct sockaddr_storage *local, const char *addr,
			unsigned int port);
int hole(const char *addr, unsigned int port);
int server(const char *addr, unsigned int port, const char *guest);
int keep(const char *addr, unsigned int port);
int hold(const char *addr, unsigned int port, int protocol, char **steps);
int churn(const char *addr, unsigned int port, int protocol,
	  unsigned int times);
int gush(const char *addr, unsigned int port, int protocol);
uint32_t checksum(uint32_t sum, const void *data, size_t len);
void fill(void *data, size_t len, unsigned int seed);
int uring_bytes(int fd, unsigned int op);

#endif /* SOCKTEST_H */
