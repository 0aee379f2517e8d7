// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket options: on real sockets, in every state they can have.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "fake.h"
#include "pvcalls-back/socket.h"

#define SOCKET	PVCALLS_SOL_SOCKET
#define TCP	PVCALLS_SOL_TCP
#define IP	PVCALLS_SOL_IP
#define IPV6	PVCALLS_SOL_IPV6

static int sockopt_init(struct kunit *test)
{
	int ret = fake_back_init(test);

	if (!ret)
		((struct fake_back *)test->priv)->guest->features =
			PVBACK_FEATURE_SOCKOPT;
	return ret;
}

/* Options that are read back as they were set. */
static const struct {
	u32 level;
	u32 name;
	s32 values[2];
} plain[] = {
	{ SOCKET,	PVCALLS_SO_KEEPALIVE,		{ 1, 0 } },
	{ SOCKET,	PVCALLS_SO_OOBINLINE,		{ 1, 0 } },
	{ SOCKET,	PVCALLS_SO_REUSEADDR,		{ 1, 0 } },
	{ SOCKET,	PVCALLS_SO_PRIORITY,		{ 6, 1 } },
	{ TCP,		PVCALLS_TCP_NODELAY,		{ 1, 0 } },
	{ TCP,		PVCALLS_TCP_CORK,		{ 1, 0 } },
	{ TCP,		PVCALLS_TCP_QUICKACK,		{ 0, 1 } },
	{ TCP,		PVCALLS_TCP_KEEPIDLE,		{ 32767, 77 } },
	{ TCP,		PVCALLS_TCP_KEEPINTVL,		{ 32767, 1 } },
	{ TCP,		PVCALLS_TCP_KEEPCNT,		{ 127, 1 } },
	{ TCP,		PVCALLS_TCP_SYNCNT,		{ 127, 1 } },
	{ TCP,		PVCALLS_TCP_DEFER_ACCEPT,	{ 63, 3 } },
	{ TCP,		PVCALLS_TCP_USER_TIMEOUT,	{ 900000, 1 } },
	{ IP,		PVCALLS_IP_TOS,			{ 0xfc, 8 } },
};

static void expect_plain(struct kunit *test, u64 id)
{
	unsigned int i, v;

	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		for (v = 0; v < 2; v++) {
			expect_set(test, id, plain[i].level, plain[i].name,
				   plain[i].values[v], 0);
			expect_option(test, id, plain[i].level, plain[i].name,
				      plain[i].values[v]);
		}
	}
}

static void set_in_every_state(struct kunit *test)
{
	u32 req_id;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	expect_plain(test, 1);
	step_listening(test, 2);
	expect_plain(test, 2);
	step_connecting(test, 3, &req_id);
	expect_plain(test, 3);
	step_connected(test, 4, fake_ring(test, 1));
	expect_plain(test, 4);
}

/* The socket itself has what the guest was told. */
static void set_on_the_socket(struct kunit *test)
{
	struct sock *sk;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	sk = fake_sock(test, 1)->sk;
	expect_set(test, 1, SOCKET, PVCALLS_SO_KEEPALIVE, 1, 0);
	KUNIT_EXPECT_TRUE(test, sock_flag(sk, SOCK_KEEPOPEN));
	expect_set(test, 1, TCP, PVCALLS_TCP_KEEPIDLE, 5, 0);
	KUNIT_EXPECT_EQ(test, keepalive_time_when(tcp_sk(sk)), 5 * HZ);
	expect_set(test, 1, TCP, PVCALLS_TCP_KEEPINTVL, 6, 0);
	KUNIT_EXPECT_EQ(test, keepalive_intvl_when(tcp_sk(sk)), 6 * HZ);
	expect_set(test, 1, TCP, PVCALLS_TCP_KEEPCNT, 7, 0);
	KUNIT_EXPECT_EQ(test, keepalive_probes(tcp_sk(sk)), 7);
	expect_set(test, 1, TCP, PVCALLS_TCP_USER_TIMEOUT, 8, 0);
	KUNIT_EXPECT_EQ(test, inet_csk(sk)->icsk_user_timeout, 8u);
	expect_set(test, 1, TCP, PVCALLS_TCP_NODELAY, 1, 0);
	KUNIT_EXPECT_TRUE(test, tcp_sk(sk)->nonagle & TCP_NAGLE_OFF);
	expect_set(test, 1, TCP, PVCALLS_TCP_CORK, 1, 0);
	KUNIT_EXPECT_TRUE(test, tcp_sk(sk)->nonagle & TCP_NAGLE_CORK);
	expect_set(test, 1, IP, PVCALLS_IP_TOS, 0x10, 0);
	KUNIT_EXPECT_EQ(test, inet_sk(sk)->tos, 0x10);
}

