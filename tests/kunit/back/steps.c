// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a socket to a state.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "fake.h"

/**
 * step_connected_to - a socket of the guest with a connection
 * @test: the test
 * @id: not in use
 * @ring: its data ring
 * @listener: where to
 * @port: its port
 *
 * Return: the other end.
 */
struct socket *step_connected_to(struct kunit *test, u64 id,
				 struct fake_ring *ring,
				 struct socket *listener, u16 port)
{
	ASSERT_ANSWER(test, ask_socket(test, id), 0);
	ASSERT_ANSWER(test, ask_connect(test, id, port, ring->ref, ring->port),
		      0);
	return net_accept(test, listener);
}

/**
 * step_connected - a socket of the guest with a connection
 * @test: the test
 * @id: not in use
 * @ring: its data ring
 *
 * Return: the other end.
 */
struct socket *step_connected(struct kunit *test, u64 id,
			      struct fake_ring *ring)
{
	struct socket *listener;
	u16 port;

	listener = net_listen(test, 4, &port);
	return step_connected_to(test, id, ring, listener, port);
}

/**
 * step_listening - a listener of the guest
 * @test: the test
 * @id: not in use
 *
 * Return: its port.
 */
u16 step_listening(struct kunit *test, u64 id)
{
	static u16 port = 20000;

	ASSERT_ANSWER(test, ask_socket(test, id), 0);
	ASSERT_ANSWER(test, ask_bind(test, id, ++port), 0);
	ASSERT_ANSWER(test, ask_listen(test, id, 8), 0);
	return port;
}

/**
 * step_connecting - a socket of the guest that waits for a connection
 * @test: the test
 * @id: not in use
 * @req_id: set to the CONNECT
 *
 * A listener without room for another connection does not answer.
 *
 * Return: its data ring.
 */
struct fake_ring *step_connecting(struct kunit *test, u64 id, u32 *req_id)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u16 port;

	net_listen(test, 0, &port);
	net_connect(test, port);
	ASSERT_ANSWER(test, ask_socket(test, id), 0);
	*req_id = ask_connect(test, id, port, ring->ref, ring->port);
	KUNIT_ASSERT_EQ(test, fake_peek(test, *req_id), UNANSWERED);
	return ring;
}
