// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases: feature-sockopt.  What can be set is read back, what can not be set
 * is refused, whatever the state of the socket.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <string.h>

#include "front.h"

#define SOCKET	PVCALLS_SOL_SOCKET
#define TCP	PVCALLS_SOL_TCP
#define IP	PVCALLS_SOL_IP
#define IPV6	PVCALLS_SOL_IPV6

/* In Linux' struct tcp_info: the state, and how many bytes came (64 bits). */
#define INFO_STATE	0
#define INFO_RECEIVED	128

static struct xen_pvcalls_request req_set(u64 id, u32 level, u32 name,
					  const void *value, u32 length)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_SETSOCKOPT, id);

	req.u.setsockopt.level = level;
	req.u.setsockopt.name = name;
	req.u.setsockopt.length = length;
	memcpy(req.u.setsockopt.value, value,
	       length < PVCALLS_OPTION_SIZE ? length : PVCALLS_OPTION_SIZE);
	return req;
}

static struct xen_pvcalls_request req_get(u64 id, u32 level, u32 name,
					  u32 offset, u32 length)
{
	struct xen_pvcalls_request req = req_bare(PVCALLS_GETSOCKOPT, id);

	req.u.getsockopt.level = level;
	req.u.getsockopt.name = name;
	req.u.getsockopt.offset = offset;
	req.u.getsockopt.length = length;
	return req;
}

struct xen_pvcalls_request req_random_option(u64 id)
{
	static const u32 levels[] = { SOCKET, TCP, IP, IPV6 };
	u32 level = levels[peer_below(4)], name = peer_below(80);
	u32 words[PVCALLS_OPTION_SIZE / 4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = peer_below(4) ? peer_below(256) : peer_word();
	if (peer_below(3) == 0)
		return req_get(id, level, name, peer_below(300),
			       peer_below(40));
	return req_set(id, level, name, words,
		       peer_below(4) ? 4 : peer_below(40));
}

struct xen_pvcalls_request req_reuseport(u64 id)
{
	const s32 on = 1;

	return req_set(id, SOCKET, PVCALLS_SO_REUSEPORT, &on, sizeof(on));
}

static void set(s32 want, u64 id, u32 level, u32 name, s32 value)
{
	s32 ret = call(req_set(id, level, name, &value, sizeof(value)),
		       "SETSOCKOPT");

	if (ret != want)
		peer_fail("level %u, name %u, value %d: answered %d, not %d",
			  level, name, value, ret, want);
}

/* Of the answer to less than 36 bytes the rest is zeroes. */
static s32 get(u64 id, u32 level, u32 name, s32 *value)
{
	u32 req_id = ring_send(req_get(id, level, name, 0, sizeof(*value)));
	const struct xen_pvcalls_option *option;
	s32 ret = ring_await(req_id, "GETSOCKOPT");
	unsigned int i;

	option = &ring_extra(req_id)->option;
	if (!ret && option->len != sizeof(*value))
		peer_fail("level %u, name %u: %u bytes", level, name,
			  option->len);
	for (i = ret ? 0 : sizeof(*value); i < PVCALLS_OPTION_SIZE; i++)
		if (option->value[i])
			peer_fail("level %u, name %u: byte %u is %u", level,
				  name, i, option->value[i]);
	memcpy(value, option->value, sizeof(*value));
	return ret;
}

static void is(u64 id, u32 level, u32 name, s32 want)
{
	s32 value, ret = get(id, level, name, &value);

	if (ret || value != want)
		peer_fail("level %u, name %u: %d (answered %d), not %d", level,
			  name, value, ret, want);
}

/* The bounds, whether what is above them is cut, and what is refused how. */
static const struct bounds {
	u32 level;
	u32 name;
	s32 min;
	s32 max;
	bool cut;
	s32 error;
} options[] = {
	{ SOCKET, PVCALLS_SO_PRIORITY, 0, 6, false, -EPERM },
	{ TCP, PVCALLS_TCP_KEEPIDLE, 1, 32767, false, -EINVAL },
	{ TCP, PVCALLS_TCP_KEEPINTVL, 1, 32767, false, -EINVAL },
	{ TCP, PVCALLS_TCP_KEEPCNT, 1, 127, false, -EINVAL },
	{ TCP, PVCALLS_TCP_SYNCNT, 1, 127, false, -EINVAL },
	{ TCP, PVCALLS_TCP_DEFER_ACCEPT, 0, 63, true, -EINVAL },
	{ TCP, PVCALLS_TCP_USER_TIMEOUT, 0, 900000, true, -EINVAL },
};

static const u32 bools[][2] = {
	{ SOCKET, PVCALLS_SO_KEEPALIVE }, { SOCKET, PVCALLS_SO_OOBINLINE },
	{ SOCKET, PVCALLS_SO_REUSEADDR }, { TCP, PVCALLS_TCP_NODELAY },
	{ TCP, PVCALLS_TCP_CORK }, { TCP, PVCALLS_TCP_QUICKACK },
};

static void set_bools(u64 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bools); i++) {
		set(0, id, bools[i][0], bools[i][1], 1);
		is(id, bools[i][0], bools[i][1], 1);
		set(0, id, bools[i][0], bools[i][1], 0);
		is(id, bools[i][0], bools[i][1], 0);
		set(0, id, bools[i][0], bools[i][1], -7);
		is(id, bools[i][0], bools[i][1], 1);
		set(0, id, bools[i][0], bools[i][1], 0);
	}
}