/* Doubled, as Linux does it, and no more than dom0's administrator allows. */
static void buffers(struct kunit *test)
{
	struct sock *sk;
	s32 value;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	sk = fake_sock(test, 1)->sk;
	expect_set(test, 1, SOCKET, PVCALLS_SO_SNDBUF, 20000, 0);
	expect_option(test, 1, SOCKET, PVCALLS_SO_SNDBUF, 40000);
	KUNIT_EXPECT_EQ(test, sk->sk_sndbuf, 40000);
	expect_set(test, 1, SOCKET, PVCALLS_SO_RCVBUF, 30000, 0);
	expect_option(test, 1, SOCKET, PVCALLS_SO_RCVBUF, 60000);
	KUNIT_EXPECT_EQ(test, sk->sk_rcvbuf, 60000);
	expect_set(test, 1, SOCKET, PVCALLS_SO_SNDBUF, INT_MAX, 0);
	expect_get(test, 1, SOCKET, PVCALLS_SO_SNDBUF, &value, 0);
	KUNIT_EXPECT_GT(test, value, 40000);
	KUNIT_EXPECT_LE(test, value, 8 << 20);
	expect_set(test, 1, SOCKET, PVCALLS_SO_RCVBUF, -1, -EINVAL);
	expect_set(test, 1, SOCKET, PVCALLS_SO_RCVBUF, 0, 0);
	expect_option(test, 1, SOCKET, PVCALLS_SO_RCVBUF, SOCK_MIN_RCVBUF);
}

static void read_only(struct kunit *test)
{
	step_listening(test, 1);
	expect_option(test, 1, SOCKET, PVCALLS_SO_ACCEPTCONN, 1);
	step_connected(test, 2, fake_ring(test, 1));
	expect_option(test, 2, SOCKET, PVCALLS_SO_ACCEPTCONN, 0);
	expect_option(test, 2, SOCKET, PVCALLS_SO_TYPE, SOCK_STREAM);
	expect_option(test, 2, TCP, PVCALLS_TCP_MAXSEG,
		      tcp_sk(fake_sock(test, 2)->sk)->mss_cache);
	expect_set(test, 2, SOCKET, PVCALLS_SO_TYPE, 1, -ENOPROTOOPT);
	expect_set(test, 2, TCP, PVCALLS_TCP_MAXSEG, 100, -ENOPROTOOPT);
	expect_set(test, 2, TCP, PVCALLS_TCP_CONGESTION, 0, -ENOPROTOOPT);
	expect_set(test, 2, TCP, PVCALLS_TCP_INFO, 0, -ENOPROTOOPT);
}

