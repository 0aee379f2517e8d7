/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket of a guest.  For who runs what, who owns what and the locks see
 * guest.h.
 *
 *            SOCKET                         ACCEPT at a listener
 *              |                                   |
 *              v      LISTEN, after BIND           v
 *           CREATED --------------> LISTENING   PARKED -----> freed, if the
 *            |   ^                      |          |          listener goes
 *    CONNECT |   | refused              |          | a connection is there
 *            v   |                      |          |
 *         CONNECTING ------------> CONNECTED <-----+
 *                     established       |
 *                                       | the guest breaks the rules of
 *                                       v the ring
 *                                    BROKEN
 *
 * RELEASE, or the end of the guest, leads from every state but PARKED to
 * CLOSED; from CONNECTED by way of LINGERING while there are bytes to send.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _PVBACK_SOCKET_H
#define _PVBACK_SOCKET_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "ring.h"
#include "seen.h"

struct pvback_call;
struct pvback_guest;
struct sock;
struct socket;

enum pvback_socket_state {
	PVBACK_CREATED,		/* by SOCKET; perhaps bound */
	PVBACK_CONNECTING,	/* socket->connecting waits for the answer */
	PVBACK_CONNECTED,	/* has a ring, moves bytes */
	PVBACK_BROKEN,		/* connection was reset, ring is not touched */
	PVBACK_LISTENING,	/* may have parked calls */
	PVBACK_PARKED,		/* in an ACCEPT, has a ring */
	PVBACK_LINGERING,	/* no guest, no ring; the peer has not all */
	PVBACK_CLOSED,		/* nothing left */
};

/* Bits of pvback_socket.ready, set by the callbacks of the socket. */
enum pvback_socket_ready {
	PVBACK_READABLE,	/* worth trying to receive */
	PVBACK_WRITABLE,	/* worth trying to send */
};

/**
 * enum pvback_name - a name of a socket, as proto_ops.getname numbers them
 * @PVBACK_NAME_LOCAL: its own
 * @PVBACK_NAME_PEER: the peer's, of a connection that there is
 * @PVBACK_NAME_ACCEPTED: the peer's, also of a connection that has been reset
 */
enum pvback_name {
	PVBACK_NAME_LOCAL = 0,
	PVBACK_NAME_PEER = 1,
	PVBACK_NAME_ACCEPTED = 2,
};

/**
 * struct pvback_hook - callbacks of a socket as they were before ours
 * @state_change: a new TCP state
 * @data_ready: bytes, or a connection to accept
 * @write_space: room to send
 * @error_report: an error
 */
struct pvback_hook {
	void (*state_change)(struct sock *sk);
	void (*data_ready)(struct sock *sk);
	void (*write_space)(struct sock *sk);
	void (*error_report)(struct sock *sk);
};

/**
 * struct pvback_linger - what a released socket still has to send
 * @node: in the list of all of them
 * @buf: bytes that TCP did not take at once; NULL if there were none
 * @len: how many there are
 * @sent: how many of them TCP has taken
 * @acked: bytes of the connection that the peer had at our last look
 * @deadline: when to give up if it takes no more, in jiffies
 * @end: when to give up anyway
 * @serial: grows along the list
 * @abort: give up now
 */
struct pvback_linger {
	struct list_head node;
	void *buf;
	unsigned int len;
	unsigned int sent;
	u64 acked;
	unsigned long deadline;
	unsigned long end;
	u64 serial;
	bool abort;
};

/**
 * struct pvback_socket - a socket
 * @ref: see guest.h
 * @guest: counted
 * @id: the guest's name for it; opaque
 * @live: @work may be queued; false while parked
 * @work: everything that happens to the socket
 * @later: queues @work after a while
 * @lock: protects the four fields that follow
 * @calls: requests that wait for the work
 * @gone: takes no more calls
 * @closing: the guest goes, release the socket without being asked
 * @seen: see seen.h; written by the work only
 * @ready: see &enum pvback_socket_ready; atomic
 * @state: from here on everything belongs to the work; pvback_seen_enter()
 *	changes it
 * @counted: in the guest's nr_sockets
 * @bound: by BIND
 * @hooked: our callbacks are in place
 * @sock: the kernel's socket; NULL if there is none (any more)
 * @saved: its own callbacks
 * @sock_error: an error that a send has taken off the socket
 * @ring: data ring, once connected
 * @connecting: the CONNECT that waits
 * @backlog: of a listener, as it counts for its guest
 * @accepts: parked ACCEPTs of a listener, first come first served
 * @polls: parked POLLs of a listener
 * @linger: bytes that outlive the ring
 * @tally: what it has done
 */
struct pvback_socket {
	struct kref ref;
	struct pvback_guest *guest;
	u64 id;
	bool live;
	struct work_struct work;
	struct delayed_work later;

