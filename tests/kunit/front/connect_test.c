// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: which of them leave the guest, bind, connect, and names.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.h"
#include "fake.h"
#include "pvcalls-front/sock.h"

static int name_of(struct socket *sock, int peer, struct sockaddr_in *in)
{
	memset(in, 0, sizeof(*in));
	return READ_ONCE(sock->ops)->getname(sock, (struct sockaddr *)in, peer);
}

static void blocking(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	struct xen_pvcalls_request *req;
	struct sockaddr_in in;

	KUNIT_EXPECT_NULL(test, prog_remote(sock));
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), 0);
	KUNIT_ASSERT_EQ(test, fake->nr, 2U);
	req = &fake->requests[0].req;
	KUNIT_EXPECT_EQ(test, req->cmd, (u32)PVCALLS_SOCKET);
	KUNIT_EXPECT_EQ(test, req->u.socket.domain, (u32)PVCALLS_AF_INET);
	KUNIT_EXPECT_EQ(test, req->u.socket.type, (u32)PVCALLS_SOCK_STREAM);
	KUNIT_EXPECT_EQ(test, req->u.socket.protocol, 0U);
	req = &fake->requests[1].req;
	KUNIT_EXPECT_EQ(test, req->cmd, (u32)PVCALLS_CONNECT);
	KUNIT_EXPECT_EQ(test, req->u.connect.id,
			fake->requests[0].req.u.socket.id);
	KUNIT_EXPECT_EQ(test, req->u.connect.len, (u32)sizeof(in));
	memcpy(&in, req->u.connect.addr, sizeof(in));
	KUNIT_EXPECT_EQ(test, in.sin_family, (u16)AF_INET);
	KUNIT_EXPECT_EQ(test, ntohl(in.sin_addr.s_addr), (u32)FAKE_ADDR);
	KUNIT_EXPECT_EQ(test, ntohs(in.sin_port), (u16)80);
	fake_stream(test, req->u.connect.ref, req->u.connect.evtchn);

	KUNIT_EXPECT_GT(test, name_of(sock, 1, &in), 0);
	KUNIT_EXPECT_EQ(test, ntohl(in.sin_addr.s_addr), (u32)FAKE_ADDR);
	KUNIT_EXPECT_GT(test, name_of(sock, 0, &in), 0);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), -EISCONN);
	KUNIT_EXPECT_EQ(test, prog_bind(sock, FAKE_ADDR, 80), -EINVAL);
}

static void nonblocking(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	struct sockaddr_in in;
	u8 byte = 0;

	fake_all(test, SILENT);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK),
			-EINPROGRESS);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK),
			-EALREADY);
	KUNIT_EXPECT_EQ(test, prog_poll(sock), 0U);
	KUNIT_EXPECT_EQ(test, prog_send(sock, &byte, 1, MSG_DONTWAIT), -EAGAIN);
	KUNIT_EXPECT_EQ(test, prog_recv(sock, &byte, 1, MSG_DONTWAIT), -EAGAIN);
	KUNIT_EXPECT_EQ(test, name_of(sock, 1, &in), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 1), -EINVAL);
	fake_answer(test, fake_wanted(test, PVCALLS_SOCKET), 0);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	KUNIT_EXPECT_EQ(test, prog_poll(sock),
			POLLED(EPOLLOUT | EPOLLWRNORM));
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, fake->nr, 2U);
}

static void answer_connect(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	fake_collect(test);
	for (i = 0; i < fake->nr; i++) {
		if (fake->requests[i].req.cmd == PVCALLS_CONNECT &&
		    !fake->requests[i].answered)
			fake_answer(test, i, 0);
	}
}

/* The answer wakes a connect, a send and a receive. */
static void wakes(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	u8 byte = 0;

	fake->script[PVCALLS_CONNECT] = SILENT;
	fake_later(test, answer_connect);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), 0);
	sock = prog_socket(test);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK),
			-EINPROGRESS);
	fake_later(test, answer_connect);
	KUNIT_EXPECT_EQ(test, prog_send(sock, &byte, 1, 0), 1);
	sock = prog_socket(test);
	sock->sk->sk_sndtimeo = 2;
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0),
			-EINPROGRESS);
}

