/* SPDX-License-Identifier: MIT */
/*
 * PV Calls: the wire between a frontend and a backend.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 *
 * Version 1 is specified in Xen's docs/misc/pvcalls.pandoc.  Where the
 * drawings of that text and its C structures disagree (the numbers of the
 * commands, the offset of ring_order) the structures are what every known
 * implementation does, and what stands here.  The kernel-doc of everything
 * marked "extension" is the specification of that extension.
 *
 * All words are in the byte order of the host, except that ports and
 * addresses inside addr[] are in network order as POSIX has them.  Padding is
 * never given a meaning without a feature, because frontends of version 1
 * leave old bytes in it.
 */
#ifndef __XEN_PUBLIC_IO_PVCALLS_H__
#define __XEN_PUBLIC_IO_PVCALLS_H__

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <xen/interface/io/ring.h>

/* Xenstore keys, written by the backend. */
#define PVCALLS_KEY_VERSIONS		"versions"
#define PVCALLS_KEY_MAX_PAGE_ORDER	"max-page-order"
#define PVCALLS_KEY_FUNCTION_CALLS	"function-calls"
/*
 * Xenstore keys, written into the backend's directory by the admin: where the
 * guest may connect to, and what it may bind.
 */
#define PVCALLS_KEY_CONNECT_POLICY	"connect-policy"
#define PVCALLS_KEY_BIND_POLICY		"bind-policy"
/*
 * The same, where the guest's new sockets live: the id of a network namespace
 * of the backend's domain, as ip-netns(8) sets it; and their SO_MARK.  All
 * numbers are decimal, or hexadecimal after 0x.  SOCKET fails with ENETDOWN
 * while no namespace has the id.
 */
#define PVCALLS_KEY_NETNS		"netns"
#define PVCALLS_KEY_MARK		"mark"
/*
 * The same, what the guest may have, all of it at any time adjustable.  Beyond
 * it: EMFILE for sockets (SOCKET, ACCEPT); ENOBUFS for listeners (LISTEN);
 * ENFILE for ACCEPT and POLL requests that are parked; ENOBUFS for CONNECT
 * requests that wait, for those of one second (0: any number), and for pages
 * of data rings (CONNECT, ACCEPT).  The queues of all listeners together hold
 * so many connections; one that would exceed that is shorter than LISTEN asked
 * for.  Bytes not sent when a socket is released
 * are kept up to a limit, with a reset beyond.  The bytes of one socket moved
 * in one turn, and those in its buffers, cost time only.
 */
#define PVCALLS_KEY_MAX_SOCKETS		"max-sockets"
#define PVCALLS_KEY_MAX_LISTENERS	"max-listeners"
#define PVCALLS_KEY_MAX_BACKLOG		"max-backlog"
#define PVCALLS_KEY_MAX_PARKED		"max-parked"
#define PVCALLS_KEY_MAX_CONNECTING	"max-connecting"
#define PVCALLS_KEY_CONNECTS_PER_SECOND	"connects-per-second"
#define PVCALLS_KEY_MAX_PAGES		"max-pages"
#define PVCALLS_KEY_MAX_LINGER_BYTES	"max-linger-bytes"
#define PVCALLS_KEY_TURN_BYTES		"turn-bytes"
#define PVCALLS_KEY_MAX_BUFFER		"max-buffer"
/* Xenstore keys, written by the frontend. */
#define PVCALLS_KEY_VERSION		"version"
#define PVCALLS_KEY_PORT		"port"
#define PVCALLS_KEY_RING_REF		"ring-ref"
/* Of feature-multi-page-ring, by the backend and by the frontend. */
#define PVCALLS_KEY_MAX_RING_PAGE_ORDER	"max-ring-page-order"
#define PVCALLS_KEY_RING_PAGE_ORDER	"ring-page-order"
#define PVCALLS_KEY_RING_REF_NR		"ring-ref%u"

/* The one version there is; a string, in both directions. */
#define PVCALLS_VERSION			"1"
/* function-calls: socket, connect, release, bind, listen, accept and poll. */
#define PVCALLS_FUNCTION_CALLS		1
/* Frontends in the Linux tree refuse a backend which offers less. */
#define PVCALLS_MIN_OFFERED_ORDER	4
/* 512 grant references are all that an indexes page has room for. */
#define PVCALLS_MAX_RING_ORDER		9

