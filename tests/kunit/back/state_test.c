// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every command in every state, and the end of the guest in every state.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "../points.h"
#include "fake.h"

#define ID	0x1234567890abcdefULL
#define ID_NEW	0xfedcba0987654321ULL

enum state {
	NONE, CREATED, BOUND, LISTENING, PARKING, CONNECTING, CONNECTED, BROKEN,
	RELEASED, NR_STATES,
};

static const char * const state_names[NR_STATES] = {
	"none", "created", "bound", "listening", "parking", "connecting",
	"connected", "broken", "released",
};

/* What each command is answered, in the order of the commands' numbers. */
static const int answers[NR_STATES][PVCALLS_NR_V1_CMDS] = {
	[NONE] = {
		0, -ENOENT, -ENOENT, -ENOENT, -ENOENT, -ENOENT, -ENOENT,
	},
	[CREATED] = {
		-EEXIST, 0, 0, 0, -EINVAL, -EINVAL, -EINVAL,
	},
	[BOUND] = {
		-EEXIST, 0, 0, -EINVAL, 0, -EINVAL, -EINVAL,
	},
	[LISTENING] = {
		-EEXIST, -EISCONN, 0, -EINVAL, 0, UNANSWERED, UNANSWERED,
	},
	[PARKING] = {
		-EEXIST, -EISCONN, 0, -EINVAL, 0, -EEXIST, UNANSWERED,
	},
	[CONNECTING] = {
		-EEXIST, -EALREADY, 0, -EINVAL, -EINVAL, -EINVAL, -EINVAL,
	},
	[CONNECTED] = {
		-EEXIST, -EISCONN, 0, -EINVAL, -EINVAL, -EINVAL, -EINVAL,
	},
	[BROKEN] = {
		-EEXIST, -EISCONN, 0, -EINVAL, -EINVAL, -EINVAL, -EINVAL,
	},
	[RELEASED] = {
		0, -ENOENT, -ENOENT, -ENOENT, -ENOENT, -ENOENT, -ENOENT,
	},
};

static void break_ring(struct kunit *test, struct fake_ring *ring)
{
	WRITE_ONCE(ring->intf->in_cons, 1);
	fake_event_fire(ring->port);
	fake_settle();
	KUNIT_ASSERT_EQ(test, READ_ONCE(ring->intf->in_error), -EPROTO);
}

/* A listener at which an ACCEPT of ID_NEW and a POLL wait. */
static void park(struct kunit *test)
{
	struct fake_ring *ring = fake_ring(test, 1);
	u32 accept, poll;

	step_listening(test, ID);
	accept = ask_accept(test, ID, ID_NEW, ring->ref, ring->port);
	poll = ask_poll(test, ID);
	KUNIT_ASSERT_EQ(test, fake_peek(test, accept), UNANSWERED);
	KUNIT_ASSERT_EQ(test, fake_peek(test, poll), UNANSWERED);
}

static void enter(struct kunit *test, enum state state)
{
	struct fake_ring *ring;
	u32 req_id;

	switch (state) {
	case NONE:
	case NR_STATES:
		break;
	case LISTENING:
		step_listening(test, ID);
		break;
	case PARKING:
		park(test);
		break;
	case CONNECTING:
		step_connecting(test, ID, &req_id);
		break;
	case CONNECTED:
	case BROKEN:
		ring = fake_ring(test, 1);
		step_connected(test, ID, ring);
		if (state == BROKEN)
			break_ring(test, ring);
		break;
	case CREATED:
	case BOUND:
	case RELEASED:
		ASSERT_ANSWER(test, ask_socket(test, ID), 0);
		if (state == BOUND)
			ASSERT_ANSWER(test, ask_bind(test, ID, 0), 0);
		if (state == RELEASED)
			ASSERT_ANSWER(test, ask_release(test, ID), 0);
		break;
	}
}

