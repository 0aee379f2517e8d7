// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: what can be wrong with answers.
 *
 * Most strike at the first CONNECT to an evil port.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <limits.h>

#include "back.h"

/* Is this the answer that the case is about? */
static bool strikes(struct back *back, const struct back_sock *sock,
		    const struct xen_pvcalls_request *req)
{
	if (req->cmd != PVCALLS_CONNECT || !back_sock_evil(sock) || back->hits)
		return false;
	back->hits++;
	return true;
}

static bool rsp_prod(struct back *back, struct back_sock *sock,
		     const struct xen_pvcalls_request *req,
		     struct xen_pvcalls_response *rsp)
{
	(void)rsp;
	if (!strikes(back, sock, req))
		return true;
	back->rsp_prod += back->which->value.number;
	SHARED_WRITE(back->sring->rsp_prod, back->rsp_prod);
	back_command_notify(back);
	return false;
}

static bool req_id(struct back *back, struct back_sock *sock,
		   const struct xen_pvcalls_request *req,
		   struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req))
		rsp->req_id = back->which->value.number;
	return true;
}

/* Bits of the real one are turned over: a slot that is free, or too far. */
static bool req_id_xor(struct back *back, struct back_sock *sock,
		       const struct xen_pvcalls_request *req,
		       struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req))
		rsp->req_id ^= back->which->value.number;
	return true;
}

static bool answer_twice(struct back *back, struct back_sock *sock,
			 const struct xen_pvcalls_request *req,
			 struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req))
		back_command_send(back, rsp);
	return true;
}

static bool cmd_xor(struct back *back, struct back_sock *sock,
		    const struct xen_pvcalls_request *req,
		    struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req))
		rsp->cmd ^= back->which->value.number;
	return true;
}

static bool id_xor(struct back *back, struct back_sock *sock,
		   const struct xen_pvcalls_request *req,
		   struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req))
		rsp->id ^= back->which->value.number;
	return true;
}

/* The answer to any command is odd; the last digits of the port say how. */
static bool ret(struct back *back, struct back_sock *sock,
		const struct xen_pvcalls_request *req,
		struct xen_pvcalls_response *rsp)
{
	static const int32_t odd[] = {
		1, INT_MAX, INT_MIN, -4095, -4096, -EAGAIN, -EINTR,
		-EINPROGRESS, -512, -517, -524, -530, -ECONNREFUSED,
	};
	unsigned int which;

	if (!back_sock_evil(sock) || req->cmd == PVCALLS_RELEASE ||
	    (req->cmd == PVCALLS_BIND && sock->port >= 3000) ||
	    (req->cmd == PVCALLS_LISTEN && sock->port >= 4000))
		return true;
	back->hits++;
	which = sock->port % BACK_EVIL_PORT;
	rsp->ret = odd[which % ARRAY_SIZE(odd)];
	return true;
}

static bool silence(struct back *back, struct back_sock *sock,
		    const struct xen_pvcalls_request *req,
		    struct xen_pvcalls_response *rsp)
{
	(void)rsp;
	if (req->cmd != PVCALLS_CONNECT || !back_sock_evil(sock))
		return true;
	back->hits++;
	return false;
}

/* From the first evil port on, nothing is answered at all. */
static bool silence_all(struct back *back, struct back_sock *sock,
			const struct xen_pvcalls_request *req,
			struct xen_pvcalls_response *rsp)
{
	(void)req;
	(void)rsp;
	back->hits += back_sock_evil(sock);
	return !back->hits;
}

static bool silence_release(struct back *back, struct back_sock *sock,
			    const struct xen_pvcalls_request *req,
			    struct xen_pvcalls_response *rsp)
{
	(void)rsp;
	if (req->cmd != PVCALLS_RELEASE || !back_sock_evil(sock))
		return true;
	back->hits++;
	return false;
}

/* The answer to CONNECT comes behind the answer to its RELEASE. */
static bool late(struct back *back, struct back_sock *sock,
		 const struct xen_pvcalls_request *req,
		 struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req)) {
		back->kept = *rsp;
		return false;
	}
	if (req->cmd != PVCALLS_RELEASE || !back->hits ||
	    req->u.release.id != back->kept.id)
		return true;
	back_command_send(back, rsp);
	back_command_send(back, &back->kept);
	return false;
}