/* What a kernel thread would be allowed. */
static void not_in_the_table(struct kunit *test)
{
	static const struct {
		u32 level;
		u32 name;
	} options[] = {
		{ SOCKET, SO_DEBUG }, { SOCKET, SO_DONTROUTE },
		{ SOCKET, SO_ERROR }, { SOCKET, SO_MARK },
		{ SOCKET, SO_BINDTODEVICE }, { SOCKET, SO_BINDTOIFINDEX },
		{ SOCKET, SO_SNDBUFFORCE }, { SOCKET, SO_RCVBUFFORCE },
		{ SOCKET, SO_ATTACH_FILTER }, { SOCKET, SO_ATTACH_BPF },
		{ SOCKET, SO_ATTACH_REUSEPORT_CBPF },
		{ SOCKET, SO_ATTACH_REUSEPORT_EBPF },
		{ SOCKET, SO_LOCK_FILTER },
		{ SOCKET, SO_RCVLOWAT }, { SOCKET, SO_RCVTIMEO_OLD },
		{ SOCKET, SO_SNDTIMEO_NEW }, { SOCKET, SO_TIMESTAMP_OLD },
		{ SOCKET, SO_TIMESTAMPING_NEW }, { SOCKET, SO_BUSY_POLL },
		{ SOCKET, SO_MAX_PACING_RATE }, { SOCKET, SO_ZEROCOPY },
		{ SOCKET, SO_TXTIME }, { SOCKET, SO_RESERVE_MEM },
		{ SOCKET, SO_INCOMING_CPU }, { SOCKET, SO_TXREHASH },
		{ TCP, TCP_ULP }, { TCP, TCP_REPAIR }, { TCP, TCP_QUEUE_SEQ },
		{ TCP, TCP_MD5SIG }, { TCP, TCP_FASTOPEN },
		{ TCP, TCP_FASTOPEN_KEY }, { TCP, TCP_FASTOPEN_CONNECT },
		{ TCP, TCP_TX_DELAY }, { TCP, TCP_SAVE_SYN },
		{ TCP, TCP_WINDOW_CLAMP }, { TCP, TCP_LINGER2 },
		{ TCP, TCP_ZEROCOPY_RECEIVE }, { TCP, TCP_NOTSENT_LOWAT },
		{ IP, IP_TRANSPARENT }, { IP, IP_FREEBIND }, { IP, IP_OPTIONS },
		{ IP, IP_TTL }, { IP, IP_MTU_DISCOVER }, { IP, IP_PKTINFO },
		{ IPV6, IPV6_ADDRFORM }, { IPV6, IPV6_TRANSPARENT },
		{ 0xffffffff, 1 },
	};
	unsigned int i;
	s32 value;

	step_connected(test, 1, fake_ring(test, 1));
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		expect_set(test, 1, options[i].level, options[i].name, 1,
			   -ENOPROTOOPT);
		expect_get(test, 1, options[i].level, options[i].name, &value,
			   -ENOPROTOOPT);
	}
}

/* On the socket of the other family they are none either. */
static void of_another_family(struct kunit *test)
{
	s32 value;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	expect_set(test, 1, IPV6, PVCALLS_IPV6_V6ONLY, 1, -ENOPROTOOPT);
	expect_set(test, 1, IPV6, PVCALLS_IPV6_TCLASS, 1, -ENOPROTOOPT);
	expect_get(test, 1, IPV6, PVCALLS_IPV6_V6ONLY, &value, -ENOPROTOOPT);
	expect_get(test, 1, IPV6, PVCALLS_IPV6_TCLASS, &value, -ENOPROTOOPT);
}