/*
 * Extensions.  A backend offers one by writing its key with the value 1, a
 * frontend takes it by writing the same key in its own directory before it
 * enters Initialised.  Without both, everything below means nothing.
 */
/**
 * DOC: feature-inet6
 *
 * SOCKET takes AF_INET6, again with SOCK_STREAM and protocol 0.  BIND and
 * CONNECT on such a socket take a struct sockaddr_in6, of which len has to
 * cover all 28 bytes:
 *
 * - The family has to be the socket's: AF_INET on an AF_INET6 socket, the
 *   reverse, and AF_UNSPEC are -EAFNOSUPPORT.
 * - sin6_flowinfo says nothing, as on a socket of Linux by default.
 * - sin6_scope_id has to be 0, or the answer is -EINVAL: the interfaces of the
 *   backend are not the frontend's to choose from.
 * - A socket speaks IPv4 as well, to and from IPv4-mapped addresses, whatever
 *   the backend's bindv6only says; a BIND to :: takes the port of both
 *   families.  Only IPV6_V6ONLY, with feature-sockopt, changes that.
 * - 0.0.0.0 and :: as destinations lead to the backend's own host.
 *
 * SOCKET answers -EAFNOSUPPORT where the backend's host has no IPv6.
 */
#define PVCALLS_FEATURE_INET6		"feature-inet6"
/**
 * DOC: feature-names
 *
 * Every response is a &struct xen_pvcalls_long_response.  In one whose ret is
 * 0, u.name is
 *
 * - to BIND, the address that is bound, with the port that it got for port 0;
 * - to CONNECT, the address of the socket's own end;
 * - to ACCEPT, the address of the peer;
 * - to GETNAME, the one of the two that "which" asks for, PVCALLS_NAME_LOCAL
 *   or PVCALLS_NAME_PEER.
 *
 * Its len is 16 for a struct sockaddr_in or 28 for a struct sockaddr_in6, and
 * the family is that of the socket: an IPv4 peer of an AF_INET6 socket has an
 * IPv4-mapped address.  sin6_flowinfo and sin6_scope_id are 0; in an address
 * of link-local scope the interface is not told.  Bytes behind len are 0, and
 * so is len where there is no name to tell.
 *
 * GETNAME works in every state.  A socket that is not bound has the unspecified
 * address and port 0.  For the peer's name of a socket that has no connection,
 * not yet or not any more, the answer is -ENOTCONN; for both names it is, once
 * the backend has broken the connection off since the frontend broke the rules
 * of the ring.  Another "which" is -EINVAL.
 */
#define PVCALLS_FEATURE_NAMES		"feature-names"
#define PVCALLS_FEATURE_SOCKOPT		"feature-sockopt"
#define PVCALLS_FEATURE_SHUTDOWN	"feature-shutdown"
#define PVCALLS_FEATURE_NOTIFY_INDEX	"feature-notify-index"
#define PVCALLS_FEATURE_RING_REUSE	"feature-ring-reuse"
/*
 * The command ring may have up to 1 << max-ring-page-order pages, which the
 * backend says.  A frontend that takes this writes ring-page-order and, from
 * ring-ref0 on, a grant for each of the 1 << ring-page-order pages; without
 * ring-page-order its ring has one page, and the grant is in ring-ref.  The
 * pages are one ring in that order: the indexes in the first 64 bytes, then
 * the slots, of which there are PVCALLS_RING_SLOTS().
 */
#define PVCALLS_FEATURE_MULTI_PAGE_RING	"feature-multi-page-ring"
/*
 * RELEASE of a listener answers the ACCEPT requests that are pending on it,
 * with -ECANCELED, before its own response.  Version 1 never answers them.
 */
#define PVCALLS_FEATURE_RELEASE_ANSWERS	"feature-release-answers"

/* Commands of version 1. */
#define PVCALLS_SOCKET			0
#define PVCALLS_CONNECT			1
#define PVCALLS_RELEASE			2
#define PVCALLS_BIND			3
#define PVCALLS_LISTEN			4
#define PVCALLS_ACCEPT			5
#define PVCALLS_POLL			6
#define PVCALLS_NR_V1_CMDS		7