static void set_numbers(u64 id)
{
	const struct bounds *o;

	for (o = options; o < options + ARRAY_SIZE(options); o++) {
		set(0, id, o->level, o->name, o->min);
		is(id, o->level, o->name, o->min);
		set(o->error, id, o->level, o->name, o->min - 1);
		set(o->error, id, o->level, o->name, (s32)0x80000000);
		is(id, o->level, o->name, o->min);
		set(o->cut ? 0 : o->error, id, o->level, o->name, o->max + 1);
		set(o->cut ? 0 : o->error, id, o->level, o->name, 0x7fffffff);
		is(id, o->level, o->name, o->cut ? o->max : o->min);
		set(0, id, o->level, o->name, o->max);
		is(id, o->level, o->name, o->max);
		/* A new connection shall not give up after a millisecond. */
		set(0, id, o->level, o->name, o->max / 2);
	}
	/* The two lowest bits are TCP's own. */
	set(0, id, IP, PVCALLS_IP_TOS, 0xfc);
	is(id, IP, PVCALLS_IP_TOS, 0xfc);
	set(-EINVAL, id, IP, PVCALLS_IP_TOS, 256);
	set(-EINVAL, id, IP, PVCALLS_IP_TOS, -1);
	set(0, id, IP, PVCALLS_IP_TOS, 0);
}

static void set_buffer(u64 id, u32 name)
{
	s32 value;

	set(0, id, SOCKET, name, 30000);
	is(id, SOCKET, name, 60000);
	set(-EINVAL, id, SOCKET, name, -1);
	is(id, SOCKET, name, 60000);
	set(0, id, SOCKET, name, 0x7fffffff);
	if (get(id, SOCKET, name, &value) || value > 8 << 20 || value <= 60000)
		peer_fail("a buffer of %d bytes", value);
}

static void option_values(void)
{
	u64 id = new_id();

	device_open_with(FRONT_SOCKOPT);
	expect(0, req_socket(id), "SOCKET");
	set_bools(id);
	set_numbers(id);
	set_buffer(id, PVCALLS_SO_SNDBUF);
	set_buffer(id, PVCALLS_SO_RCVBUF);
	is(id, SOCKET, PVCALLS_SO_TYPE, 1);
	is(id, SOCKET, PVCALLS_SO_ACCEPTCONN, 0);
	/* Of IPv6, which this socket is not. */
	set(-ENOPROTOOPT, id, IPV6, PVCALLS_IPV6_V6ONLY, 1);
	set(-ENOPROTOOPT, id, IPV6, PVCALLS_IPV6_TCLASS, 1);
	expect(0, req_release(id), "RELEASE");
}

static bool option_known(u32 level, u32 name)
{
	static const u32 known[][2] = {
		{ SOCKET, 2 }, { SOCKET, 3 }, { SOCKET, 7 }, { SOCKET, 8 },
		{ SOCKET, 9 }, { SOCKET, 10 }, { SOCKET, 12 }, { SOCKET, 13 },
		{ SOCKET, 15 }, { SOCKET, 30 }, { TCP, 1 }, { TCP, 2 },
		{ TCP, 3 }, { TCP, 4 }, { TCP, 5 }, { TCP, 6 }, { TCP, 7 },
		{ TCP, 9 }, { TCP, 11 }, { TCP, 12 }, { TCP, 13 }, { TCP, 18 },
		{ IP, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i][0] == level && known[i][1] == name)
			return true;
	return false;
}

/*
 * Whatever Linux calls an option, and is not in the table: SO_MARK is 36,
 * SO_BINDTODEVICE 25, SO_RCVBUFFORCE 33, SO_ATTACH_BPF 50, TCP_REPAIR 19,
 * TCP_ULP 31, IP_TRANSPARENT 19...
 */