/* Give a guest's socket, which is new, a kernel socket of IPv6. */
static void six(struct kunit *test, u64 id)
{
	struct fake_back *fake = test->priv;
	struct pvback_socket *socket;
	struct socket *sock;
	int ret;

	ret = sock_create_kern(&init_net, AF_INET6, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	KUNIT_ASSERT_EQ(test, ret, 0);
	ASSERT_ANSWER(test, ask_socket(test, id), 0);
	socket = pvback_guest_find(fake->guest, id);
	KUNIT_ASSERT_NOT_NULL(test, socket);
	swap(socket->sock, sock);
	pvback_socket_put(socket);
	sock_release(sock);
}

static void of_inet6(struct kunit *test)
{
	six(test, 1);
	expect_option(test, 1, IPV6, PVCALLS_IPV6_V6ONLY, 0);
	expect_set(test, 1, IPV6, PVCALLS_IPV6_V6ONLY, 1, 0);
	expect_option(test, 1, IPV6, PVCALLS_IPV6_V6ONLY, 1);
	expect_set(test, 1, IPV6, PVCALLS_IPV6_TCLASS, 0x20, 0);
	expect_option(test, 1, IPV6, PVCALLS_IPV6_TCLASS, 0x20);
	expect_set(test, 1, IPV6, PVCALLS_IPV6_TCLASS, -1, 0);
	expect_option(test, 1, IPV6, PVCALLS_IPV6_TCLASS, 0);
	expect_set(test, 1, TCP, PVCALLS_TCP_NODELAY, 1, 0);
	expect_option(test, 1, TCP, PVCALLS_TCP_NODELAY, 1);
}

/* Part by part, and by odd parts; nothing behind the end. */
static void info_in_parts(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *peer = step_connected(test, 1, fake_ring(test, 1));
	struct tcp_info info = {};
	u32 offset, part, req_id;

	KUNIT_ASSERT_EQ(test, net_send(peer, "hello", 5, 0), 5);
	fake_settle();
	for (offset = 0; offset < sizeof(info); offset += part) {
		part = min_t(u32, 1 + offset % 36, sizeof(info) - offset);
		req_id = ask_getsockopt(test, 1, TCP, PVCALLS_TCP_INFO, offset,
					part);
		ASSERT_ANSWER(test, req_id, 0);
		KUNIT_EXPECT_EQ(test, fake->requests[req_id].extra.option.len,
				sizeof(info));
		memcpy((u8 *)&info + offset,
		       fake->requests[req_id].extra.option.value, part);
	}
	KUNIT_EXPECT_EQ(test, info.tcpi_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, info.tcpi_bytes_received, 5);
	req_id = ask_getsockopt(test, 1, TCP, PVCALLS_TCP_INFO, sizeof(info),
				36);
	EXPECT_ANSWER(test, req_id, 0);
	req_id = ask_getsockopt(test, 1, TCP, PVCALLS_TCP_INFO,
				sizeof(info) + 1, 36);
	EXPECT_ANSWER(test, req_id, -EINVAL);
	req_id = ask_getsockopt(test, 1, TCP, PVCALLS_TCP_INFO, U32_MAX, 36);
	EXPECT_ANSWER(test, req_id, -EINVAL);
	req_id = ask_getsockopt(test, 1, TCP, PVCALLS_TCP_INFO, 0, 37);
	EXPECT_ANSWER(test, req_id, -EINVAL);
}

static void congestion(struct kunit *test)
{
	struct fake_back *fake = test->priv;
	struct socket *sock;
	u32 req_id;

	ASSERT_ANSWER(test, ask_socket(test, 1), 0);
	sock = fake_sock(test, 1);
	req_id = ask_getsockopt(test, 1, TCP, PVCALLS_TCP_CONGESTION, 0, 36);
	ASSERT_ANSWER(test, req_id, 0);
	KUNIT_EXPECT_STREQ(test, fake->requests[req_id].extra.option.value,
			   inet_csk(sock->sk)->icsk_ca_ops->name);
	KUNIT_EXPECT_EQ(test, fake->requests[req_id].extra.option.len,
			TCP_CA_NAME_MAX);
}

/* Neither without a socket, nor of one whose ring is broken. */
static void without_a_socket(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	s32 value;

	expect_set(test, 1, TCP, PVCALLS_TCP_NODELAY, 1, -ENOENT);
	expect_get(test, 1, TCP, PVCALLS_TCP_NODELAY, &value, -ENOENT);
	step_connected(test, 1, ring);
	WRITE_ONCE(ring->intf->in_cons, 1);
	fake_event_fire(ring->port);
	fake_settle();
	expect_set(test, 1, TCP, PVCALLS_TCP_NODELAY, 1, -ENOTCONN);
	expect_get(test, 1, TCP, PVCALLS_TCP_NODELAY, &value, -ENOTCONN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(set_in_every_state),
	KUNIT_CASE(set_on_the_socket),
	KUNIT_CASE(buffers),
	KUNIT_CASE(read_only),
	KUNIT_CASE(not_in_the_table),
	KUNIT_CASE(of_another_family),
	KUNIT_CASE(of_inet6),
	KUNIT_CASE(info_in_parts),
	KUNIT_CASE(congestion),
	KUNIT_CASE(without_a_socket),
	{}
};

struct kunit_suite back_sockopt_suite = {
	.name = "pvcalls_back_sockopt",
	.init = sockopt_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