	spinlock_t lock;	/* queue of calls, see guest.h */
	struct list_head calls;
	bool gone;
	bool closing;
	struct pvback_seen seen;

	unsigned long ready;

	enum pvback_socket_state state;
	bool counted;
	bool bound;
	bool hooked;
	struct socket *sock;
	struct pvback_hook saved;
	int sock_error;
	struct pvback_ring ring;
	struct pvback_call *connecting;
	unsigned int backlog;
	struct list_head accepts;
	struct list_head polls;
	struct pvback_linger linger;
	struct pvback_tally tally;
};

/* socket.c: life and work */
struct pvback_socket *pvback_socket_alloc(struct pvback_guest *guest, u64 id);
int pvback_socket_create(struct pvback_guest *guest, u64 id, int family);
void pvback_socket_uncount(struct pvback_socket *socket);
void pvback_socket_get(struct pvback_socket *socket);
void pvback_socket_put(struct pvback_socket *socket);
void pvback_socket_kick(struct pvback_socket *socket);
void pvback_socket_kick_later(struct pvback_socket *socket,
			      unsigned long delay);
void pvback_socket_kick_never(struct pvback_socket *socket);
int pvback_socket_post(struct pvback_socket *socket, struct pvback_call *call);
void pvback_socket_close(struct pvback_socket *socket);
void pvback_socket_detach(struct pvback_socket *socket);
void pvback_socket_shut(struct pvback_socket *socket, bool reset);
void pvback_socket_wait_all(void);

/* hook.c: the callbacks */
void pvback_hook_attach(struct pvback_socket *socket,
			const struct pvback_hook *originals);
void pvback_hook_detach(struct pvback_socket *socket);

/* connect.c */
void pvback_connect_call(struct pvback_socket *socket,
			 struct pvback_call *call);
void pvback_connect_turn(struct pvback_socket *socket);

/* listen.c */
void pvback_listen_bind(struct pvback_socket *socket,
			struct pvback_call *call);
void pvback_listen_call(struct pvback_socket *socket,
			struct pvback_call *call);
void pvback_listen_accept(struct pvback_socket *socket,
			  struct pvback_call *call);
void pvback_listen_poll(struct pvback_socket *socket,
			struct pvback_call *call);
void pvback_listen_turn(struct pvback_socket *socket);
void pvback_listen_cancel(struct pvback_socket *socket);

/* name.c */
void pvback_name_tell(const struct pvback_guest *guest,
		      struct pvback_call *call, struct socket *sock,
		      enum pvback_name which);
void pvback_name_call(struct pvback_socket *socket, struct pvback_call *call);

/* yield.c */
void pvback_yield(void);

/* ioworker.c */
void pvback_io_turn(struct pvback_socket *socket);
int pvback_io_send(struct pvback_socket *socket, unsigned int bytes);

/* sockopt.c */
void pvback_sockopt_set(struct pvback_socket *socket,
			struct pvback_call *call);
void pvback_sockopt_get(struct pvback_socket *socket,
			struct pvback_call *call);
void pvback_sockopt_default_bound(struct pvback_socket *socket);
void pvback_sockopt_default_connected(struct pvback_socket *socket);

/* shutdown.c */
void pvback_shutdown_call(struct pvback_socket *socket,
			  struct pvback_call *call);
int pvback_shutdown_queued(struct pvback_socket *socket);
void pvback_shutdown_finish(struct pvback_socket *socket);

/* release.c */
void pvback_release_call(struct pvback_socket *socket,
			 struct pvback_call *call);

/* linger.c */
int pvback_linger_keep(struct pvback_socket *socket, unsigned int bytes);
bool pvback_linger_close(struct pvback_socket *socket);
void pvback_linger_start(struct pvback_socket *socket);
void pvback_linger_turn(struct pvback_socket *socket);
void pvback_linger_abort_all(void);
struct pvback_socket *pvback_linger_find(const struct pvback_guest *guest,
					 unsigned long *serial);

/* seen.c: what can be seen from outside */
void pvback_seen_enter(struct pvback_socket *socket,
		       enum pvback_socket_state state);
void pvback_seen_moved(struct pvback_socket *socket, bool in,
		       unsigned int bytes, bool notify);
void pvback_seen_sent(struct pvback_socket *socket, unsigned int bytes);
void pvback_seen_notified(struct pvback_socket *socket);
void pvback_seen_end(struct pvback_socket *socket, enum pvback_end how,
		     int error);
void pvback_seen_refuse(struct pvback_guest *guest, u64 id,
			enum pvback_refusal why, u64 value, int error);
void pvback_seen_update(struct pvback_socket *socket);
void pvback_seen_copy(struct pvback_socket *socket, struct pvback_seen *seen);

#endif /* _PVBACK_SOCKET_H */
