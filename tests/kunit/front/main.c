// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frontend's engine against a scripted backend: the module.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "fake.h"

kunit_test_suites(&front_command_suite, &front_liar_suite,
		  &front_connect_suite, &front_data_suite, &front_close_suite,
		  &front_listen_suite, &front_memory_suite);

MODULE_DESCRIPTION("KUnit suites of the PV Calls frontend's engine");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
