// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: honest service, with every shared byte corrupted now and then.
 *
 * What is struck, and how, comes from the seed alone; when, from the guest.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "back.h"

/* Of so many chances one is taken. */
#define RANDOM_ANSWERS	16
#define RANDOM_TICKS	4

static bool chance(struct back *back, unsigned int of)
{
	bool taken = peer_random() % of == 0;

	back->hits += taken;
	return taken;
}

/* Values that break arithmetic are likelier than others. */
static uint32_t odd(uint32_t near)
{
	switch (peer_random() % 6) {
	case 0:
		return near + 1;
	case 1:
		return near - 1;
	case 2:
		return 0xffffffff;
	case 3:
		return near ^ 1u << peer_random() % 32;
	case 4:
		return 0;
	default:
		return peer_random();
	}
}

static bool random_answer(struct back *back, struct back_sock *sock,
			  const struct xen_pvcalls_request *req,
			  struct xen_pvcalls_response *rsp)
{
	(void)sock;
	(void)req;
	if (!chance(back, RANDOM_ANSWERS))
		return true;
	switch (peer_random() % 8) {
	case 0:
		rsp->req_id = odd(rsp->req_id);
		return true;
	case 1:
		rsp->cmd = odd(rsp->cmd);
		return true;
	case 2:
		rsp->id = odd(rsp->id);
		return true;
	case 3:
		back_command_send(back, rsp);
		return true;
	case 4:
		return false;
	default:
		rsp->ret = odd(rsp->ret);
		return true;
	}
}

static void random_byte(void *page, uint32_t size)
{
	uint8_t *byte = (uint8_t *)page + peer_random() % size;

	SHARED_WRITE(*byte, (uint8_t)peer_random());
}

static void random_indexes(struct back_sock *sock)
{
	struct pvcalls_data_intf *intf = sock->intf;
	u32 *const words[] = {
		&intf->in_cons, &intf->in_prod, (u32 *)&intf->in_error,
		&intf->out_cons, &intf->out_prod, (u32 *)&intf->out_error,
		&intf->ring_order, &intf->ref[0],
	};
	u32 *word = words[peer_random() % ARRAY_SIZE(words)];
	u32 now = SHARED_READ(*word);

	SHARED_WRITE(*word, odd(now));
}

static void random_sock(struct back *back, struct back_sock *sock)
{
	if (!sock->data)
		return;
	if (chance(back, RANDOM_TICKS))
		random_indexes(sock);
	if (chance(back, RANDOM_TICKS))
		random_byte(sock->intf, 192);
	random_byte(sock->data, sock->pages * BACK_PAGE);
	back_sock_notify(back, sock);
}

static void random_tick(struct back *back)
{
	struct back_sock *sock;

	if (!back->sring)
		return;
	for (sock = back->socks; sock; sock = sock->next)
		random_sock(back, sock);
	if (chance(back, RANDOM_TICKS * 8))
		random_byte(back->sring, 64);
	if (chance(back, RANDOM_TICKS))
		random_byte(back->sring, BACK_PAGE);
	back_command_notify(back);
}

const struct back_case back_case_random = {
	.name = "random",
	.text = "honest, but every shared byte may change",
	.answer = random_answer,
	.tick = random_tick,
};
