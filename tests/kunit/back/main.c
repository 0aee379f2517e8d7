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

unsigned int pvback_max_sockets = 64;
unsigned int pvback_max_pages = 2048;
unsigned int pvback_linger_bytes = 1 << 20;
unsigned int pvback_linger_timeout = 30;
char *pvback_connect_policy = "+any";
char *pvback_bind_policy = "+any";
/* Made for each test: the suites run before a module_init() does. */
struct workqueue_struct *pvback_wq;

kunit_test_suites(&back_command_suite, &back_pages_suite, &back_state_suite, &back_socket_suite,
		  &back_data_suite, &back_release_suite, &back_memory_suite);

MODULE_DESCRIPTION("KUnit suites of the PV Calls backend's engine");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