/* Every error reaches the program; nothing is left; it may try again. */
static void refused(struct kunit *test)
{
	static const int table[][2] = {
		{ -ECONNREFUSED, -ECONNREFUSED }, { -EACCES, -EACCES },
		{ -ETIMEDOUT, -ETIMEDOUT }, { -EINPROGRESS, -EIO },
		{ -PVCALLS_ENOTSUP, -EOPNOTSUPP }, { 5, -EIO },
		{ INT_MIN, -EIO },
	};
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	int granted = fake_granted(), bound = fake_event_bound();
	unsigned int i;
	u8 byte;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		fake->script[PVCALLS_CONNECT] = table[i][0];
		KUNIT_EXPECT_EQ_MSG(test, prog_connect(sock, FAKE_ADDR, 80, 0),
				    table[i][1], "error %d", table[i][0]);
		fake_settle();
		KUNIT_EXPECT_EQ(test, fake_granted(), granted);
		KUNIT_EXPECT_EQ(test, fake_event_bound(), bound);
		KUNIT_EXPECT_EQ(test, sock_error(sock->sk), 0);
	}
	KUNIT_EXPECT_EQ(test, prog_recv(sock, &byte, 1, 0), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, prog_send(sock, &byte, 1, 0), -EPIPE);
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(sock, SHUT_RD), -ENOTCONN);
	fake->script[PVCALLS_CONNECT] = 0;
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), 0);
}

/* The same seen by poll; SO_ERROR takes the error, connect tells the rest. */
static void refused_later(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;

	fake->script[PVCALLS_CONNECT] = SILENT;
	prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, prog_poll(sock) & POLLED(EPOLLERR | EPOLLHUP),
			POLLED(EPOLLERR | EPOLLHUP));
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK),
			-ECONNABORTED);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK),
			-EINPROGRESS);
}

/* The connection's event channel is faster than that of the answers. */
static void reset_first(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	struct xen_pvcalls_connect *connect;
	unsigned int nr;

	fake->script[PVCALLS_CONNECT] = SILENT;
	prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK);
	nr = fake_wanted(test, PVCALLS_CONNECT);
	connect = (void *)&fake->requests[nr].req.u.connect;
	fake_stream_error(fake_stream(test, connect->ref, connect->evtchn),
			  -ECONNRESET, -EPIPE);
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), 0);
	fake_answer(test, nr, 0);
	KUNIT_EXPECT_EQ(test, sock_error(sock->sk), -ECONNRESET);
}

/* If SOCKET failed, its error explains the other. */
static void no_socket(struct kunit *test)
{
	struct fake_front *fake = test->priv;

	fake->script[PVCALLS_SOCKET] = -EMFILE;
	fake->script[PVCALLS_CONNECT] = -ENOENT;
	fake->script[PVCALLS_BIND] = -ENOENT;
	KUNIT_EXPECT_EQ(test, prog_connect(prog_socket(test), FAKE_ADDR, 80, 0),
			-EMFILE);
	KUNIT_EXPECT_EQ(test, prog_bind(prog_socket(test), FAKE_ADDR, 80),
			-EMFILE);
}

/* A backend that says nothing and goes. */
static void silent(struct kunit *test)
{
	struct socket *sock = prog_socket(test), *later = prog_socket(test);
	u8 byte = 0;

	fake_all(test, SILENT);
	prog_connect(later, FAKE_ADDR, 80, O_NONBLOCK);
	fake_later(test, fake_front_close);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), -ENETDOWN);
	KUNIT_EXPECT_TRUE(test, prog_poll(later) & POLLED(EPOLLERR));
	KUNIT_EXPECT_EQ(test, prog_send(later, &byte, 1, 0), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, prog_bind(sock, FAKE_ADDR, 80), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, kernel_listen(sock, 1), -ENETDOWN);
}

/* Closed while the answer is on its way: the answer is for nobody. */
static void closed_meanwhile(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;

	fake->script[PVCALLS_CONNECT] = SILENT;
	prog_connect(sock, FAKE_ADDR, 80, O_NONBLOCK);
	fake_wanted(test, PVCALLS_CONNECT);
	fake->script[PVCALLS_RELEASE] = SILENT;
	prog_close(test, sock);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	KUNIT_EXPECT_EQ(test, engine_socks(), 1);
	fake_answer(test, fake_wanted(test, PVCALLS_RELEASE), 0);
	fake_settle();
	KUNIT_EXPECT_EQ(test, engine_socks(), 0);
}

/* A burst: those that do not fit wait, and closing one takes it back. */
static void burst(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	struct socket *socks[30];
	unsigned int i;

	fake->script[PVCALLS_CONNECT] = SILENT;
	for (i = 0; i < ARRAY_SIZE(socks); i++) {
		socks[i] = prog_socket(test);
		KUNIT_EXPECT_EQ(test, prog_connect(socks[i], FAKE_ADDR, 80,
						   O_NONBLOCK), -EINPROGRESS);
	}
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT), 24U);
	prog_close(test, socks[24]);
	fake_answer(test, fake_wanted(test, PVCALLS_CONNECT), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_CONNECT), 25U);
	fake_settle();
	KUNIT_EXPECT_EQ(test, engine_socks(), 29);
}

