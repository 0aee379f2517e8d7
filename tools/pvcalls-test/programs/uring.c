// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking a socket through io_uring, which goes past the operations that
 * system calls use.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "socktest.h"

static void *ring_map(int ring, off_t what, size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, ring, what);
}

/* One request on a ring of one entry; its result. */
static int ring_ask(int ring, const struct io_uring_params *p, int fd,
		    unsigned int op)
{
	size_t len = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	char *sq, *cq;

	sq = ring_map(ring, IORING_OFF_SQ_RING, p->sq_off.array + sizeof(int));
	cq = ring_map(ring, IORING_OFF_CQ_RING, len);
	sqe = ring_map(ring, IORING_OFF_SQES, sizeof(*sqe));
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqe == MAP_FAILED)
		return -errno;
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = fd;
	sqe->cmd_op = op;
	*(unsigned int *)(sq + p->sq_off.array) = 0;
	__atomic_store_n((unsigned int *)(sq + p->sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != 1)
		return -errno;
	cqe = (struct io_uring_cqe *)(cq + p->cq_off.cqes);
	return __atomic_load_n(&cqe->res, __ATOMIC_ACQUIRE);
}

/**
 * uring_bytes - how many bytes wait, by io_uring's account
 * @fd: a socket
 * @op: 0 for those to be received, 1 for those to be sent
 *
 * Return: the bytes, or a negative errno: -EOPNOTSUPP where the kernel can
 * not ask a socket in this way.
 */
int uring_bytes(int fd, unsigned int op)
{
	struct io_uring_params params = {};
	int ring = syscall(__NR_io_uring_setup, 1, &params);
	int ret;

	if (ring < 0)
		return -errno;
	ret = ring_ask(ring, &params, fd, op);
	close(ring);
	return ret;
}