/* Commands of the extensions. */
#define PVCALLS_GETNAME			128
#define PVCALLS_SETSOCKOPT		129
#define PVCALLS_GETSOCKOPT		130
#define PVCALLS_SHUTDOWN		131
#define PVCALLS_DROPRING		132
#define PVCALLS_NR_CMDS			133

/*
 * Errors are negative Linux numbers.  The answer to a command or a kind of
 * socket that a backend does not know is Linux' ENOTSUPP, which has no name
 * outside the kernel.
 */
#define PVCALLS_ENOTSUP			524

/*
 * The only kind of socket of version 1: AF_INET, SOCK_STREAM, protocol 0; and
 * the family that feature-inet6 adds.
 */
#define PVCALLS_AF_INET			2
#define PVCALLS_AF_INET6		10
#define PVCALLS_SOCK_STREAM		1

/* The most that max-ring-page-order may be. */
#define PVCALLS_MAX_RING_PAGE_ORDER	4
/*
 * Slots of a command ring of so many pages.  It is the largest power of two
 * that fits behind the indexes; no slot lies across the border of two pages.
 */
#define PVCALLS_RING_SLOTS(order)	(32U << (order))

/* Bytes of an address on the wire: exactly a struct sockaddr_in6. */
#define PVCALLS_ADDR_SIZE		28
/* Which name GETNAME asks for. */
#define PVCALLS_NAME_LOCAL		0
#define PVCALLS_NAME_PEER		1
/* Bytes of an option's value that one request or response carries. */
#define PVCALLS_OPTION_SIZE		36

/**
 * struct xen_pvcalls_request - one slot of the command ring, frontend to backend
 * @req_id: offset 0, chosen by the frontend, echoed in the response
 * @cmd: offset 4, one of PVCALLS_SOCKET...
 * @u: offset 8, arguments of the command, at most 56 bytes
 *
 * Identifiers of sockets are chosen by the frontend and are opaque to the
 * backend.  Specification: "Commands Ring".
 */
struct xen_pvcalls_request {
	u32 req_id;
	u32 cmd;
	union {
		/* "socket": offsets 8 id, 16 domain, 20 type, 24 protocol */
		struct xen_pvcalls_socket {
			u64 id;
			u32 domain;
			u32 type;
			u32 protocol;
			u8 pad[4];
		} socket;
		/*
		 * "connect": offsets 8 id, 16 addr, 44 len (bytes of addr),
		 * 48 flags (no meaning), 52 ref (grant of the indexes page),
		 * 56 evtchn (port of the frontend)
		 */
		struct xen_pvcalls_connect {
			u64 id;
			u8 addr[PVCALLS_ADDR_SIZE];
			u32 len;
			u32 flags;
			u32 ref;
			u32 evtchn;
			u8 pad[4];
		} connect;
		/* "release": offsets 8 id, 16 reuse (see feature-ring-reuse) */
		struct xen_pvcalls_release {
			u64 id;
			u8 reuse;
			u8 pad[7];
		} release;
		/* "bind": offsets 8 id, 16 addr, 44 len (bytes of addr) */
		struct xen_pvcalls_bind {
			u64 id;
			u8 addr[PVCALLS_ADDR_SIZE];
			u32 len;
		} bind;
		/* "listen": offsets 8 id, 16 backlog */
		struct xen_pvcalls_listen {
			u64 id;
			u32 backlog;
			u8 pad[4];
		} listen;
		/*
		 * "accept": offsets 8 id (of the listener), 16 id_new,
		 * 24 ref, 28 evtchn
		 */
		struct xen_pvcalls_accept {
			u64 id;
			u64 id_new;
			u32 ref;
			u32 evtchn;
		} accept;
		/* "poll": offset 8 id (of the listener) */
		struct xen_pvcalls_poll {
			u64 id;
		} poll;
		/* GETNAME, extension: offsets 8 id, 16 which */
		struct xen_pvcalls_getname {
			u64 id;
			u32 which;
			u8 pad[4];
		} getname;
		/*
		 * SETSOCKOPT, see feature-sockopt: offsets 8 id, 16 level,
		 * 20 name, 24 length (bytes of value), 28 value
		 */
		struct xen_pvcalls_setsockopt {
			u64 id;
			u32 level;
			u32 name;
			u32 length;
			u8 value[PVCALLS_OPTION_SIZE];
		} setsockopt;
		/*
		 * GETSOCKOPT, see feature-sockopt: offsets 8 id, 16 level,
		 * 20 name, 24 offset (first byte of the value that is
		 * wanted), 28 length (how many)
		 */
		struct xen_pvcalls_getsockopt {
			u64 id;
			u32 level;
			u32 name;
			u32 offset;
			u32 length;
		} getsockopt;
		/* SHUTDOWN, see feature-shutdown: offsets 8 id, 16 how */
		struct xen_pvcalls_shutdown {
			u64 id;
			u32 how;
			u8 pad[4];
		} shutdown;
		u8 bytes[56];
	} u;
};

