// SPDX-License-Identifier: GPL-2.0-only
/*
 * What pvcalls-run's library makes of socket().  It is linked with a kernel
 * that we play; socket() here is the library's.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FD			42

struct call {
	int domain;
	int type;
	int protocol;
};

/*
 * The kernel: what it was asked for, its answer to protocol @refused, and its
 * answer to all others.
 */
static struct {
	struct call calls[4];
	unsigned int count;
	int refused;
	int error;
	int native_error;
} kernel;

/* <unistd.h> declares it: the Makefile renames syscall() for this program. */
long fake_syscall(long number, ...)
{
	struct call *call = &kernel.calls[kernel.count];
	va_list args;
	int error;

	if (number != SYS_socket || kernel.count++ == ARRAY_SIZE(kernel.calls))
		abort();
	va_start(args, number);
	call->domain = va_arg(args, int);
	call->type = va_arg(args, int);
	call->protocol = va_arg(args, int);
	va_end(args);
	error = call->protocol == kernel.refused ? kernel.error :
						   kernel.native_error;
	if (!error)
		return FD;
	errno = error;
	return -1;
}

static int kernel_init(struct kunit *test)
{
	(void)test;
	memset(&kernel, 0, sizeof(kernel));
	unsetenv("PVCALLS_PROTOCOL");
	unsetenv("PVCALLS_STRICT");
	unsetenv("PVCALLS_DEBUG");
	errno = 0;
	return 0;
}

static void refuse(int protocol, int error)
{
	kernel.refused = protocol;
	kernel.error = error;
}

/* One call reaches the kernel, and it is this one. */
static void expect_call(struct kunit *test, int domain, int type, int protocol)
{
	KUNIT_ASSERT_EQ(test, kernel.count, 1u);
	KUNIT_EXPECT_EQ(test, kernel.calls[0].domain, domain);
	KUNIT_EXPECT_EQ(test, kernel.calls[0].type, type);
	KUNIT_EXPECT_EQ(test, kernel.calls[0].protocol, protocol);
}

static void socket_tcp_is_rewritten(struct kunit *test)
{
	static const int protocols[] = { 0, IPPROTO_TCP, 262 };
	static const int domains[] = { AF_INET, AF_INET6 };
	unsigned int d, p;

	for (d = 0; d < ARRAY_SIZE(domains); d++) {
		for (p = 0; p < ARRAY_SIZE(protocols); p++) {
			kernel.count = 0;
			KUNIT_EXPECT_EQ(test, socket(domains[d], SOCK_STREAM,
						     protocols[p]), FD);
			expect_call(test, domains[d], SOCK_STREAM, 260);
		}
	}
}

static void socket_flags_are_kept(struct kunit *test)
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

	KUNIT_EXPECT_EQ(test, socket(AF_INET, type, 0), FD);
	expect_call(test, AF_INET, type, 260);
}

static void socket_of_other_kinds_is_passed_on(struct kunit *test)
{
	static const struct call others[] = {
		{ AF_UNIX,	SOCK_STREAM,		0 },
		{ AF_VSOCK,	SOCK_STREAM,		0 },
		{ AF_INET,	SOCK_DGRAM,		0 },
		{ AF_INET,	SOCK_DGRAM,		IPPROTO_UDP },
		{ AF_INET6,	SOCK_RAW,		IPPROTO_TCP },
		{ AF_INET,	SOCK_SEQPACKET,		0 },
		{ AF_INET,	SOCK_STREAM,		IPPROTO_SCTP },
		{ AF_INET,	SOCK_STREAM,		256 },
		{ AF_INET,	SOCK_STREAM,		260 },
		{ AF_INET,	SOCK_STREAM,		-1 },
		{ AF_UNIX,	SOCK_STREAM | SOCK_CLOEXEC,	IPPROTO_TCP },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		kernel.count = 0;
		KUNIT_EXPECT_EQ(test, socket(others[i].domain, others[i].type,
					     others[i].protocol), FD);
		expect_call(test, others[i].domain, others[i].type,
			    others[i].protocol);
	}
}