static void binds(struct kunit *test)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;
	struct sockaddr_in in;

	fake->script[PVCALLS_BIND] = -EADDRINUSE;
	KUNIT_EXPECT_EQ(test, prog_bind(sock, FAKE_ADDR, 8080), -EADDRINUSE);
	fake->script[PVCALLS_BIND] = 0;
	KUNIT_EXPECT_EQ(test, prog_bind(sock, FAKE_ADDR, 8080), 0);
	KUNIT_EXPECT_EQ(test, prog_bind(sock, FAKE_ADDR, 8081), -EINVAL);
	KUNIT_EXPECT_GT(test, name_of(sock, 0, &in), 0);
	KUNIT_EXPECT_EQ(test, ntohs(in.sin_port), (u16)8080);
	/* A remote socket can do nothing in the guest. */
	KUNIT_EXPECT_EQ(test, prog_connect(sock, INADDR_LOOPBACK, 80, 0),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, FAKE_ADDR, 80, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_count(test, PVCALLS_SOCKET), 1U);
}

/* Loopback, and no backend: TCP's own, for good. */
static void native(struct kunit *test)
{
	struct socket *listener = prog_socket(test), *sock, *child;
	struct fake_front *fake = test->priv;
	struct sockaddr_in in;
	u8 byte = 7;

	KUNIT_EXPECT_EQ(test, prog_bind(listener, INADDR_LOOPBACK, 0), 0);
	KUNIT_EXPECT_EQ(test, kernel_listen(listener, 1), 0);
	KUNIT_EXPECT_GT(test, name_of(listener, 0, &in), 0);
	sock = prog_socket(test);
	KUNIT_EXPECT_EQ(test, prog_connect(sock, INADDR_LOOPBACK,
					   ntohs(in.sin_port), 0), 0);
	KUNIT_ASSERT_EQ(test, prog_accept(test, listener, &child, 0), 0);
	KUNIT_EXPECT_EQ(test, prog_send(sock, &byte, 1, 0), 1);
	byte = 0;
	KUNIT_EXPECT_EQ(test, prog_recv(child, &byte, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, byte, (u8)7);
	KUNIT_EXPECT_TRUE(test, prog_poll(sock) & POLLED(EPOLLOUT));
	KUNIT_EXPECT_EQ(test, kernel_sock_shutdown(sock, SHUT_WR), 0);
	KUNIT_EXPECT_EQ(test, fake->nr, 0U);
	KUNIT_EXPECT_NULL(test, prog_remote(sock));

	sock = prog_socket(test);
	KUNIT_EXPECT_EQ(test, prog_send(sock, &byte, 1, MSG_FASTOPEN),
			-EOPNOTSUPP);
	fake_front_close(test);
	KUNIT_EXPECT_EQ(test, prog_bind(sock, INADDR_ANY, 0), 0);
	KUNIT_EXPECT_FALSE(test, pvfront_undecided(sock->sk));
	KUNIT_EXPECT_NULL(test, prog_remote(sock));
}

/* Published and found, or not. */
static void find(struct kunit *test)
{
	struct fake_front *fake = test->priv;
	struct pvfront_dev *dev = pvfront_dev_find(), *other;

	KUNIT_EXPECT_PTR_EQ(test, dev, fake->dev);
	KUNIT_EXPECT_EQ(test, kref_read(&dev->ref), 2U);
	pvfront_dev_put(dev);
	other = pvfront_dev_alloc(&fake->xbdev, &fake_front_ops);
	KUNIT_ASSERT_NOT_NULL(test, other);
	/* Not the one that is published. */
	pvfront_dev_unpublish(other);
	pvfront_dev_put(other);
	dev = pvfront_dev_find();
	KUNIT_EXPECT_PTR_EQ(test, dev, fake->dev);
	pvfront_dev_put(dev);
	fake_front_stop(test);
	KUNIT_EXPECT_NULL(test, pvfront_dev_find());
	/* One that has no backend takes no sockets. */
	KUNIT_EXPECT_EQ(test, PTR_ERR(pvfront_sock_alloc(fake->dev)),
			(long)-ENETDOWN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(blocking),
	KUNIT_CASE(nonblocking),
	KUNIT_CASE(wakes),
	KUNIT_CASE(refused),
	KUNIT_CASE(refused_later),
	KUNIT_CASE(reset_first),
	KUNIT_CASE(no_socket),
	KUNIT_CASE(silent),
	KUNIT_CASE(closed_meanwhile),
	KUNIT_CASE(burst),
	KUNIT_CASE(binds),
	KUNIT_CASE(native),
	KUNIT_CASE(find),
	{}
};

struct kunit_suite front_connect_suite = {
	.name = "pvcalls_front_connect",
	.init = fake_front_init,
	.exit = fake_front_exit,
	.test_cases = cases,
};