/**
 * struct xen_pvcalls_response - the answer to a request, in a slot of 64 bytes
 * @req_id: offset 0, as in the request
 * @cmd: offset 4, as in the request
 * @ret: offset 8, 0 or a negative error
 * @pad: offset 12
 * @id: offset 16, as in the request; to ACCEPT the one of the listener
 */
struct xen_pvcalls_response {
	u32 req_id;
	u32 cmd;
	s32 ret;
	u32 pad;
	u64 id;
};

/**
 * struct xen_pvcalls_long_response - an answer that uses its slot to the end
 * @head: offset 0, as without extensions
 * @u: offset 24, what the command says
 *
 * With feature-names, feature-sockopt or both every response has this form;
 * what a command does not use is 0.
 */
struct xen_pvcalls_long_response {
	struct xen_pvcalls_response head;
	union xen_pvcalls_extra {
		/* feature-names: offsets 24 addr, 52 len (bytes of addr) */
		struct xen_pvcalls_name {
			u8 addr[PVCALLS_ADDR_SIZE];
			u32 len;
		} name;
		/* GETSOCKOPT: offsets 24 value, 60 len (of the whole value) */
		struct xen_pvcalls_option {
			u8 value[PVCALLS_OPTION_SIZE];
			u32 len;
		} option;
		u8 bytes[40];
	} u;
};

DEFINE_RING_TYPES(xen_pvcalls, struct xen_pvcalls_request,
		  struct xen_pvcalls_response);

/**
 * DOC: feature-sockopt (extension)
 *
 * SETSOCKOPT and GETSOCKOPT reach the backend's socket.  Both name an option
 * by level and name, which are the numbers of Linux on most architectures
 * (asm-generic): those below and no others.  A frontend translates where its
 * own differ.  Values are those that Linux' setsockopt(2) takes and
 * getsockopt(2) gives, words in the byte order of the host.
 *
 * SETSOCKOPT has @length bytes of @value, exactly as many as the option has:
 * 8 for SO_LINGER, 4 for all others.  GETSOCKOPT asks for @length bytes from
 * @offset on; the answer carries them, as far as there are any, then zeroes,
 * and tells how long the whole value is.  TCP_INFO takes several requests,
 * each of which is a look of its own, and may grow at its end.
 *
 * Options can be set and read from SOCKET (or the answer to ACCEPT) to
 * RELEASE.  What an accepted socket inherits from its listener is what it
 * inherits in Linux.  Requests of one socket are served in their order.
 *
 * ======================= =====================================================
 * SO_KEEPALIVE,           bool
 * SO_OOBINLINE,
 * TCP_NODELAY, TCP_CORK,
 * TCP_QUICKACK
 * SO_REUSEADDR            bool
 * SO_REUSEPORT            bool; only where the backend keeps the sockets of one
 *                         guest apart from all others
 * SO_SNDBUF, SO_RCVBUF    bytes, at most 4 MiB and what the backend's host
 *                         allows; more is taken for that; read back doubled
 * SO_PRIORITY             0 to 6, else -EPERM
 * SO_LINGER               off, or on with 0 seconds; waiting is for the frontend
 * TCP_KEEPIDLE,           1 to 32767 seconds
 * TCP_KEEPINTVL
 * TCP_KEEPCNT, TCP_SYNCNT 1 to 127
 * TCP_DEFER_ACCEPT        seconds, at most 63; more is taken for that
 * TCP_USER_TIMEOUT        milliseconds, at most 15 minutes; more is taken for
 *                         that
 * IP_TOS                  0 to 255
 * IPV6_V6ONLY             bool; of an AF_INET6 socket, before BIND
 * IPV6_TCLASS             -1 to 255; of an AF_INET6 socket
 * SO_TYPE, SO_ACCEPTCONN, to be read only
 * TCP_MAXSEG, TCP_INFO,
 * TCP_CONGESTION
 * ======================= =====================================================
 *
 * Errors: -ENOPROTOOPT for every other option, for one that can not be set,
 * and for one of another family; -EINVAL for a length or a value that the
 * option does not have, for more than 36 bytes, and for an @offset behind the
 * value's end; -ENOENT without such a socket; -ENOTCONN once the guest has
 * broken the socket's data ring; and whatever else Linux says.
 *
 * Without this feature a backend sets SO_REUSEADDR at BIND, and TCP_NODELAY
 * on every connection, since nobody can ask for them.  With it, it sets
 * nothing by itself.  RELEASE of a socket with SO_LINGER on resets the
 * connection, and sends nothing of what is left in "out".
 */
