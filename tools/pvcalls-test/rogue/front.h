/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PV Calls frontend that speaks the protocol, and breaks it where a case
 * asks for that.  One device, one thread; everything is done by looking at
 * shared memory again and again, so that no event is needed.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef ROGUE_FRONT_H
#define ROGUE_FRONT_H

#include <xen/interface/io/pvcalls.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#include "peer.h"

#define FRONT_DIR "device/pvcalls/0"
/* Slots of a command ring of one page. */
#define FRONT_SLOTS 32
/* How long an answer may take that waits for nobody. */
#define FRONT_PATIENCE 5000
#define FRONT_PAGE 4096

/* What dom0 has for us: see cases/hostile.sh. */
#define FRONT_SERVER 0xc0000201	/* 192.0.2.1 */
#define FRONT_DOM0 0xc0000202	/* 192.0.2.2, where our own listeners are */
#define FRONT_SERVER6 "2001:db8::1"	/* these two once more */
#define FRONT_DOM0_6 "2001:db8::2"
#define FRONT_PORT 5000		/* socktest's server */
#define FRONT_HOLE 5009		/* packets to it are dropped */

/* Extensions; see device_features[]. */
#define FRONT_RELEASE_ANSWERS	1
#define FRONT_INET6		2
#define FRONT_NAMES		4
#define FRONT_SOCKOPT		8
#define FRONT_SHUTDOWN		16
/* With any of these every answer is a long one. */
#define FRONT_LONG		(FRONT_NAMES | FRONT_SOCKOPT)

/**
 * struct front - the device
 * @shr: to share pages
 * @ev: event channels
 * @back: xenstore directory of the backend
 * @back_id: its domain
 * @sring: the command ring, NULL while there is none
 * @order: it has 1 << @order pages
 * @slots: it has so many
 * @ring_refs: their grants
 * @port: its event channel
 * @req_prod: of @sring, published or not
 * @rsp_cons: of @sring
 * @want: extensions that the next connection shall have, if they are offered
 * @features: extensions that are on
 */
struct front {
	xengntshr_handle *shr;
	xenevtchn_handle *ev;
	char *back;
	u32 back_id;
	struct xen_pvcalls_sring *sring;
	u32 order;
	u32 slots;
	u32 ring_refs[1 << PVCALLS_MAX_RING_PAGE_ORDER];
	u32 port;
	u32 req_prod;
	u32 rsp_cons;
	u32 want;
	u32 features;
};

extern struct front front;

/**
 * struct data_ring - indexes page, data pages and event channel of a socket
 * @intf: the indexes page
 * @data: 1 << @order pages
 * @ref: grant of @intf
 * @port: event channel
 * @order: as shared at first
 * @size: bytes of one direction
 * @in_cons: our own copy of the index
 * @out_prod: our own copy of the index
 */
struct data_ring {
	struct pvcalls_data_intf *intf;
	u8 *data;
	u32 ref;
	u32 port;
	u32 order;
	u32 size;
	u32 in_cons;
	u32 out_prod;
};

/**
 * struct conn - a socket with a ring
 * @id: of the socket
 * @ring: its ring
 */
struct conn {
	u64 id;
	struct data_ring *ring;
};

/* front_device.c */
void device_begin(void);
void device_end(void);
void device_share(void);
void device_unshare(void);
void device_init_wait(void);
void device_write_keys(void);
void device_open_with(u32 features);
void device_open_order_with(u32 order, u32 features);
void device_set_state(enum xenbus_state state);
bool device_back_is(enum xenbus_state state, unsigned int ms);
void device_want_back(enum xenbus_state state);
void device_open(void);
void device_open_order(u32 order);
void device_reset(void);
void *device_page(u32 domid, int pages, u32 *refs, bool writable);
u32 device_port(u32 domid);

/* front_ring.c */
void ring_forget(void);
void ring_put(const struct xen_pvcalls_request *req);
void ring_publish(void);
u32 ring_send(struct xen_pvcalls_request req);
u32 ring_queue(struct xen_pvcalls_request req);
bool ring_answer(u32 req_id, unsigned int ms, s32 *ret);
s32 ring_await(u32 req_id, const char *what);
bool ring_raw_answers(u32 prod, unsigned int ms);
const union xen_pvcalls_extra *ring_extra(u32 req_id);
s32 call(struct xen_pvcalls_request req, const char *what);
void expect(s32 want, struct xen_pvcalls_request req, const char *what);
void expect_answer(s32 want, u32 req_id, const char *what);
void expect_silence(u32 req_id, unsigned int ms, const char *what);

/* front_request.c */
struct xen_pvcalls_request req_bare(u32 cmd, u64 id);
struct xen_pvcalls_request req_socket(u64 id);
struct xen_pvcalls_request req_connect(u64 id, u32 addr, u16 port,
				       const struct data_ring *ring);
struct xen_pvcalls_request req_release(u64 id);
struct xen_pvcalls_request req_bind(u64 id, u16 port);
struct xen_pvcalls_request req_listen(u64 id, u32 backlog);
struct xen_pvcalls_request req_accept(u64 id, u64 id_new,
				      const struct data_ring *ring);
struct xen_pvcalls_request req_poll(u64 id);
struct xen_pvcalls_request req_socket6(u64 id);
struct xen_pvcalls_request req_connect6(u64 id, const char *addr, u16 port,
					const struct data_ring *ring);
struct xen_pvcalls_request req_bind6(u64 id, const char *addr, u16 port);
struct xen_pvcalls_request req_getname(u64 id, u32 which);
u64 new_id(void);
u16 new_port(void);

/* front_socket.c */
struct data_ring *data_new(u32 order);
void data_free(struct data_ring *ring);
void data_notify(struct data_ring *ring);
void data_write(struct data_ring *ring, const void *from, u32 len);
void data_read(struct data_ring *ring, void *to, u32 len);
bool data_error(const s32 *word, unsigned int ms, s32 *error);
struct conn conn_connect(u16 port, u32 order);
struct conn conn_echo(u32 order);
void conn_check(struct conn conn, u32 bytes);
void conn_order(struct conn conn, u32 verb, u32 amount);
void conn_close(struct conn conn);
u64 listener_open(u16 port);

/* front_sockopt.c */
struct xen_pvcalls_request req_random_option(u64 id);
struct xen_pvcalls_request req_reuseport(u64 id);

/* front_shutdown.c */
struct xen_pvcalls_request req_shutdown(u64 id, u32 how);
void pair_open(struct conn *client, struct conn *peer, u32 order);

/* the cases */
extern const struct peer_case command_cases[];
extern const struct peer_case field_cases[];
extern const struct peer_case state_cases[];
extern const struct peer_case grant_cases[];
extern const struct peer_case data_cases[];
extern const struct peer_case net_cases[];
extern const struct peer_case store_cases[];
extern const struct peer_case load_cases[];
extern const struct peer_case many_cases[];
extern const struct peer_case inet6_cases[];
extern const struct peer_case names_cases[];
extern const struct peer_case sockopt_cases[];
extern const struct peer_case shutdown_cases[];

void front_random(u64 deadline);
void front_hold(const char *name);
void many_stalled(void);
void flood_deep(void);
void flood_wide(void);
void front_reach(const char *name);
void front_get(const char *name);

#endif /* ROGUE_FRONT_H */
