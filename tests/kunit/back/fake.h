/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A frontend that does what a test tells it, on plain memory.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _BACK_FAKE_H
#define _BACK_FAKE_H

#include <kunit/test.h>
#include <linux/net.h>
#include <xen/interface/io/pvcalls.h>
#include <xen/xenbus.h>

#include "../await.h"
#include "../fake_event.h"
#include "pvcalls-back/guest.h"

/* Grant references, from 1; 0 is none. */
#define FAKE_GRANTS	2100
/* Requests of one test. */
#define FAKE_REQUESTS	2048
/*
 * Pieces of memory of a guest that is not connected: itself, its counters, and
 * its workqueue.  The rules of its policies are not counted.
 */
#define FAKE_GUEST_MEMORY 3
/* The answer to a request that has none. */
#define UNANSWERED	1

/**
 * struct fake_ring - a data ring as the frontend has it
 * @ref: grant of the indexes page
 * @port: event channel
 * @order: of the ring
 * @size: bytes of one direction
 * @intf: the indexes page
 * @in_cons: our own index of "in"
 * @out_prod: our own index of "out"
 * @pages: of data, in order
 */
struct fake_ring {
	u32 ref;
	u32 port;
	u32 order;
	u32 size;
	struct pvcalls_data_intf *intf;
	u32 in_cons;
	u32 out_prod;
	struct page *pages[1 << PVCALLS_MAX_RING_ORDER];
};

/**
 * struct fake_request - a request that was sent, and what came back
 * @cmd: as sent
 * @id: as sent
 * @answers: how many came
 * @ret: the last one
 * @extra: the rest of its slot, whatever is in it
 */
struct fake_request {
	u32 cmd;
	u64 id;
	unsigned int answers;
	int ret;
	union xen_pvcalls_extra extra;
};

/**
 * struct fake_back - all there is of a test
 * @xbdev: the device
 * @guest: what is tested
 * @refs: grants of the command ring
 * @pages: of the command ring
 * @order: of the command ring
 * @port: event channel of the command ring
 * @ring: the command ring
 * @nr: how many requests were sent; their ids are 0 to @nr - 1
 * @requests: all of them
 */
struct fake_back {
	struct xenbus_device xbdev;
	struct pvback_guest *guest;
	u32 refs[1 << PVCALLS_MAX_RING_PAGE_ORDER];
	struct page *pages[1 << PVCALLS_MAX_RING_PAGE_ORDER];
	unsigned int order;
	u32 port;
	struct xen_pvcalls_front_ring ring;
	unsigned int nr;
	struct fake_request requests[FAKE_REQUESTS];
};

/* grant.c: the hypervisor */
extern const struct flexring_back_ops fake_back_ops;
/* So many times a CPU's softirqs are late, see yield.c. */
extern atomic_t fake_late;
int fake_grants_init(void);
void fake_grants_exit(void);
u32 fake_grant(struct kunit *test, struct page **page);
void fake_grant_revoke(u32 ref);
int fake_mapped(void);

/* guest.c: the command ring */
int fake_back_init(struct kunit *test);
void fake_back_exit(struct kunit *test);
void fake_back_connect(struct kunit *test);
int fake_back_serve(struct kunit *test);
void fake_back_reconnect(struct kunit *test, unsigned int order);
void fake_back_end(struct kunit *test);
u32 fake_send(struct kunit *test, const struct xen_pvcalls_request *req);
void fake_collect(struct kunit *test);
int fake_answer(struct kunit *test, u32 req_id);
int fake_peek(struct kunit *test, u32 req_id);
const struct xen_pvcalls_name *fake_name(struct kunit *test, u32 req_id);
void fake_settle(void);

/* ask.c: one function for each command; they return the request's id */
u32 ask_bare(struct kunit *test, u32 cmd, u64 id);
u32 ask_socket(struct kunit *test, u64 id);
u32 ask_socket_of(struct kunit *test, u64 id, u32 family);
u32 ask_connect_to(struct kunit *test, u64 id, const void *addr, u32 len,
		   u32 ref, u32 evtchn);
