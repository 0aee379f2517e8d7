/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rogue-back: a PV Calls backend in user space, honest but for what the named
 * case makes wrong.
 *
 * No real socket is behind it: the port that a guest connects to says what
 * happens with the bytes (enum back_service), and a port of BACK_EVIL_PORT or
 * above asks for the misbehaviour of the case, so that a guest can have honest
 * and hostile connections side by side.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef ROGUE_BACK_H
#define ROGUE_BACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <xen/interface/io/pvcalls.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

#include "peer.h"

#define BACK_PAGE		4096u
#define BACK_RING_SLOTS		32u
#define BACK_EVIL_PORT		1000u
/* How often shared memory is looked at without an event, and xenstore. */
#define BACK_TICK_MS		20
#define BACK_LOOK_MS		100

/* Shared words: one access each, as the other end may write at any time. */
#define SHARED_READ(word)		__atomic_load_n(&(word), __ATOMIC_RELAXED)
#define SHARED_WRITE(word, value)	\
	__atomic_store_n(&(word), value, __ATOMIC_RELAXED)

#define back_say(format, ...)		\
	printf("rogue-back: " format "\n", ##__VA_ARGS__)

#define back_die(what)			(perror(what), exit(1))

/* The last three digits of a port. */
enum back_service {
	BACK_ECHO = 7,
	BACK_SINK = 9,
	BACK_SOURCE = 19,
	BACK_HOLD = 21,
};

/**
 * struct back_sock - a socket that the frontend has told us of
 * @next: in the list of the backend
 * @id: what the frontend calls it
 * @port: that it is bound or connected to
 * @listening: LISTEN was answered with success
 * @offered: how many connections its ACCEPT requests were given
 * @accept: an ACCEPT that waits; its cmd is PVCALLS_ACCEPT if there is one
 * @intf: the indexes page, NULL while it has no data ring
 * @data: the data pages
 * @pages: how many
 * @evtchn: our end of its event channel
 * @in_prod: our own index of "in"
 * @out_cons: our own index of "out"
 * @in_base: of the byte pattern that BACK_SOURCE sends
 * @started: bytes have come in, the case was told
 */
struct back_sock {
	struct back_sock *next;
	uint64_t id;
	unsigned int port;
	bool listening;
	unsigned int offered;
	struct xen_pvcalls_request accept;
	struct pvcalls_data_intf *intf;
	uint8_t *data;
	unsigned int pages;
	xenevtchn_port_or_error_t evtchn;
	uint32_t in_prod;
	uint32_t out_cons;
	uint32_t in_base;
	bool started;
};

struct back;

/**
 * struct back_case - one way to misbehave
 * @name: on the command line
 * @text: for `rogue-back list`
 * @value: a number, or a string, for cases which share their functions
 * @keys: called when the honest keys are in xenstore, before InitWait
 * @answer: called before an answer goes out; false keeps it back
 * @started: called when the first bytes come in at an evil connection, before
 *	anything happens with them
 * @released: called after a RELEASE was answered, instead of freeing @sock;
 *	@sock may be NULL
 * @front: called with the frontend's state; true if the honest reaction to it
 *	is not wanted
 * @tick: called about every BACK_TICK_MS
 */
struct back_case {
	const char *name;
	const char *text;
	struct {
		int64_t number;
		const char *key;
		const char *string;
	} value;
	void (*keys)(struct back *back);
	bool (*answer)(struct back *back, struct back_sock *sock,
		       const struct xen_pvcalls_request *req,
		       struct xen_pvcalls_response *rsp);
	void (*started)(struct back *back, struct back_sock *sock);
	bool (*released)(struct back *back, struct back_sock *sock);
	bool (*front)(struct back *back, enum xenbus_state state);
	void (*tick)(struct back *back);
};

/**
 * struct back - the backend
 * @which: the case
 * @domid: of the frontend
 * @own_domid: of this domain
 * @path: our directory in xenstore
 * @front_path: the frontend's
 * @state: our own state as we know it
 * @comes_back: a closed device is offered anew
 * @frozen: nothing is served any more
 * @xs: xenstore
 * @grants: /dev/xen/gntdev
 * @events: /dev/xen/evtchn
 * @sring: the command ring, NULL while it is not mapped
 * @evtchn: our end of its event channel
 * @req_cons: our own index of requests
 * @rsp_prod: our own index of responses
 * @kept: a response that the case has kept back
 * @hits: how often the case has struck
 * @victim: the socket that it strikes
 * @socks: all sockets
 */
struct back {
	const struct back_case *which;
	unsigned int domid;
	unsigned int own_domid;
	char path[128];
	char front_path[128];
	enum xenbus_state state;
	bool comes_back;
	bool frozen;
	struct xs_handle *xs;
	xengnttab_handle *grants;
	xenevtchn_handle *events;

	struct xen_pvcalls_sring *sring;
	xenevtchn_port_or_error_t evtchn;
	uint32_t req_cons;
	uint32_t rsp_prod;
	struct xen_pvcalls_response kept;
	unsigned int hits;
	struct back_sock *victim;
	struct back_sock *socks;
};

/* back_cases_*.c */
extern const struct back_case back_cases_command[];
extern const struct back_case back_cases_data[];
extern const struct back_case back_cases_bus[];
extern const struct back_case back_case_random;

/* back_bus.c */
void back_bus_open(struct back *back);
void back_bus_begin(struct back *back);
void back_bus_look(struct back *back);
void back_bus_publish(struct back *back);
void back_bus_state(struct back *back, enum xenbus_state state);
void back_bus_write(struct back *back, const char *key, const char *value);

/* back_command.c */
bool back_command_connect(struct back *back);
void back_command_disconnect(struct back *back);
void back_command_serve(struct back *back);
void back_command_send(struct back *back,
		       const struct xen_pvcalls_response *rsp);
void back_command_notify(struct back *back);

/* back_sock.c */
struct back_sock *back_sock_find(struct back *back, uint64_t id);
struct back_sock *back_sock_new(struct back *back, uint64_t id);
void back_sock_free(struct back *back, struct back_sock *sock);
void back_sock_unmap(struct back *back, struct back_sock *sock);
int back_sock_map(struct back *back, struct back_sock *sock, uint32_t ref,
		  uint32_t port);
void back_sock_serve(struct back *back, struct back_sock *sock);
bool back_sock_evil(const struct back_sock *sock);
uint32_t back_sock_size(const struct back_sock *sock);
uint32_t back_sock_put(struct back_sock *sock, uint32_t bytes);
void back_sock_notify(struct back *back, const struct back_sock *sock);

#endif /* ROGUE_BACK_H */
