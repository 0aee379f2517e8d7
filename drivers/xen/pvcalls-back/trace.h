/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: events/pvcalls_back/ in tracefs.
 *
 * They are where a guest's request comes and goes, where something is
 * refused, and where a socket, a ring or a connection begins or ends.  One is
 * on the bytes' way, pvback_turn, once for each turn that moves some.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pvcalls_back

#if !defined(_PVBACK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PVBACK_TRACE_H

#include <linux/tracepoint.h>

#include "guest.h"
#include "socket.h"

/* Room for the longest name of a key. */
#define PVBACK_TRACE_KEY 24

#define pvback_trace_cmd(cmd)						\
	__print_symbolic(cmd,						\
		{ PVCALLS_SOCKET,	"socket" },			\
		{ PVCALLS_CONNECT,	"connect" },			\
		{ PVCALLS_RELEASE,	"release" },			\
		{ PVCALLS_BIND,		"bind" },			\
		{ PVCALLS_LISTEN,	"listen" },			\
		{ PVCALLS_ACCEPT,	"accept" },			\
		{ PVCALLS_POLL,		"poll" },			\
		{ PVCALLS_GETNAME,	"getname" },			\
		{ PVCALLS_SETSOCKOPT,	"setsockopt" },			\
		{ PVCALLS_GETSOCKOPT,	"getsockopt" },			\
		{ PVCALLS_SHUTDOWN,	"shutdown" },			\
		{ PVCALLS_DROPRING,	"dropring" })

/* Their values, for programs that read the format of an event. */
TRACE_DEFINE_ENUM(PVBACK_CREATED);
TRACE_DEFINE_ENUM(PVBACK_CONNECTING);
TRACE_DEFINE_ENUM(PVBACK_CONNECTED);
TRACE_DEFINE_ENUM(PVBACK_BROKEN);
TRACE_DEFINE_ENUM(PVBACK_LISTENING);
TRACE_DEFINE_ENUM(PVBACK_PARKED);
TRACE_DEFINE_ENUM(PVBACK_LINGERING);
TRACE_DEFINE_ENUM(PVBACK_CLOSED);

#define pvback_trace_state(state)					\
	__print_symbolic(state,						\
		{ PVBACK_CREATED,	"created" },			\
		{ PVBACK_CONNECTING,	"connecting" },			\
		{ PVBACK_CONNECTED,	"connected" },			\
		{ PVBACK_BROKEN,	"broken" },			\
		{ PVBACK_LISTENING,	"listening" },			\
		{ PVBACK_PARKED,	"parked" },			\
		{ PVBACK_LINGERING,	"lingering" },			\
		{ PVBACK_CLOSED,	"closed" })

TRACE_DEFINE_ENUM(PVBACK_REFUSE_SOCKETS);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_LISTENERS);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_BACKLOG);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_PARKED);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_CONNECTING);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_PACE);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_PAGES);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_LINGER);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_RINGS);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_REQUEST);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_ORDER);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_INDEX);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_GRANT);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_PORT);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_FLOOD);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_OPTION);
TRACE_DEFINE_ENUM(PVBACK_REFUSE_PLACE);

#define pvback_trace_refusal(why)					\
	__print_symbolic(why,						\
		{ PVBACK_REFUSE_SOCKETS, "max-sockets" },		\
		{ PVBACK_REFUSE_LISTENERS, "max-listeners" },		\
		{ PVBACK_REFUSE_BACKLOG, "max-backlog" },		\
		{ PVBACK_REFUSE_PARKED, "max-parked" },			\
		{ PVBACK_REFUSE_CONNECTING, "max-connecting" },		\
		{ PVBACK_REFUSE_PACE, "connects-per-second" },		\
		{ PVBACK_REFUSE_PAGES,	"max-pages" },			\
		{ PVBACK_REFUSE_LINGER,	"max-linger-bytes" },		\
		{ PVBACK_REFUSE_RINGS,	"bad-rings" },			\
		{ PVBACK_REFUSE_REQUEST, "request" },			\
		{ PVBACK_REFUSE_ORDER,	"ring-order" },			\
		{ PVBACK_REFUSE_INDEX,	"ring-index" },			\
		{ PVBACK_REFUSE_GRANT,	"grant" },			\
		{ PVBACK_REFUSE_PORT,	"port" },			\
		{ PVBACK_REFUSE_FLOOD,	"flood" },			\
		{ PVBACK_REFUSE_OPTION,	"option" },			\
		{ PVBACK_REFUSE_PLACE,	"netns" })

#define pvback_trace_device(state)					\
	__print_symbolic(state,						\
		{ XenbusStateUnknown,		"unknown" },		\
		{ XenbusStateInitialising,	"initialising" },	\
		{ XenbusStateInitWait,		"initwait" },		\
		{ XenbusStateInitialised,	"initialised" },	\
		{ XenbusStateConnected,		"connected" },		\
		{ XenbusStateClosing,		"closing" },		\
		{ XenbusStateClosed,		"closed" })

