// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of a rogue peer.  See peer.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

static int peer_usage(const struct peer_program *program)
{
	fprintf(stderr,
		"usage: %s list | CASE [SEED] | random SECONDS SEED | hold STATE | get STATE | reset\n",
		program->name);
	return 2;
}

static int peer_list(const struct peer_program *program)
{
	const struct peer_case *const *group;
	const struct peer_case *one;

	for (group = program->groups; *group; group++)
		for (one = *group; one->name; one++)
			printf("%s %s %s\n", one->name,
			       one->slow ? "slow" : "short", one->text);
	return 0;
}

static const struct peer_case *peer_find(const struct peer_program *program,
					 const char *name)
{
	const struct peer_case *const *group;
	const struct peer_case *one;

	for (group = program->groups; *group; group++)
		for (one = *group; one->name; one++)
			if (!strcmp(one->name, name))
				return one;
	return NULL;
}

static int peer_run_random(const struct peer_program *program,
			   const char *seconds, const char *seed)
{
	peer_seed(strtoull(seed, NULL, 0));
	peer_say("seed %s", seed);
	program->begin();
	/* The time is part of what is asked for: it is not stretched. */
	program->random(peer_now() + strtoul(seconds, NULL, 0) * 1000);
	program->end();
	return 0;
}

static int peer_run_case(const struct peer_program *program,
			 const struct peer_case *one, const char *seed)
{
	peer_seed(strtoull(seed, NULL, 0));
	program->begin();
	one->run();
	program->end();
	peer_say("%s: taken well", one->name);
	return 0;
}

/**
 * peer_main - main() of a rogue peer
 * @program: what it can do
 * @argc: as main() has it
 * @argv: as main() has it
 *
 * Return: status of the process: 0 if the other end took it well, 2 for a
 * command line that makes no sense; peer_fail() exits with 1.
 */
int peer_main(const struct peer_program *program, int argc, char **argv)
{
	const struct peer_case *one;

	if (argc < 2)
		return peer_usage(program);
	if (!strcmp(argv[1], "list"))
		return peer_list(program);
	if (!strcmp(argv[1], "random") && argc == 4)
		return peer_run_random(program, argv[2], argv[3]);
	if (!strcmp(argv[1], "hold") && argc == 3) {
		program->begin();
		program->hold(argv[2]);
		return peer_usage(program);
	}
	if (!strcmp(argv[1], "get") && argc == 3 && program->get) {
		program->begin();
		program->get(argv[2]);
		return peer_usage(program);
	}
	if (!strcmp(argv[1], "reset")) {
		program->begin();
		program->end();
		return 0;
	}
	one = peer_find(program, argv[1]);
	if (!one || argc > 3)
		return peer_usage(program);
	return peer_run_case(program, one, argc == 3 ? argv[2] : "1");
}
