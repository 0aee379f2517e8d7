/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backend that does what a test tells it, on plain memory.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FRONT_FAKE_H
#define _FRONT_FAKE_H

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/workqueue.h>
#include <xen/interface/io/pvcalls.h>
#include <xen/xenbus.h>

#include "../await.h"
#include "../fake_event.h"
#include "pvcalls-front/device.h"

/* Requests and sockets of one test. */
#define FAKE_REQUESTS	512
#define FAKE_SOCKETS	64
/* The command ring is one page. */
#define FAKE_SLOTS	32
/* In place of an answer: the backend says nothing. */
#define SILENT		1
/* Long enough for a thread to have gone to sleep. */
#define FAKE_NAP_MS	50
/* An address which is nobody's. */
#define FAKE_ADDR	0xc0000201
/* What poll says, as a number that KUnit can compare. */
#define POLLED(mask)	((__force u32)(mask))

/**
 * struct fake_request - a request that the backend has taken
 * @req: as it stood in the ring
 * @answered: the backend said something
 */
struct fake_request {
	struct xen_pvcalls_request req;
	bool answered;
};

/**
 * struct fake_stream - a data ring as the backend has it
 * @port: event channel
 * @size: bytes of one direction
 * @intf: the indexes page
 * @in_prod: our own index of "in"
 * @out_cons: our own index of "out"
 */
struct fake_stream {
	u32 port;
	u32 size;
	struct pvcalls_data_intf *intf;
	u32 in_prod;
	u32 out_cons;
};

/**
 * struct fake_front - all there is of a test
 * @test: it
 * @xbdev: the device on the bus
 * @dev: what is tested
 * @open: its command ring is set up
 * @script: what each command is answered, or SILENT
 * @lock: covers what follows
 * @ring: the command ring
 * @serve: takes requests and answers them by @script
 * @nr: how many requests came
 * @requests: all of them
 * @act: what happens later
 * @later: makes it happen
 * @broken: how often the frontend declared us broken
 * @socks: sockets of the program
 */
struct fake_front {
	struct kunit *test;
	struct xenbus_device xbdev;
	struct pvfront_dev *dev;
	bool open;
	int script[PVCALLS_NR_V1_CMDS];
	struct mutex lock; /* see above */
	struct xen_pvcalls_back_ring ring;
	struct work_struct serve;
	unsigned int nr;
	struct fake_request requests[FAKE_REQUESTS];
	void (*act)(struct kunit *test);
	struct delayed_work later;
	unsigned int broken;
	struct socket *socks[FAKE_SOCKETS];
};

/* engine.c */
extern const struct flexring_front_ops fake_front_ops;
int engine_socks(void);

/* grant.c: the grant table, and what the backend sees of it */
void fake_grants_init(void);
void fake_grants_exit(void);
int fake_granted(void);
struct page *fake_page(u32 ref);
void fake_keep(u32 ref);
unsigned int fake_kept_pages(void);
int fake_gnttab_alloc(u16 count, grant_ref_t *head);
int fake_gnttab_claim(grant_ref_t *head);
void fake_gnttab_grant(grant_ref_t ref, domid_t domid, unsigned long gfn,
		       int readonly);
int fake_gnttab_try_end(grant_ref_t ref);
void fake_gnttab_end(grant_ref_t ref, struct page *page);

/* life.c: the life of a device */
int fake_front_init(struct kunit *test);
void fake_front_exit(struct kunit *test);
void fake_front_end(struct kunit *test);
int fake_front_connect(struct kunit *test);
void fake_front_stop(struct kunit *test);
void fake_front_close(struct kunit *test);
void fake_settle(void);
void fake_later(struct kunit *test, void (*act)(struct kunit *test));

/* command.c: the command ring */
void fake_front_notified(struct flexring_event *ev);
void fake_serve(struct work_struct *work);
void fake_collect(struct kunit *test);
void fake_all(struct kunit *test, int ret);
unsigned int fake_count(struct kunit *test, u32 cmd);
unsigned int fake_wanted(struct kunit *test, u32 cmd);
struct xen_pvcalls_response fake_response(const struct xen_pvcalls_request *req,
					  int ret);
void fake_respond(struct kunit *test, const struct xen_pvcalls_response *rsp);
void fake_answer(struct kunit *test, unsigned int nr, int ret);

/* stream.c: the data ring */
struct fake_stream *fake_stream(struct kunit *test, u32 ref, u32 port);
u32 fake_stream_put(struct fake_stream *stream, const u8 *from, u32 bytes);
u32 fake_stream_get(struct fake_stream *stream, u8 *to, u32 bytes);
void fake_stream_error(struct fake_stream *stream, s32 in, s32 out);

/* program.c: the program, with sockets of ours */
struct socket *prog_socket(struct kunit *test);
void prog_keep(struct kunit *test, struct socket *sock);
void prog_close(struct kunit *test, struct socket *sock);
int prog_connect(struct socket *sock, u32 addr, u16 port, int flags);
int prog_bind(struct socket *sock, u32 addr, u16 port);
int prog_accept(struct kunit *test, struct socket *sock, struct socket **child,
		int flags);
int prog_send(struct socket *sock, const void *from, size_t bytes, int flags);
int prog_recv(struct socket *sock, void *to, size_t bytes, int flags);
u32 prog_poll(struct socket *sock);
struct pvfront_sock *prog_remote(struct socket *sock);
struct fake_stream *step_connected(struct kunit *test, struct socket **sock);
struct socket *step_listening(struct kunit *test, u16 port);
struct fake_stream *step_accept(struct kunit *test, int ret);

extern struct kunit_suite front_command_suite;
extern struct kunit_suite front_liar_suite;
extern struct kunit_suite front_connect_suite;
extern struct kunit_suite front_data_suite;
extern struct kunit_suite front_close_suite;
extern struct kunit_suite front_listen_suite;
extern struct kunit_suite front_memory_suite;

#endif /* _FRONT_FAKE_H */