TRACE_DEFINE_ENUM(XenbusStateUnknown);
TRACE_DEFINE_ENUM(XenbusStateInitialising);
TRACE_DEFINE_ENUM(XenbusStateInitWait);
TRACE_DEFINE_ENUM(XenbusStateInitialised);
TRACE_DEFINE_ENUM(XenbusStateConnected);
TRACE_DEFINE_ENUM(XenbusStateClosing);
TRACE_DEFINE_ENUM(XenbusStateClosed);

TRACE_DEFINE_ENUM(PVBACK_END_STREAM);
TRACE_DEFINE_ENUM(PVBACK_END_ERROR);
TRACE_DEFINE_ENUM(PVBACK_END_BROKEN);
TRACE_DEFINE_ENUM(PVBACK_END_CLOSED);
TRACE_DEFINE_ENUM(PVBACK_END_RESET);
TRACE_DEFINE_ENUM(PVBACK_END_SENT);

#define pvback_trace_how(how)						\
	__print_symbolic(how,						\
		{ PVBACK_END_STREAM,	"stream" },			\
		{ PVBACK_END_ERROR,	"error" },			\
		{ PVBACK_END_BROKEN,	"broken" },			\
		{ PVBACK_END_CLOSED,	"closed" },			\
		{ PVBACK_END_RESET,	"reset" },			\
		{ PVBACK_END_SENT,	"sent" })

/* Our end of a device goes into a state. */
TRACE_EVENT(pvback_device,
	TP_PROTO(const struct pvback_guest *guest, enum xenbus_state state),
	TP_ARGS(guest, state),
	TP_STRUCT__entry(
		__field(int, from)
		__field(int, to)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->from = guest->state;
		__entry->to = state;
		__entry->domid = guest->domid;
	),
	TP_printk("domid=%u %s -> %s", __entry->domid,
		  pvback_trace_device(__entry->from),
		  pvback_trace_device(__entry->to))
);

/* A key of the admin's was not understood, and nothing is changed. */
TRACE_EVENT(pvback_refuse_key,
	TP_PROTO(const struct pvback_guest *guest, const char *key, int error),
	TP_ARGS(guest, key, error),
	TP_STRUCT__entry(
		__array(char, key, PVBACK_TRACE_KEY)
		__field(int, error)
		__field(u16, domid)
	),
	TP_fast_assign(
		strscpy(__entry->key, key, PVBACK_TRACE_KEY);
		__entry->error = error;
		__entry->domid = guest->domid;
	),
	TP_printk("domid=%u key=%s ret=%d", __entry->domid, __entry->key,
		  __entry->error)
);

/* A request was taken off the command ring. */
TRACE_EVENT(pvback_request,
	TP_PROTO(const struct pvback_guest *guest,
		 const struct xen_pvcalls_request *wire),
	TP_ARGS(guest, wire),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, req_id)
		__field(u32, cmd)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = wire->u.poll.id;
		__entry->req_id = wire->req_id;
		__entry->cmd = wire->cmd;
		__entry->domid = guest->domid;
	),
	TP_printk("domid=%u req_id=%u cmd=%u (%s) id=%#llx", __entry->domid,
		  __entry->req_id, __entry->cmd,
		  pvback_trace_cmd(__entry->cmd), __entry->id)
);

/* A request was answered. */
TRACE_EVENT(pvback_answer,
	TP_PROTO(const struct pvback_guest *guest,
		 const struct xen_pvcalls_request *wire, int ret),
	TP_ARGS(guest, wire, ret),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, req_id)
		__field(u32, cmd)
		__field(int, ret)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = wire->u.poll.id;
		__entry->req_id = wire->req_id;
		__entry->cmd = wire->cmd;
		__entry->ret = ret;
		__entry->domid = guest->domid;
	),
	TP_printk("domid=%u req_id=%u cmd=%u (%s) id=%#llx ret=%d",
		  __entry->domid, __entry->req_id, __entry->cmd,
		  pvback_trace_cmd(__entry->cmd), __entry->id, __entry->ret)
);

/* A socket goes into a state. */
TRACE_EVENT(pvback_state,
	TP_PROTO(const struct pvback_socket *socket,
		 enum pvback_socket_state state),
	TP_ARGS(socket, state),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(int, from)
		__field(int, to)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = socket->id;
		__entry->from = socket->state;
		__entry->to = state;
		__entry->domid = socket->guest->domid;
	),
	TP_printk("domid=%u id=%#llx %s -> %s", __entry->domid, __entry->id,
		  pvback_trace_state(__entry->from),
		  pvback_trace_state(__entry->to))
);

