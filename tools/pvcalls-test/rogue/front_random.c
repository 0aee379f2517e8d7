// SPDX-License-Identifier: GPL-2.0-only
/*
 * Honest traffic, and bytes by chance wherever the backend reads.
 *
 * What is done depends on the seed alone, not on what the backend answers, so
 * that a run can be had again.  No answer is right or wrong here: the backend
 * must live, serve others, and come back when the device is reset.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdio.h>

#include "front.h"

#define RANDOM_RINGS 8
#define RANDOM_IDS 16

static const u16 random_ports[] = {
	FRONT_PORT, FRONT_PORT, FRONT_PORT + 1, 81, FRONT_HOLE, 30000,
};

static struct data_ring *random_rings[RANDOM_RINGS];

static struct data_ring *random_ring(void)
{
	return random_rings[peer_below(RANDOM_RINGS)];
}

static void random_request(struct xen_pvcalls_request *req)
{
	struct data_ring *ring = random_ring();
	u64 id = peer_below(RANDOM_IDS), other = peer_below(RANDOM_IDS);
	u16 port = random_ports[peer_below(ARRAY_SIZE(random_ports))];

	switch (peer_below(12)) {
	case 0:
	case 1:
		*req = peer_below(4) ? req_socket(id) : req_socket6(id);
		break;
	case 2:
	case 3:
		*req = req_connect(id, port < 30000 ? FRONT_SERVER : FRONT_DOM0,
				   port, ring);
		break;
	case 4:
		*req = req_release(id);
		break;
	case 5:
		*req = req_bind(id, 30000);
		break;
	case 6:
		*req = peer_below(2) ? req_listen(id, peer_below(8)) :
				       req_poll(id);
		break;
	case 7:
		*req = req_random_option(id);
		break;
	case 8:
		*req = req_shutdown(id, peer_below(3));
		break;
	case 9:
		*req = req_getname(id, peer_below(2));
		break;
	case 10:
		*req = peer_below(2) ?
		       req_connect6(id, FRONT_SERVER6, port, ring) :
		       req_bind6(id, "::", 30000);
		break;
	default:
		*req = req_accept(id, other, ring);
		break;
	}
}

static void random_command(void)
{
	struct xen_pvcalls_request req;

	random_request(&req);
	req.req_id = peer_word();
	if (peer_below(4) == 0)
		((u32 *)&req)[peer_below(16)] = peer_word();
	/* Our own answers are of no interest, but their number is. */
	front.rsp_cons = peer_get(&front.sring->rsp_prod);
	if (front.req_prod - front.rsp_cons < front.slots)
		ring_put(&req);
	ring_publish();
}

static void random_slot(void)
{
	u32 *words = (u32 *)front.sring;

	words[16 + peer_below(front.slots * 16)] = peer_word();
}

/* Rarely: the backend stops to listen to a device that does this. */
static void random_ring_header(void)
{
	u32 *words = (u32 *)front.sring;

	words[peer_below(4)] = peer_word();
	xenevtchn_notify(front.ev, front.port);
}

static void random_index(void)
{
	struct data_ring *ring = random_ring();
	u32 *words = (u32 *)ring->intf;

	words[peer_below(40)] = peer_word();
	data_notify(ring);
}

/* Bytes that are well formed, as far as the index goes. */
static void random_bytes(void)
{
	struct data_ring *ring = random_ring();
	u32 i;

	for (i = 0; i < 64; i++)
		ring->data[peer_below(2 * ring->size)] = peer_random();
	peer_set(&ring->intf->out_prod, peer_get(&ring->intf->out_cons) +
		 peer_below(ring->size + 1));
	peer_set(&ring->intf->in_cons, peer_get(&ring->intf->in_prod));
	data_notify(ring);
}

static void random_key(void)
{
	static const char *const keys[] = {
		PVCALLS_KEY_PORT, PVCALLS_KEY_RING_REF, PVCALLS_KEY_VERSION,
		PVCALLS_FEATURE_RELEASE_ANSWERS, PVCALLS_FEATURE_INET6,
		PVCALLS_FEATURE_NAMES, PVCALLS_FEATURE_MULTI_PAGE_RING,
		PVCALLS_KEY_RING_PAGE_ORDER,
	};
	char value[32];

	snprintf(value, sizeof(value), "%u", peer_word());
	peer_write(FRONT_DIR, keys[peer_below(ARRAY_SIZE(keys))], value);
}

static void random_state(void)
{
	device_set_state(1 + peer_below(8));
}

static void random_reset(void)
{
	int i;

	device_reset();
	/* Any of the five. */
	front.want = peer_below(32);
	for (i = 0; i < RANDOM_RINGS; i++) {
		if (random_rings[i])
			data_free(random_rings[i]);
		random_rings[i] = data_new(1 + peer_below(3));
	}
	device_open_order(peer_below(PVCALLS_MAX_RING_PAGE_ORDER + 1));
}

static void random_step(void)
{
	u32 dice = peer_below(1000);

	if (dice < 450)
		random_command();
	else if (dice < 750)
		random_bytes();
	else if (dice < 890)
		random_index();
	else if (dice < 980)
		random_slot();
	else if (dice < 981)
		random_ring_header();
	else if (dice < 990)
		random_key();
	else if (dice < 992)
		random_state();
	else if (dice < 996)
		random_reset();
	else
		peer_nap();
}

void front_random(u64 deadline)
{
	u64 steps = 0;
	int i;

	random_reset();
	while (!peer_passed(deadline)) {
		random_step();
		steps++;
	}
	peer_say("%llu steps", steps);
	device_reset();
	for (i = 0; i < RANDOM_RINGS; i++)
		data_free(random_rings[i]);
	device_open();
	conn_close(conn_echo(1));
}
