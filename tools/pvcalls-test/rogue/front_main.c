// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-front: a hostile PV Calls frontend in user space.
 *
 * Runs in a guest whose kernel has no PV Calls frontend, with xen-gntalloc
 * and xen-evtchn loaded.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stddef.h>

#include "front.h"

static const struct peer_case *const front_groups[] = {
	command_cases, field_cases, state_cases, grant_cases, data_cases,
	net_cases, store_cases, load_cases, many_cases, inet6_cases,
	names_cases, sockopt_cases, shutdown_cases, NULL,
};

static const struct peer_program front_program = {
	.name = "rogue-front",
	.groups = front_groups,
	.begin = device_begin,
	.end = device_end,
	.random = front_random,
	.hold = front_hold,
	.get = front_get,
};

int main(int argc, char **argv)
{
	return peer_main(&front_program, argc, argv);
}