/* A limit was reached, or what the guest wants makes no sense. */
TRACE_EVENT(pvback_refuse,
	TP_PROTO(domid_t domid, u64 id, enum pvback_refusal why, u64 value,
		 int error),
	TP_ARGS(domid, id, why, value, error),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, value)
		__field(int, why)
		__field(int, error)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->value = value;
		__entry->why = why;
		__entry->error = error;
		__entry->domid = domid;
	),
	TP_printk("domid=%u id=%#llx why=%s value=%#llx ret=%d",
		  __entry->domid, __entry->id,
		  pvback_trace_refusal(__entry->why), __entry->value,
		  __entry->error)
);

/* A policy closes an address; one of IPv6, or shorter. */
TRACE_EVENT(pvback_refuse_address,
	TP_PROTO(const struct pvback_socket *socket, int use,
		 const struct sockaddr *addr),
	TP_ARGS(socket, use, addr),
	TP_STRUCT__entry(
		__field(u64, id)
		__array(u8, addr, sizeof(struct sockaddr_in6))
		__field(int, use)
		__field(u16, domid)
	),
	TP_fast_assign(
		memset(__entry->addr, 0, sizeof(__entry->addr));
		memcpy(__entry->addr, addr, addr->sa_family == AF_INET6 ?
		       sizeof(struct sockaddr_in6) :
		       sizeof(struct sockaddr_in));
		__entry->id = socket->id;
		__entry->use = use;
		__entry->domid = socket->guest->domid;
	),
	TP_printk("domid=%u id=%#llx why=%s-policy value=%pISpc",
		  __entry->domid, __entry->id,
		  __entry->use ? "bind" : "connect", __entry->addr)
);

/* A data ring was mapped, or could not be. */
TRACE_EVENT(pvback_ring_open,
	TP_PROTO(const struct pvback_socket *socket, u32 ref, u32 evtchn,
		 int ret),
	TP_ARGS(socket, ref, evtchn, ret),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, ref)
		__field(u32, evtchn)
		__field(u32, pages)
		__field(int, ret)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = socket->id;
		__entry->ref = ref;
		__entry->evtchn = evtchn;
		__entry->pages = socket->ring.data.nr;
		__entry->ret = ret;
		__entry->domid = socket->guest->domid;
	),
	TP_printk("domid=%u id=%#llx ref=%u evtchn=%u pages=%u ret=%d",
		  __entry->domid, __entry->id, __entry->ref, __entry->evtchn,
		  __entry->pages, __entry->ret)
);

/* A data ring, perhaps half of one, is about to be unmapped. */
TRACE_EVENT(pvback_ring_close,
	TP_PROTO(const struct pvback_socket *socket),
	TP_ARGS(socket),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, pages)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = socket->id;
		__entry->pages = socket->ring.data.nr;
		__entry->domid = socket->guest->domid;
	),
	TP_printk("domid=%u id=%#llx pages=%u", __entry->domid, __entry->id,
		  __entry->pages)
);

/* A connection, or the stream of its peer, came to an end. */
TRACE_EVENT(pvback_end,
	TP_PROTO(const struct pvback_socket *socket, enum pvback_end how,
		 int error),
	TP_ARGS(socket, how, error),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, bytes_in)
		__field(u64, bytes_out)
		__field(int, how)
		__field(int, error)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = socket->id;
		__entry->bytes_in = socket->tally.bytes_in;
		__entry->bytes_out = socket->tally.bytes_out;
		__entry->how = how;
		__entry->error = error;
		__entry->domid = socket->guest->domid;
	),
	TP_printk("domid=%u id=%#llx how=%s error=%d bytes_in=%llu bytes_out=%llu",
		  __entry->domid, __entry->id, pvback_trace_how(__entry->how),
		  __entry->error, __entry->bytes_in, __entry->bytes_out)
);

/* A turn moved bytes; @bytes_in and @bytes_out were moved before it. */
TRACE_EVENT_CONDITION(pvback_turn,
	TP_PROTO(const struct pvback_socket *socket, u64 bytes_in,
		 u64 bytes_out),
	TP_ARGS(socket, bytes_in, bytes_out),
	TP_CONDITION(socket->tally.bytes_in != bytes_in ||
		     socket->tally.bytes_out != bytes_out),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, moved_in)
		__field(u32, moved_out)
		__field(u16, domid)
	),
	TP_fast_assign(
		__entry->id = socket->id;
		__entry->moved_in = socket->tally.bytes_in - bytes_in;
		__entry->moved_out = socket->tally.bytes_out - bytes_out;
		__entry->domid = socket->guest->domid;
	),
	TP_printk("domid=%u id=%#llx moved_in=%u moved_out=%u",
		  __entry->domid, __entry->id, __entry->moved_in,
		  __entry->moved_out)
);

#endif /* _PVBACK_TRACE_H */

/* This file is read again from where the compiler looks for headers. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH pvcalls-back
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