u32 ask_bind_to(struct kunit *test, u64 id, const void *addr, u32 len);
u32 ask_getname(struct kunit *test, u64 id, u32 which);
u32 ask_connect(struct kunit *test, u64 id, u16 port, u32 ref, u32 evtchn);
u32 ask_bind(struct kunit *test, u64 id, u16 port);
u32 ask_listen(struct kunit *test, u64 id, u32 backlog);
u32 ask_accept(struct kunit *test, u64 id, u64 id_new, u32 ref, u32 evtchn);
u32 ask_poll(struct kunit *test, u64 id);
u32 ask_release(struct kunit *test, u64 id);
u32 ask_setsockopt(struct kunit *test, u64 id, u32 level, u32 name,
		   const void *value, u32 length);
u32 ask_getsockopt(struct kunit *test, u64 id, u32 level, u32 name,
		   u32 offset, u32 length);
u32 ask_shutdown(struct kunit *test, u64 id, u32 how);

/* option.c: socket options, and what became of them */
struct socket *fake_sock(struct kunit *test, u64 id);
void expect_set(struct kunit *test, u64 id, u32 level, u32 name, s32 value,
		int ret);
void expect_get(struct kunit *test, u64 id, u32 level, u32 name, s32 *value,
		int ret);
void expect_option(struct kunit *test, u64 id, u32 level, u32 name, s32 want);

/* ring.c: the data ring */
struct fake_ring *fake_ring(struct kunit *test, u32 order);
u32 fake_ring_put(struct fake_ring *ring, const u8 *from, u32 bytes);
u32 fake_ring_get(struct fake_ring *ring, u8 *to, u32 bytes);
bool fake_ring_in_ended(void *arg);
bool fake_ring_out_ended(void *arg);

/* net.c: the rest of the world */
struct socket *net_listen(struct kunit *test, int backlog, u16 *port);
struct socket *net_connect(struct kunit *test, u16 port);
struct socket *net_accept(struct kunit *test, struct socket *sock);
u16 net_port(struct kunit *test);
int net_send(struct socket *sock, const void *from, size_t bytes, int flags);
int net_recv(struct socket *sock, void *to, size_t bytes, int flags);
void net_small(struct socket *sock);
void net_reset(struct socket *sock);
void net_settle(void);

/* steps.c: the way to a state */
struct socket *step_connected_to(struct kunit *test, u64 id,
				 struct fake_ring *ring,
				 struct socket *listener, u16 port);
struct socket *step_connected(struct kunit *test, u64 id,
			      struct fake_ring *ring);
u16 step_listening(struct kunit *test, u64 id);
struct fake_ring *step_connecting(struct kunit *test, u64 id, u32 *req_id);

#define EXPECT_ANSWER(test, req_id, ret) do {				\
	struct kunit *answer_test = (test);				\
									\
	KUNIT_EXPECT_EQ(answer_test, fake_answer(answer_test, req_id),	\
			ret);						\
} while (0)

#define ASSERT_ANSWER(test, req_id, ret) do {				\
	struct kunit *answer_test = (test);				\
									\
	KUNIT_ASSERT_EQ(answer_test, fake_answer(answer_test, req_id),	\
			ret);						\
} while (0)

extern struct kunit_suite back_command_suite;
extern struct kunit_suite back_pages_suite;
extern struct kunit_suite back_state_suite;
extern struct kunit_suite back_socket_suite;
extern struct kunit_suite back_data_suite;
extern struct kunit_suite back_release_suite;
extern struct kunit_suite back_sockopt_suite;
extern struct kunit_suite back_option_use_suite;
extern struct kunit_suite back_shutdown_suite;
extern struct kunit_suite back_memory_suite;
extern struct kunit_suite back_limits_suite;
extern struct kunit_suite back_place_suite;
extern struct kunit_suite back_inet6_suite;
extern struct kunit_suite back_name_suite;
extern struct kunit_suite back_seen_suite;

#endif /* _BACK_FAKE_H */
