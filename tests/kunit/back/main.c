// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend's engine against a scripted frontend: the module.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../points.h"
#include "fake.h"
#include "pvcalls-back/main.h"

/* Buffers that TCP alone decides on, unless a test does. */
struct pvback_limits pvback_limit_defaults = {
	.value = {
		[PVBACK_MAX_SOCKETS]		= 64,
		[PVBACK_MAX_LISTENERS]		= 64,
		/* A full command ring of the largest order. */
		[PVBACK_MAX_BACKLOG]		= 16384,
		[PVBACK_MAX_PARKED]		= 512,
		[PVBACK_MAX_CONNECTING]		= 64,
		[PVBACK_MAX_PAGES]		= 2048,
		[PVBACK_MAX_LINGER_BYTES]	= 1 << 20,
		[PVBACK_TURN_BYTES]		= 256 << 10,
		[PVBACK_MAX_BUFFER]		= 1 << 30,
		[PVBACK_CONNECTS_PER_SECOND]	= 0,
	},
};

unsigned int pvback_uid_base = 70000;
unsigned int pvback_linger_timeout = PVBACK_LINGER_LEAST;
char *pvback_connect_policy = "+any";
char *pvback_bind_policy = "+any";
/* Made for each test: the suites run before a module_init() does. */
struct workqueue_struct *pvback_wq;

kunit_test_suites(&back_command_suite, &back_pages_suite, &back_state_suite,
		  &back_socket_suite, &back_data_suite, &back_release_suite,
		  &back_sockopt_suite, &back_option_use_suite,
		  &back_shutdown_suite, &back_memory_suite,
		  &back_limits_suite, &back_place_suite, &back_inet6_suite,
		  &back_name_suite, &back_seen_suite);

MODULE_DESCRIPTION("KUnit suites of the PV Calls backend's engine");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