/* The answer to CONNECT comes once in time, and again after RELEASE. */
static bool after_release(struct back *back, struct back_sock *sock,
			  const struct xen_pvcalls_request *req,
			  struct xen_pvcalls_response *rsp)
{
	if (strikes(back, sock, req)) {
		back->kept = *rsp;
		return true;
	}
	if (req->cmd != PVCALLS_RELEASE || !back->hits ||
	    req->u.release.id != back->kept.id)
		return true;
	back_command_send(back, rsp);
	back_command_send(back, &back->kept);
	return false;
}

static bool release_twice(struct back *back, struct back_sock *sock,
			  const struct xen_pvcalls_request *req,
			  struct xen_pvcalls_response *rsp)
{
	if (req->cmd == PVCALLS_RELEASE && back_sock_evil(sock) &&
	    !back->hits++)
		back_command_send(back, rsp);
	return true;
}

static bool keep_sock(struct back *back, struct back_sock *sock)
{
	(void)back;
	(void)sock;
	return true;
}

/* What the frontend owns in the command page is overwritten. */
static bool own_words(struct back *back, struct back_sock *sock,
		      const struct xen_pvcalls_request *req,
		      struct xen_pvcalls_response *rsp)
{
	unsigned int i;

	(void)rsp;
	if (!strikes(back, sock, req))
		return true;
	SHARED_WRITE(back->sring->req_prod, back->req_cons);
	SHARED_WRITE(back->sring->rsp_event, back->rsp_prod + 1);
	for (i = 0; i < BACK_RING_SLOTS; i++)
		back->sring->ring[i].req = (struct xen_pvcalls_request){
			.req_id = 0xffffffff,
			.cmd = 0xffffffff,
		};
	return true;
}

const struct back_case back_cases_command[] = {
	{ .name = "rsp-prod-overflow", .value.number = 33, .answer = rsp_prod,
	  .text = "the response index runs past what was asked" },
	/* By two: the answer to SOCKET may not have been looked at yet. */
	{ .name = "rsp-prod-backwards", .value.number = -2, .answer = rsp_prod,
	  .text = "the response index goes back" },
	{ .name = "rsp-prod-far", .value.number = 0x80000000,
	  .answer = rsp_prod, .text = "the response index jumps half way round" },
	{ .name = "rsp-prod-stale", .value.number = 1, .answer = rsp_prod,
	  .text = "the response index covers a slot that holds no answer" },
	{ .name = "req-id-zero", .value.number = 0, .answer = req_id,
	  .text = "an answer with request id 0" },
	{ .name = "req-id-all-ones", .value.number = 0xffffffff,
	  .answer = req_id, .text = "an answer with request id 0xffffffff" },
	{ .name = "req-id-range", .value.number = 0x1e0, .answer = req_id_xor,
	  .text = "an answer with a slot number out of range" },
	{ .name = "req-id-idle", .value.number = 0x10, .answer = req_id_xor,
	  .text = "an answer with the id of a free slot" },
	{ .name = "req-id-generation", .value.number = 0x200,
	  .answer = req_id_xor, .text = "an answer with an id of another time" },
	{ .name = "answer-twice", .answer = answer_twice,
	  .text = "an answer that comes twice" },
	{ .name = "cmd-mismatch", .value.number = 1, .answer = cmd_xor,
	  .text = "an answer with another command" },
	{ .name = "cmd-unknown", .value.number = 0xffffff00, .answer = cmd_xor,
	  .text = "an answer with a command that does not exist" },
	{ .name = "id-mismatch", .value.number = 1, .answer = id_xor,
	  .text = "an answer with another socket's id" },
	{ .name = "id-pointer", .value.number = 0xffff888000000000,
	  .answer = id_xor, .text = "an answer with an id that looks like a pointer" },
	{ .name = "ret", .answer = ret,
	  .text = "errors that are none, or mean something to the kernel" },
	{ .name = "silence", .answer = silence,
	  .text = "CONNECT is not answered" },
	{ .name = "silence-all", .answer = silence_all,
	  .text = "nothing is answered any more" },
	{ .name = "silence-release", .answer = silence_release,
	  .released = keep_sock, .text = "RELEASE is not answered" },
	{ .name = "late", .answer = late,
	  .text = "CONNECT is answered after its RELEASE" },
	{ .name = "after-release", .answer = after_release,
	  .text = "CONNECT is answered again after its RELEASE" },
	{ .name = "release-twice", .answer = release_twice,
	  .released = keep_sock, .text = "RELEASE is answered twice" },
	{ .name = "own-words", .answer = own_words,
	  .text = "the frontend's words of the command page are overwritten" },
	{ }
};
