// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program: sockets with our protocol's number, and the way to a state.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/uio.h>

#include "fake.h"
#include "pvcalls-front/sock.h"

/**
 * prog_keep - have a socket closed at the end of the test
 * @test: the test
 * @sock: the socket
 *
 * No call of it waits for ever.
 */
void prog_keep(struct kunit *test, struct socket *sock)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	sock->sk->sk_rcvtimeo = FAKE_DEADLINE;
	sock->sk->sk_sndtimeo = FAKE_DEADLINE;
	for (i = 0; i < FAKE_SOCKETS; i++) {
		if (fake->socks[i])
			continue;
		fake->socks[i] = sock;
		return;
	}
	sock_release(sock);
	KUNIT_ASSERT_LT(test, i, (unsigned int)FAKE_SOCKETS);
}

/**
 * prog_socket - a new socket
 * @test: the test
 *
 * Return: it.
 */
struct socket *prog_socket(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       pvfront_proto_number(), &sock),
			0);
	prog_keep(test, sock);
	return sock;
}

/**
 * prog_close - close a socket before the end of the test
 * @test: the test
 * @sock: the socket
 */
void prog_close(struct kunit *test, struct socket *sock)
{
	struct fake_front *fake = test->priv;
	unsigned int i;

	for (i = 0; i < FAKE_SOCKETS; i++) {
		if (fake->socks[i] == sock)
			fake->socks[i] = NULL;
	}
	sock_release(sock);
}

static struct sockaddr_in prog_addr(u32 addr, u16 port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};
}

int prog_connect(struct socket *sock, u32 addr, u16 port, int flags)
{
	struct sockaddr_in in = prog_addr(addr, port);

	return kernel_connect(sock, (struct pvcalls_sockaddr *)&in, sizeof(in),
			      flags);
}

int prog_bind(struct socket *sock, u32 addr, u16 port)
{
	struct sockaddr_in in = prog_addr(addr, port);

	return kernel_bind(sock, (struct pvcalls_sockaddr *)&in, sizeof(in));
}

int prog_accept(struct kunit *test, struct socket *sock, struct socket **child,
		int flags)
{
	int ret = kernel_accept(sock, child, flags);

	if (!ret)
		prog_keep(test, *child);
	return ret;
}

int prog_send(struct socket *sock, const void *from, size_t bytes, int flags)
{
	struct msghdr msg = { .msg_flags = flags | MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = (void *)from, .iov_len = bytes };

	return kernel_sendmsg(sock, &msg, &vec, 1, bytes);
}

int prog_recv(struct socket *sock, void *to, size_t bytes, int flags)
{
	struct kvec vec = { .iov_base = to, .iov_len = bytes };
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, &vec, 1, bytes, flags);
}

u32 prog_poll(struct socket *sock)
{
	return POLLED(READ_ONCE(sock->ops)->poll(NULL, sock, NULL));
}

struct pvfront_sock *prog_remote(struct socket *sock)
{
	return pvfront_of(sock->sk);
}

/**
 * step_connected - a socket with a connection
 * @test: the test
 * @sock: set to it
 *
 * Return: the backend's end.
 */
struct fake_stream *step_connected(struct kunit *test, struct socket **sock)
{
	struct fake_front *fake = test->priv;
	struct xen_pvcalls_connect *connect;
	unsigned int nr;

	*sock = prog_socket(test);
	fake->script[PVCALLS_CONNECT] = SILENT;
	KUNIT_ASSERT_EQ(test, prog_connect(*sock, FAKE_ADDR, 80, O_NONBLOCK),
			-EINPROGRESS);
	nr = fake_wanted(test, PVCALLS_CONNECT);
	fake_answer(test, nr, 0);
	KUNIT_ASSERT_EQ(test, prog_connect(*sock, FAKE_ADDR, 80, O_NONBLOCK),
			0);
	connect = (void *)&fake->requests[nr].req.u.connect;
	return fake_stream(test, connect->ref, connect->evtchn);
}

/**
 * step_listening - a listener whose ACCEPTs wait for the test
 * @test: the test
 * @port: its port
 *
 * Return: it.
 */
struct socket *step_listening(struct kunit *test, u16 port)
{
	struct socket *sock = prog_socket(test);
	struct fake_front *fake = test->priv;

	fake->script[PVCALLS_ACCEPT] = SILENT;
	KUNIT_ASSERT_EQ(test, prog_bind(sock, INADDR_ANY, port), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(sock, 8), 0);
	return sock;
}

/**
 * step_accept - answer the first ACCEPT that waits
 * @test: the test
 * @ret: the answer
 *
 * Return: the backend's end of what it brought.
 */
struct fake_stream *step_accept(struct kunit *test, int ret)
{
	unsigned int nr = fake_wanted(test, PVCALLS_ACCEPT);
	struct fake_front *fake = test->priv;
	struct xen_pvcalls_request *req = &fake->requests[nr].req;
	struct fake_stream *stream;

	stream = fake_stream(test, req->u.accept.ref, req->u.accept.evtchn);
	fake_answer(test, nr, ret);
	return stream;
}
