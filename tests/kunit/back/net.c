// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of the backend's connections: kernel sockets on loopback,
 * released with the test.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/resource.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/interrupt.h>
#include <linux/uio.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "fake.h"

/* In seconds; only a test that fails waits so long. */
#define NET_TIMEOUT 20

static int net_own(struct kunit_resource *res, void *context)
{
	res->data = context;
	return 0;
}

static void net_disown(struct kunit_resource *res)
{
	struct socket *sock = res->data;

	sock_release(sock);
}

/* From here on the socket goes with the test. */
static struct socket *net_keep(struct kunit *test, struct socket *sock)
{
	sock->sk->sk_rcvtimeo = NET_TIMEOUT * HZ;
	sock->sk->sk_sndtimeo = NET_TIMEOUT * HZ;
	KUNIT_ASSERT_NOT_NULL(test, kunit_alloc_resource(test, net_own,
							 net_disown,
							 GFP_KERNEL, sock));
	return sock;
}

static struct socket *net_socket(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &sock), 0);
	return net_keep(test, sock);
}

static struct sockaddr_in net_addr(u16 port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static struct socket *net_bound(struct kunit *test, u16 *port)
{
	struct sockaddr_in addr = net_addr(0);
	struct socket *sock = net_socket(test);

	KUNIT_ASSERT_EQ(test, kernel_bind(sock, (struct sockaddr *)&addr,
					  sizeof(addr)), 0);
	KUNIT_ASSERT_GT(test, kernel_getsockname(sock, (struct sockaddr *)&addr),
			0);
	*port = ntohs(addr.sin_port);
	return sock;
}

/**
 * net_listen - somebody to connect to
 * @test: the test
 * @backlog: connections that may wait, less one
 * @port: set to its port
 *
 * Return: the listener.
 */
struct socket *net_listen(struct kunit *test, int backlog, u16 *port)
{
	struct socket *sock = net_bound(test, port);

	KUNIT_ASSERT_EQ(test, kernel_listen(sock, backlog), 0);
	return sock;
}

/**
 * net_port - a port where nobody listens
 * @test: the test; the port stays taken until its end
 *
 * Return: the port.
 */
u16 net_port(struct kunit *test)
{
	u16 port;

	net_bound(test, &port);
	return port;
}

/**
 * net_connect - a client
 * @test: the test
 * @port: where to
 *
 * Return: a connected socket.
 */
struct socket *net_connect(struct kunit *test, u16 port)
{
	struct sockaddr_in addr = net_addr(port);
	struct socket *sock = net_socket(test);

	KUNIT_ASSERT_EQ(test, kernel_connect(sock, (struct sockaddr *)&addr,
					     sizeof(addr), 0), 0);
	return sock;
}

/**
 * net_accept - the other end of a connection of the backend's
 * @test: the test
 * @sock: a listener
 *
 * Return: a connected socket.
 */
struct socket *net_accept(struct kunit *test, struct socket *sock)
{
	struct socket *conn;

	KUNIT_ASSERT_EQ(test, kernel_accept(sock, &conn, 0), 0);
	return net_keep(test, conn);
}

int net_send(struct socket *sock, const void *from, size_t bytes, int flags)
{
	struct kvec vec = { .iov_base = (void *)from, .iov_len = bytes };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | flags };

	return kernel_sendmsg(sock, &msg, &vec, 1, bytes);
}

int net_recv(struct socket *sock, void *to, size_t bytes, int flags)
{
	struct kvec vec = { .iov_base = to, .iov_len = bytes };
	struct msghdr msg = { };

	return kernel_recvmsg(sock, &msg, &vec, 1, bytes, flags);
}

/**
 * net_small - let little wait for this socket to be received
 * @sock: a listener, or not connected yet
 */
void net_small(struct socket *sock)
{
	lock_sock(sock->sk);
	sock->sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	WRITE_ONCE(sock->sk->sk_rcvbuf, SOCK_MIN_RCVBUF);
	release_sock(sock->sk);
}

/**
 * net_reset - end a connection at once, and tell the other end so
 * @sock: connected; of no more use
 */
void net_reset(struct socket *sock)
{
	struct sockaddr addr = { .sa_family = AF_UNSPEC };

	sock_no_linger(sock->sk);
	kernel_connect(sock, &addr, sizeof(addr), 0);
}

/* On a CPU where this runs, no softirq does. */
static void net_arrived(struct work_struct *work)
{
	while (local_softirq_pending() & BIT(NET_RX_SOFTIRQ))
		usleep_range(100, 200);
}

/**
 * net_settle - let all that was sent arrive
 *
 * Loopback delivers from a softirq, which a busy CPU leaves to ksoftirqd: it
 * may be behind whoever has sent.
 */
void net_settle(void)
{
	struct work_struct work;
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		INIT_WORK_ONSTACK(&work, net_arrived);
		queue_work_on(cpu, system_wq, &work);
		flush_work(&work);
		destroy_work_on_stack(&work);
	}
	cpus_read_unlock();
}