#define PVCALLS_SOL_IP			0
#define PVCALLS_SOL_SOCKET		1
#define PVCALLS_SOL_TCP			6
#define PVCALLS_SOL_IPV6		41

#define PVCALLS_SO_REUSEADDR		2
#define PVCALLS_SO_TYPE			3
#define PVCALLS_SO_SNDBUF		7
#define PVCALLS_SO_RCVBUF		8
#define PVCALLS_SO_KEEPALIVE		9
#define PVCALLS_SO_OOBINLINE		10
#define PVCALLS_SO_PRIORITY		12
#define PVCALLS_SO_LINGER		13
#define PVCALLS_SO_REUSEPORT		15
#define PVCALLS_SO_ACCEPTCONN		30

#define PVCALLS_TCP_NODELAY		1
#define PVCALLS_TCP_MAXSEG		2
#define PVCALLS_TCP_CORK		3
#define PVCALLS_TCP_KEEPIDLE		4
#define PVCALLS_TCP_KEEPINTVL		5
#define PVCALLS_TCP_KEEPCNT		6
#define PVCALLS_TCP_SYNCNT		7
#define PVCALLS_TCP_DEFER_ACCEPT	9
#define PVCALLS_TCP_INFO		11
#define PVCALLS_TCP_QUICKACK		12
#define PVCALLS_TCP_CONGESTION		13
#define PVCALLS_TCP_USER_TIMEOUT	18

#define PVCALLS_IP_TOS			1

#define PVCALLS_IPV6_V6ONLY		26
#define PVCALLS_IPV6_TCLASS		67

/**
 * DOC: feature-shutdown (extension)
 *
 * SHUTDOWN ends one direction of a connected socket, or both.  Its answer says
 * that the backend has taken note, and waits for no peer.
 *
 * *PVCALLS_SHUT_WR*: the bytes that were published in "out" before the request
 * are sent, then a FIN.  Once all that is with TCP, out_error becomes -EPIPE,
 * perhaps before the answer is there; out_cons then stands where the bytes
 * ended.  Bytes that are published after the answer are never taken, and so
 * may be those that are published before it.  "in" is not concerned: the peer
 * may go on, for as long as it likes.
 *
 * *PVCALLS_SHUT_RD*: what TCP has received is still brought to "in", as room
 * allows; when there is no more, in_error becomes -ENOTCONN, as at an end of
 * the stream, for good.  What the peer sends later stays in the backend's
 * socket, so that a peer that sends much is stopped by TCP.  Linux' TCP does
 * the same; and like it, once a FIN went out, too, answers such bytes with a
 * reset.
 *
 * *PVCALLS_SHUT_RDWR*: both.
 *
 * A second SHUTDOWN of a direction changes nothing, and is answered 0 while
 * there is a connection.  RELEASE is still needed.  It sends what SHUTDOWN
 * left to send, and as ever resets the connection if bytes that came are
 * unread, be it in "in" or behind a PVCALLS_SHUT_RD.
 *
 * Errors: -EINVAL for any other @how; -ENOENT without such a socket; -ENOTCONN
 * for a socket that has no connection (any more), and for a listener, which a
 * frontend ends with RELEASE; -EPROTO if out_prod makes no sense.
 */
#define PVCALLS_SHUT_RD			0
#define PVCALLS_SHUT_WR			1
#define PVCALLS_SHUT_RDWR		2