static void option_refused(void)
{
	static const u32 levels[] = {
		SOCKET, TCP, IP, IPV6, 2, 17, 132, 255, 263, 284, 0xffff,
		0x80000001, 0xffffffff,
	};
	struct conn conn;
	unsigned int i;
	u32 name;
	s32 value;

	device_open_with(FRONT_SOCKOPT);
	conn = conn_echo(1);
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		for (name = 0; name < 90; name++) {
			if (option_known(levels[i], name))
				continue;
			set(-ENOPROTOOPT, conn.id, levels[i], name, 1);
			if (get(conn.id, levels[i], name, &value) ==
			    -ENOPROTOOPT)
				continue;
			peer_fail("level %u, name %u can be read", levels[i],
				  name);
		}
	}
	/* These are to be read only. */
	set(-ENOPROTOOPT, conn.id, SOCKET, PVCALLS_SO_TYPE, 1);
	set(-ENOPROTOOPT, conn.id, SOCKET, PVCALLS_SO_ACCEPTCONN, 1);
	set(-ENOPROTOOPT, conn.id, TCP, PVCALLS_TCP_MAXSEG, 88);
	set(-ENOPROTOOPT, conn.id, TCP, PVCALLS_TCP_INFO, 1);
	set(-ENOPROTOOPT, conn.id, TCP, PVCALLS_TCP_CONGESTION, 0x6f6e6572);
	conn_check(conn, 10000);
	conn_close(conn);
}

static void option_lengths(void)
{
	static const u32 lengths[] = {
		0, 1, 2, 3, 5, 8, 16, 36, 37, 64, 0x10004, 0x7fffffff,
		0x80000004, 0xffffffff,
	};
	static const u32 zeroes[PVCALLS_OPTION_SIZE / 4];
	unsigned int i;
	u64 id = new_id();

	device_open_with(FRONT_SOCKOPT);
	expect(0, req_socket(id), "SOCKET");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		expect(-EINVAL, req_set(id, TCP, PVCALLS_TCP_NODELAY, zeroes,
					lengths[i]), "a length that is none");
		if (lengths[i] != 8)
			expect(-EINVAL, req_set(id, SOCKET, PVCALLS_SO_LINGER,
						zeroes, lengths[i]),
			       "no struct linger");
		expect(lengths[i] > 36 ? -EINVAL : 0,
		       req_get(id, TCP, PVCALLS_TCP_NODELAY, 0, lengths[i]),
		       "GETSOCKOPT of so many bytes");
		expect(lengths[i] > 4 ? -EINVAL : 0,
		       req_get(id, TCP, PVCALLS_TCP_NODELAY, lengths[i], 4),
		       "GETSOCKOPT from there on");
	}
	expect(0, req_release(id), "RELEASE");
}

/* A ring that breaks the rules: its socket is there, and is none any more. */
static void option_broken(void)
{
	struct conn conn = conn_echo(1);
	s32 error;

	peer_set(&conn.ring->intf->out_prod, conn.ring->out_prod + 0x1000000);
	data_notify(conn.ring);
	if (!data_error(&conn.ring->intf->in_error, FRONT_PATIENCE, &error))
		peer_fail("a bad index, and no in_error");
	set(-ENOTCONN, conn.id, TCP, PVCALLS_TCP_NODELAY, 1);
	expect(-ENOTCONN, req_get(conn.id, TCP, PVCALLS_TCP_INFO, 0, 36),
	       "GETSOCKOPT of a broken socket");
	conn_close(conn);
}

static void option_connecting(void)
{
	struct data_ring *ring = data_new(1);
	u64 id = new_id();
	u32 pending;

	expect(0, req_socket(id), "SOCKET");
	pending = ring_send(req_connect(id, FRONT_SERVER, FRONT_HOLE, ring));
	set_bools(id);
	set_numbers(id);
	/* A millisecond, after which it has to give up. */
	set(0, id, TCP, PVCALLS_TCP_USER_TIMEOUT, 1);
	expect_answer(-ETIMEDOUT, pending, "CONNECT with a short timeout");
	expect(0, req_release(id), "RELEASE");
	data_free(ring);
}

static void option_states(void)
{
	u64 id = new_id(), none = new_id();
	struct conn conn;

	device_open_with(FRONT_SOCKOPT);
	set(-ENOENT, none, TCP, PVCALLS_TCP_NODELAY, 1);
	expect(-ENOENT, req_get(none, TCP, PVCALLS_TCP_NODELAY, 0, 4),
	       "GETSOCKOPT of no socket");
	expect(0, req_socket(id), "SOCKET");
	set(0, id, SOCKET, PVCALLS_SO_REUSEADDR, 1);
	expect(0, req_bind(id, new_port()), "BIND");
	set_bools(id);
	expect(0, req_listen(id, 1), "LISTEN");
	set_bools(id);
	set_numbers(id);
	is(id, SOCKET, PVCALLS_SO_ACCEPTCONN, 1);
	expect(0, req_release(id), "RELEASE");
	set(-ENOENT, id, TCP, PVCALLS_TCP_NODELAY, 1);
	conn = conn_echo(1);
	set_bools(conn.id);
	set_numbers(conn.id);
	conn_check(conn, 10000);
	conn_close(conn);
	option_connecting();
	option_broken();
}

