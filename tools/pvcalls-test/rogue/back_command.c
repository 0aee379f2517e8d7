// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: the command ring.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "back.h"

/* Connections that a listener is given without anybody calling. */
#define COMMAND_OFFERS 1

bool back_command_connect(struct back *back)
{
	back->req_cons = 0;
	back->rsp_prod = 0;
	return true;
}

void back_command_disconnect(struct back *back)
{
	while (back->socks)
		back_sock_free(back, back->socks);
	if (!back->sring)
		return;
	xenevtchn_unbind(back->events, back->evtchn);
	xengnttab_unmap(back->grants, back->sring, 1);
	back->sring = NULL;
}

void back_command_notify(struct back *back)
{
	xenevtchn_notify(back->events, back->evtchn);
}

void back_command_send(struct back *back,
		       const struct xen_pvcalls_response *rsp)
{
	uint32_t old = back->rsp_prod++;

	back->sring->ring[old % BACK_RING_SLOTS].rsp = *rsp;
	__sync_synchronize();
	SHARED_WRITE(back->sring->rsp_prod, back->rsp_prod);
	__sync_synchronize();
	/* An event that nobody asked for would make the next ones late. */
	if (back->rsp_prod - SHARED_READ(back->sring->rsp_event) <
	    back->rsp_prod - old)
		back_command_notify(back);
}

static void command_answer(struct back *back, struct back_sock *sock,
			   const struct xen_pvcalls_request *req, int ret)
{
	struct xen_pvcalls_response rsp = {
		.req_id = req->req_id,
		.cmd = req->cmd,
		.ret = ret,
		.id = req->u.poll.id,
	};

	if (back->which->answer && !back->which->answer(back, sock, req, &rsp))
		return;
	/* Whoever says that it failed, has nothing mapped. */
	if (sock && rsp.ret &&
	    (req->cmd == PVCALLS_CONNECT || req->cmd == PVCALLS_ACCEPT))
		back_sock_unmap(back, sock);
	back_command_send(back, &rsp);
}

static unsigned int command_port(const u8 *addr)
{
	struct sockaddr_in in;

	memcpy(&in, addr, sizeof(in));
	return ntohs(in.sin_port);
}

static void command_connect(struct back *back, struct back_sock *sock,
			    const struct xen_pvcalls_request *req)
{
	int ret;

	sock->port = command_port(req->u.connect.addr);
	ret = back_sock_map(back, sock, req->u.connect.ref,
			    req->u.connect.evtchn);
	command_answer(back, sock, req, ret);
}

/* ACCEPT: the first one gets a connection, later ones wait. */
static void command_accept(struct back *back, struct back_sock *sock,
			   const struct xen_pvcalls_request *req)
{
	struct back_sock *child;
	int ret;

	if (sock->offered >= COMMAND_OFFERS) {
		sock->accept = *req;
		return;
	}
	sock->offered++;
	child = back_sock_new(back, req->u.accept.id_new);
	child->port = sock->port;
	ret = back_sock_map(back, child, req->u.accept.ref,
			    req->u.accept.evtchn);
	command_answer(back, child, req, ret);
}

static void command_release(struct back *back, struct back_sock *sock,
			    const struct xen_pvcalls_request *req)
{
	if (sock->accept.cmd == PVCALLS_ACCEPT)
		command_answer(back, sock, &sock->accept, -ECANCELED);
	if (!back->which->released || !back_sock_evil(sock)) {
		back_sock_serve(back, sock);
		back_sock_free(back, sock);
		command_answer(back, NULL, req, 0);
		return;
	}
	command_answer(back, sock, req, 0);
	if (!back->which->released(back, sock))
		back_sock_free(back, sock);
}

static void command_take(struct back *back,
			 const struct xen_pvcalls_request *req)
{
	struct back_sock *sock = back_sock_find(back, req->u.poll.id);

	if (req->cmd == PVCALLS_SOCKET) {
		if (!sock)
			sock = back_sock_new(back, req->u.socket.id);
		command_answer(back, sock, req, 0);
		return;
	}
	if (!sock) {
		command_answer(back, NULL, req, -ENOENT);
		return;
	}
	switch (req->cmd) {
	case PVCALLS_CONNECT:
		command_connect(back, sock, req);
		break;
	case PVCALLS_RELEASE:
		command_release(back, sock, req);
		break;
	case PVCALLS_BIND:
		sock->port = command_port(req->u.bind.addr);
		command_answer(back, sock, req, 0);
		break;
	case PVCALLS_LISTEN:
		sock->listening = true;
		command_answer(back, sock, req, 0);
		break;
	case PVCALLS_ACCEPT:
		command_accept(back, sock, req);
		break;
	default:
		command_answer(back, sock, req, -PVCALLS_ENOTSUP);
	}
}

/* Take what there is, and ask to be notified of the next request. */
void back_command_serve(struct back *back)
{
	struct xen_pvcalls_request req;

	while (back->sring && !back->frozen &&
	       back->req_cons != SHARED_READ(back->sring->req_prod)) {
		__sync_synchronize();
		req = back->sring->ring[back->req_cons++ % BACK_RING_SLOTS].req;
		SHARED_WRITE(back->sring->req_event, back->req_cons + 1);
		__sync_synchronize();
		command_take(back, &req);
	}
}
