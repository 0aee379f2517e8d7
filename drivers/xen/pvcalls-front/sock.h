/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The remote half of a socket.
 *
 * What a program holds is a real TCP socket (struct sock) whose proto_ops are
 * ours (proto.c).  It is born undecided.  The first bind or connect decides:
 *
 *      undecided --- loopback, own address, no backend ---> native
 *          |
 *          +-------- anything else ------------------------> remote
 *
 * Which of the three it is stands in sk->sk_prot, and changes under lock_sock
 * only.  A native socket is handed to TCP for good.  A remote one gets a
 * struct pvfront_sock until it is released, where TCP keeps the data of an
 * upper layer protocol: nobody else writes there, as some do to sk_user_data.
 * Its sk_state stays TCP_CLOSE, so that nothing of TCP ever acts on it.
 *
 * States of a struct pvfront_sock:
 *
 *      IDLE ---listen---> LISTENING ------close------+
 *       |                                            |
 *       +--connect--> CONNECTING --0--> CONNECTED ---+--> CLOSED
 *       ^                 |                ^         |
 *       +----connect---- FAILED <--error   |         |
 *                                          |         |
 *      ACCEPTING --0--> QUEUED ---accept---+         |
 *          |               |                         |
 *          +-----error-----+-----close of listener---+
 *
 * ACCEPTING and QUEUED belong to connections that a listener has asked the
 * backend for before the program calls accept; they have no struct sock yet.
 *
 * Locks, outermost first:
 *   lock_sock(sk)   everything a system call does; sleeps
 *   dev->lock       the command ring and the lists of the device; irq
 *   ps->lock        @state, @sk, and the lists of a listener; irq
 * pvfront_sock_lost() and the done() callbacks run without dev->lock.
 *
 * References on a struct pvfront_sock:
 *   - one by the struct sock (or, without one, by the listener's @queue),
 *     handed on by pvfront_sock_close() to the closing, which ends with the
 *     answer to RELEASE;
 *   - one by each request on its way (@open, @command): put by its done();
 *   - one by its data ring, put when the ring is freed;
 *   - one by each ACCEPTING child on its listener, put by the answer;
 *   - one by each of @close_work, @post_work while queued.
 * Each struct pvfront_sock holds one on its device.
 *
 * Contexts: pvfront_sock_moved() and all done() callbacks may run in hard
 * interrupts; everything that needs to sleep for them is in a work item.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVFRONT_SOCK_H
#define _PVFRONT_SOCK_H

#include <linux/in.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "device.h"
#include "ring.h"

enum pvfront_state {
	PVFRONT_IDLE,
	PVFRONT_LISTENING,
	PVFRONT_CONNECTING,
	PVFRONT_FAILED,
	PVFRONT_ACCEPTING,
	PVFRONT_QUEUED,
	PVFRONT_CONNECTED,
	PVFRONT_CLOSED,
};

/**
 * struct pvfront_sock - the remote half of a socket
 * @ref: see above
 * @dev: its device, with a reference
 * @dev_link: in the device's list of sockets, under the device's lock
 * @id: what the backend calls it
 * @lock: see above
 * @state: see above
 * @lost: the device is gone
 * @broken: the backend's indexes made no sense
 * @reset: the program was told, or will be by sk_err, of a reset
 * @sk: the program's socket, NULL before accept and after close
 * @ring: the data ring; poll looks at it under RCU
 * @busy: a BIND or LISTEN is on its way, the socket's lock was let go
 * @bound: BIND was answered with success
 * @local: what it is bound to, as far as we know
 * @peer: what it is connected to, as far as we know
 * @open_error: what the backend answered to SOCKET
 * @open: the SOCKET request
 * @command: the CONNECT or ACCEPT request
 * @release: the RELEASE request
 * @close_work: waits until the backend has taken all bytes, then releases
 * @close_deadline: in jiffies, when it waits no longer
 *
 * @link: as a child, in @parked or @queue of its listener; when closed, in
 *	@unbinding of the device
 * @listener: as an ACCEPTING child
 * @parked: children whose ACCEPT is on its way
 * @queue: children that wait for the program's accept
 * @ahead: how many there are in both
 * @accept_error: why the last ACCEPT failed, until accept tells the program
 * @post_work: asks for more connections, later
 */
struct pvfront_sock {
	struct kref ref;
	struct pvfront_dev *dev;
	struct list_head dev_link;
	u64 id;

	spinlock_t lock; /* taken in hard interrupts, see above */
	enum pvfront_state state;
	bool lost;
	bool broken;
	bool reset;
	struct sock *sk;
	struct pvfront_ring __rcu *ring;

	bool busy;
	bool bound;
	struct sockaddr_in local;
	struct sockaddr_in peer;
	int open_error;
	struct pvfront_call open;
	struct pvfront_call command;
	struct pvfront_call release;
	struct delayed_work close_work;
	unsigned long close_deadline;

	struct list_head link;
	struct pvfront_sock *listener;
	struct list_head parked;
	struct list_head queue;
	unsigned int ahead;
	int accept_error;
	struct delayed_work post_work;
};

extern struct proto pvfront_remote4;
extern struct proto pvfront_remote6;

/* The ring, for a thread that holds the lock of the program's socket. */
#define pvfront_ring_locked(ps, sk) \
	rcu_dereference_protected((ps)->ring, lockdep_sock_is_held(sk))

/**
 * pvfront_of - the remote half of a socket
 * @sk: a socket with our proto_ops
 *
 * Return: NULL if @sk is undecided or native.  A socket that is remote stays
 * so until it is released.
 */
static inline struct pvfront_sock *pvfront_of(const struct sock *sk)
{
	/* Pairs with pvfront_sock_attach(). */
	const struct proto *prot = smp_load_acquire(&sk->sk_prot);

	if (prot != &pvfront_remote4 && prot != &pvfront_remote6)
		return NULL;
	return rcu_dereference_raw(inet_csk(sk)->icsk_ulp_data);
}

/* sock.c */
struct pvfront_sock *pvfront_sock_alloc(struct pvfront_dev *dev);
void pvfront_sock_get(struct pvfront_sock *ps);
bool pvfront_sock_get_alive(struct pvfront_sock *ps);
void pvfront_sock_put(struct pvfront_sock *ps);
void pvfront_sock_attach(struct pvfront_sock *ps, struct sock *sk);
struct pvfront_sock *pvfront_sock_detach(struct sock *sk);
int pvfront_sock_open(struct pvfront_sock *ps);
enum pvfront_state pvfront_sock_state(struct pvfront_sock *ps);
bool pvfront_sock_move(struct pvfront_sock *ps, enum pvfront_state from,
		       enum pvfront_state to);
void pvfront_sock_settle(struct pvfront_sock *ps, int error);
void pvfront_sock_wake(struct pvfront_sock *ps);
void pvfront_sock_moved(struct pvfront_sock *ps, int error);
int pvfront_sock_take_reset(struct pvfront_sock *ps, int error);
void pvfront_sock_lost(struct pvfront_sock *ps);
void pvfront_sock_drop_ring(struct pvfront_sock *ps);
int pvfront_sock_wait(struct sock *sk, long *timeo,
		      bool (*ready)(struct pvfront_sock *ps));
void pvfront_sock_wait_all_gone(void);

/* close.c */
void pvfront_sock_close(struct pvfront_sock *ps);
void pvfront_close_work(struct work_struct *work);
int pvfront_await_unbound(struct pvfront_dev *dev, __be16 port);

/* connect.c */
struct pvfront_sock *pvfront_make_remote(struct sock *sk,
					 struct pvfront_dev *dev);
bool pvfront_connect_over(struct pvfront_sock *ps);
int pvfront_connect(struct sock *sk, struct pvfront_sock *ps,
		    const struct sockaddr_in *wire, int flags);
int pvfront_bind(struct sock *sk, struct pvfront_sock *ps,
		 const struct sockaddr_in *wire);

/* listen.c */
int pvfront_listen(struct sock *sk, struct pvfront_sock *ps, int backlog);
struct pvfront_sock *pvfront_accept(struct sock *sk, struct pvfront_sock *ps,
				    int flags);
void pvfront_accept_undo(struct pvfront_sock *ps, struct pvfront_sock *child);
__poll_t pvfront_listen_poll(struct pvfront_sock *ps);
void pvfront_listen_close(struct pvfront_sock *ps);
void pvfront_listen_released(struct pvfront_sock *ps);
void pvfront_post_work(struct work_struct *work);

/* stream.c */
int pvfront_stream_send(struct sock *sk, struct pvfront_sock *ps,
			struct msghdr *msg, size_t len);
int pvfront_stream_recv(struct sock *sk, struct pvfront_sock *ps,
			struct msghdr *msg, size_t len, int flags);
__poll_t pvfront_stream_poll(struct sock *sk, struct pvfront_sock *ps);
u32 pvfront_stream_inq(struct pvfront_sock *ps);
u32 pvfront_stream_outq(struct pvfront_sock *ps);

/* route.c */
bool pvfront_undecided(const struct sock *sk);
int pvfront_route(struct sock *sk, int reach, const struct sockaddr_in *wire,
		  struct pvfront_sock **ps);

/* ops.c */
int pvfront_ioctl(struct pvfront_sock *ps, unsigned int cmd, int *bytes);
void pvfront_ops_fill(struct proto_ops *ops, const struct proto_ops *native);

/* proto.c */
extern struct proto pvfront_prot4;
extern struct proto pvfront_prot6;
int pvfront_proto_init(void);
void pvfront_proto_exit(void);
int pvfront_proto_number(void);
const struct proto_ops *pvfront_native(const struct socket *sock);

#endif /* _PVFRONT_SOCK_H */