static u32 info_part(u64 id, u32 offset, u32 length, u8 *to)
{
	u32 req_id = ring_send(req_get(id, TCP, PVCALLS_TCP_INFO, offset,
				       length));

	expect_answer(0, req_id, "GETSOCKOPT of TCP_INFO");
	memcpy(to, ring_extra(req_id)->option.value, length);
	return ring_extra(req_id)->option.len;
}

/* The sums of what went through, which only grow, in pieces of any size. */
static void option_info(void)
{
	u8 bytes[512] = { 0 };
	u32 whole, at, part;
	u64 received;
	struct conn conn;

	device_open_with(FRONT_SOCKOPT);
	conn = conn_echo(1);
	conn_check(conn, 20000);
	whole = info_part(conn.id, 0, 1, bytes);
	/* Fields were added, and none ever taken away. */
	if (whole < INFO_RECEIVED + sizeof(received) || whole > sizeof(bytes))
		peer_fail("a struct tcp_info of %u bytes", whole);
	for (at = 0; at < whole; at += part) {
		part = 1 + peer_below(PVCALLS_OPTION_SIZE);
		if (part > whole - at)
			part = whole - at;
		if (info_part(conn.id, at, part, bytes + at) != whole)
			peer_fail("its length changes");
	}
	memcpy(&received, bytes + INFO_RECEIVED, sizeof(received));
	peer_say("TCP_INFO: %u bytes, state %u, %llu bytes received", whole,
		 bytes[INFO_STATE], received);
	/* All that the server has sent is the echo. */
	if (bytes[INFO_STATE] != 1 || received != 20000)
		peer_fail("this is not what went through");
	expect(0, req_get(conn.id, TCP, PVCALLS_TCP_INFO, whole, 36),
	       "no byte behind the end");
	expect(-EINVAL, req_get(conn.id, TCP, PVCALLS_TCP_INFO, whole + 1, 1),
	       "from behind the end");
	conn_close(conn);
}

/* SO_LINGER: a time is refused, no time is a reset, and off is the end. */
static void option_linger(void)
{
	s32 off[2] = { 0, 9 }, on[2] = { 1, 0 }, slow[2] = { 1, 1 };
	struct conn client, peer;
	s32 error;
	int i;

	device_open_with(FRONT_SOCKOPT);
	for (i = 0; i < 2; i++) {
		pair_open(&client, &peer, 1);
		expect(-EINVAL, req_set(client.id, SOCKET, PVCALLS_SO_LINGER,
					slow, sizeof(slow)),
		       "SO_LINGER with a time");
		expect(0, req_set(client.id, SOCKET, PVCALLS_SO_LINGER, on,
				  sizeof(on)), "SO_LINGER without time");
		if (i)
			expect(0, req_set(client.id, SOCKET, PVCALLS_SO_LINGER,
					  off, sizeof(off)), "SO_LINGER off");
		conn_close(client);
		if (!data_error(&peer.ring->intf->in_error, FRONT_PATIENCE,
				&error))
			peer_fail("the peer does not hear the end");
		if (error != (i ? -ENOTCONN : -ECONNRESET))
			peer_fail("SO_LINGER %s: in_error %d", i ? "off" : "on",
				  error);
		conn_close(peer);
	}
}

/* Bytes by chance for options, on sockets that go on working. */
static void option_random(void)
{
	struct xen_pvcalls_request req;
	struct conn conn;
	u64 id = new_id();
	int i;

	device_open_with(FRONT_SOCKOPT);
	expect(0, req_socket(id), "SOCKET");
	for (i = 0; i < 3000; i++)
		call(req_random_option(id), "an option by chance");
	conn = conn_echo(1);
	for (i = 0; i < 3000; i++) {
		req = req_random_option(conn.id);
		if (req.cmd == PVCALLS_GETSOCKOPT ||
		    req.u.setsockopt.name != PVCALLS_TCP_USER_TIMEOUT)
			call(req, "an option by chance");
	}
	conn_check(conn, 10000);
	conn_close(conn);
	expect(0, req_release(id), "RELEASE");
}

const struct peer_case sockopt_cases[] = {
	PEER_CASE("option-values", "each option, its bounds, read back",
		  option_values),
	PEER_CASE("option-refused", "every option that is none",
		  option_refused),
	PEER_SLOW("option-lengths", "bad lengths and offsets",
		  option_lengths),
	PEER_CASE("option-states", "options of sockets in every state",
		  option_states),
	PEER_CASE("option-info", "TCP_INFO in parts", option_info),
	PEER_SLOW("option-linger", "SO_LINGER, and the peer's end",
		  option_linger),
	PEER_SLOW("option-random", "6000 options by chance", option_random),
	PEER_END,
};