/**
 * struct pvcalls_data_intf - the indexes page of a connected socket
 * @in_cons: offset 0, written by the frontend
 * @in_prod: offset 4, written by the backend
 * @in_error: offset 8, written by the backend: 0, or why no more bytes come;
 *	-ENOTCONN is an orderly end of the stream
 * @pad1: offset 12
 * @in_prod_event: offset 16, extension feature-notify-index, by the frontend
 * @in_cons_event: offset 20, extension feature-notify-index, by the backend
 * @pad2: offset 24
 * @out_cons: offset 64, written by the backend
 * @out_prod: offset 68, written by the frontend
 * @out_error: offset 72, written by the backend: 0, or why no more bytes go;
 *	-EPIPE also behind a SHUTDOWN of the guest's own
 * @pad3: offset 76
 * @out_prod_event: offset 80, extension feature-notify-index, by the backend
 * @out_cons_event: offset 84, extension feature-notify-index, by the frontend
 * @pad4: offset 88
 * @ring_order: offset 128, by the frontend before CONNECT or ACCEPT: the data
 *	ring has 1 << ring_order pages, at least 2; the first half of them is
 *	"in" (to the frontend), the second half "out"
 * @ref: offset 132, by the frontend: the grants of the data ring's pages
 *
 * Indexes run freely through all 32 bits.  Specification: "Data Ring".
 */
struct pvcalls_data_intf {
	u32 in_cons;
	u32 in_prod;
	s32 in_error;
	u8 pad1[4];
	u32 in_prod_event;
	u32 in_cons_event;
	u8 pad2[40];

	u32 out_cons;
	u32 out_prod;
	s32 out_error;
	u8 pad3[4];
	u32 out_prod_event;
	u32 out_cons_event;
	u8 pad4[40];

	u32 ring_order;
	u32 ref[];
};

#define PVCALLS_CHECK_OFFSET(type, member, offset) \
	static_assert(offsetof(struct type, member) == (offset))

static_assert(sizeof(struct xen_pvcalls_request) == 64);
static_assert(sizeof(struct xen_pvcalls_response) == 24);
static_assert(sizeof(struct xen_pvcalls_long_response) == 64);
static_assert(sizeof(union xen_pvcalls_sring_entry) == 64);
static_assert(offsetof(struct xen_pvcalls_sring, ring) == 64);

PVCALLS_CHECK_OFFSET(xen_pvcalls_request, cmd, 4);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u, 8);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.socket.domain, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.socket.type, 20);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.socket.protocol, 24);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.connect.addr, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.connect.len, 44);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.connect.flags, 48);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.connect.ref, 52);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.connect.evtchn, 56);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.release.reuse, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.bind.addr, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.bind.len, 44);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.listen.backlog, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.accept.id_new, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.accept.ref, 24);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.accept.evtchn, 28);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.poll.id, 8);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.getname.which, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.setsockopt.level, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.setsockopt.name, 20);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.setsockopt.length, 24);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.setsockopt.value, 28);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.getsockopt.level, 16);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.getsockopt.name, 20);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.getsockopt.offset, 24);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.getsockopt.length, 28);
PVCALLS_CHECK_OFFSET(xen_pvcalls_request, u.shutdown.how, 16);

PVCALLS_CHECK_OFFSET(xen_pvcalls_response, cmd, 4);
PVCALLS_CHECK_OFFSET(xen_pvcalls_response, ret, 8);
PVCALLS_CHECK_OFFSET(xen_pvcalls_response, id, 16);

PVCALLS_CHECK_OFFSET(xen_pvcalls_long_response, u, 24);
PVCALLS_CHECK_OFFSET(xen_pvcalls_long_response, u.name.len, 52);
PVCALLS_CHECK_OFFSET(xen_pvcalls_long_response, u.option.len, 60);

PVCALLS_CHECK_OFFSET(pvcalls_data_intf, in_cons, 0);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, in_prod, 4);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, in_error, 8);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, in_prod_event, 16);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, in_cons_event, 20);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, out_cons, 64);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, out_prod, 68);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, out_error, 72);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, out_prod_event, 80);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, out_cons_event, 84);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, ring_order, 128);
PVCALLS_CHECK_OFFSET(pvcalls_data_intf, ref, 132);

#endif /* __XEN_PUBLIC_IO_PVCALLS_H__ */