static void socket_unknown_protocol_falls_back(struct kunit *test)
{
	static const int errors[] = {
		EPROTONOSUPPORT, ESOCKTNOSUPPORT, EINVAL,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		kernel.count = 0;
		refuse(260, errors[i]);
		KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
					     IPPROTO_TCP), FD);
		KUNIT_ASSERT_EQ(test, kernel.count, 2u);
		KUNIT_EXPECT_EQ(test, kernel.calls[0].protocol, 260);
		KUNIT_EXPECT_EQ(test, kernel.calls[1].domain, AF_INET);
		KUNIT_EXPECT_EQ(test, kernel.calls[1].type,
				SOCK_STREAM | SOCK_CLOEXEC);
		KUNIT_EXPECT_EQ(test, kernel.calls[1].protocol, IPPROTO_TCP);
	}
}

static void socket_other_errors_are_returned(struct kunit *test)
{
	static const int errors[] = {
		EMFILE, ENFILE, ENOBUFS, EACCES, EAFNOSUPPORT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		kernel.count = 0;
		refuse(260, errors[i]);
		KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), -1);
		KUNIT_EXPECT_EQ(test, errno, errors[i]);
		KUNIT_EXPECT_EQ(test, kernel.count, 1u);
	}
}

static void socket_strict_does_not_fall_back(struct kunit *test)
{
	setenv("PVCALLS_STRICT", "1", 1);
	refuse(260, EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), -1);
	KUNIT_EXPECT_EQ(test, errno, EPROTONOSUPPORT);
	expect_call(test, AF_INET, SOCK_STREAM, 260);
}

static void socket_errno_is_kept_on_success(struct kunit *test)
{
	errno = ENOENT;
	KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), FD);
	KUNIT_EXPECT_EQ(test, errno, ENOENT);
}

static void socket_errno_is_kept_on_fallback(struct kunit *test)
{
	errno = ENOENT;
	refuse(260, EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), FD);
	KUNIT_EXPECT_EQ(test, errno, ENOENT);
}

static void socket_errno_is_the_native_one_when_both_fail(struct kunit *test)
{
	refuse(260, EPROTONOSUPPORT);
	kernel.native_error = EMFILE;
	KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), -1);
	KUNIT_EXPECT_EQ(test, errno, EMFILE);
	KUNIT_EXPECT_EQ(test, kernel.count, 2u);
}

static void socket_number_is_taken_from_environment(struct kunit *test)
{
	setenv("PVCALLS_PROTOCOL", "257", 1);
	KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), FD);
	expect_call(test, AF_INET, SOCK_STREAM, 257);
}

static void socket_bad_number_is_the_default(struct kunit *test)
{
	static const char *const numbers[] = {
		"", "0", "-1", "263", "257x", "x", "99999999999999999999",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		kernel.count = 0;
		errno = ENOENT;
		setenv("PVCALLS_PROTOCOL", numbers[i], 1);
		KUNIT_EXPECT_EQ(test, socket(AF_INET, SOCK_STREAM, 0), FD);
		KUNIT_EXPECT_EQ(test, errno, ENOENT);
		expect_call(test, AF_INET, SOCK_STREAM, 260);
	}
}

static struct kunit_case preload_cases[] = {
	KUNIT_CASE(socket_tcp_is_rewritten),
	KUNIT_CASE(socket_flags_are_kept),
	KUNIT_CASE(socket_of_other_kinds_is_passed_on),
	KUNIT_CASE(socket_unknown_protocol_falls_back),
	KUNIT_CASE(socket_other_errors_are_returned),
	KUNIT_CASE(socket_strict_does_not_fall_back),
	KUNIT_CASE(socket_errno_is_kept_on_success),
	KUNIT_CASE(socket_errno_is_kept_on_fallback),
	KUNIT_CASE(socket_errno_is_the_native_one_when_both_fail),
	KUNIT_CASE(socket_number_is_taken_from_environment),
	KUNIT_CASE(socket_bad_number_is_the_default),
	{}
};

static struct kunit_suite preload_suite = {
	.name		= "preload",
	.init		= kernel_init,
	.test_cases	= preload_cases,
};

kunit_test_suite(preload_suite);