static u32 ask(struct kunit *test, u32 cmd)
{
	struct fake_ring *ring;
	u16 port;

	switch (cmd) {
	case PVCALLS_SOCKET:
		return ask_socket(test, ID);
	case PVCALLS_CONNECT:
		net_listen(test, 4, &port);
		ring = fake_ring(test, 1);
		return ask_connect(test, ID, port, ring->ref, ring->port);
	case PVCALLS_BIND:
		return ask_bind(test, ID, 0);
	case PVCALLS_LISTEN:
		return ask_listen(test, ID, 4);
	case PVCALLS_ACCEPT:
		ring = fake_ring(test, 1);
		return ask_accept(test, ID, ID_NEW, ring->ref, ring->port);
	default:
		return ask_bare(test, cmd, ID);
	}
}

/* That of a connection waits until its peer has heard of the end. */
static bool no_sockets(void *arg)
{
	return !points_sockets();
}

/*
 * After the command a RELEASE works, unless there is no such socket; and
 * everything that waited is answered, or dropped if it is an ACCEPT.
 */
static void expect_released(struct kunit *test, enum state state, u32 cmd)
{
	bool exists = (state != NONE && state != RELEASED) ?
		      cmd != PVCALLS_RELEASE : cmd == PVCALLS_SOCKET;
	struct fake_back *fake = test->priv;
	struct fake_request *req;

	EXPECT_ANSWER(test, ask_release(test, ID), exists ? 0 : -ENOENT);
	fake_settle();
	fake_collect(test);
	for (req = fake->requests; req < fake->requests + fake->nr; req++) {
		if (req->cmd != PVCALLS_ACCEPT)
			KUNIT_EXPECT_EQ_MSG(test, req->answers, 1,
					    "command %u after %u in state %s",
					    req->cmd, cmd, state_names[state]);
	}
	KUNIT_EXPECT_EQ(test, fake_event_bound(), 1);
	KUNIT_EXPECT_EQ(test, fake_mapped(), 1);
	KUNIT_EXPECT_TRUE(test, fake_await(no_sockets, NULL));
}

static void try(struct kunit *test, enum state state, u32 cmd)
{
	int want = answers[state][cmd], got;
	u32 req_id;

	enter(test, state);
	req_id = ask(test, cmd);
	got = want == UNANSWERED ? fake_peek(test, req_id) :
				   fake_answer(test, req_id);
	KUNIT_EXPECT_EQ_MSG(test, got, want, "command %u in state %s", cmd,
			    state_names[state]);
	expect_released(test, state, cmd);
}

/* A guest of its own for each cell of the table. */
static void again(struct kunit *test)
{
	fake_back_exit(test);
	KUNIT_ASSERT_EQ(test, fake_back_init(test), 0);
}

static void every_command_in_every_state(struct kunit *test)
{
	unsigned int state, cmd;

	for (state = 0; state < NR_STATES; state++) {
		for (cmd = 0; cmd < PVCALLS_NR_V1_CMDS; cmd++) {
			try(test, state, cmd);
			again(test);
		}
	}
}

static void guest_goes_in_every_state(struct kunit *test)
{
	unsigned int state;

	for (state = 0; state < NR_STATES; state++) {
		enter(test, state);
		/* Expects that nothing is left. */
		again(test);
	}
}

/* The same, with requests on the ring which nobody has taken yet. */
static void guest_goes_in_the_middle(struct kunit *test)
{
	unsigned int state, cmd;

	for (state = 0; state < NR_STATES; state++) {
		enter(test, state);
		for (cmd = 0; cmd < PVCALLS_NR_V1_CMDS; cmd++)
			ask(test, cmd);
		again(test);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_command_in_every_state),
	KUNIT_CASE(guest_goes_in_every_state),
	KUNIT_CASE(guest_goes_in_the_middle),
	{}
};

struct kunit_suite back_state_suite = {
	.name = "pvcalls_back_state",
	.init = fake_back_init,
	.exit = fake_back_exit,
	.test_cases = cases,
};
