// SPDX-License-Identifier: GPL-2.0-only
/*
 * pvcallsctl: what the admin of a PV Calls backend wants to see and to set.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "value.h"

#define VERSION "0.1"

/**
 * struct command - a subcommand
 * @words: its name, one or two words
 * @arguments: what stands behind it
 * @min: words of that at least
 * @max: and at most
 * @run: what it does
 */
struct command {
	const char *words[2];
	const char *arguments;
	int min, max;
	enum status (*run)(char **words, int nr);
};

static const struct command commands[] = {
	{ { "list" }, "", 0, 0, command_list },
	{ { "show" }, "DOM", 1, 1, command_show },
	{ { "stats" }, "DOM", 1, 1, command_stats },
	{ { "watch" }, "[DOM]", 0, 1, command_watch },
	{ { "policy", "show" }, "DOM", 1, 1, command_policy_show },
	{ { "policy", "set" }, "DOM connect|bind \"RULE ...\"", 3, 3,
	  command_policy_set },
	{ { "policy", "unset" }, "DOM connect|bind", 2, 2,
	  command_policy_unset },
	{ { "policy", "check" }, "\"RULE ...\"", 1, 1, command_policy_check },
	{ { "netns", "set" }, "DOM NAME|none", 2, 2, command_netns_set },
	{ { "limit", "set" }, "DOM NAME VALUE", 3, 3, command_limit_set },
	{ { "limit", "unset" }, "DOM NAME", 2, 2, command_limit_unset },
	{ { "mark", "set" }, "DOM NUMBER|none", 2, 2, command_mark_set },
};

static void usage(FILE *file)
{
	const struct command *command;

	for (command = commands; command < commands + ARRAY_SIZE(commands); command++) {
		const char *second = command->words[1];

		fprintf(file, "%s pvcallsctl %s%s%s%s%s\n",
			command == commands ? "usage:" : "      ",
			command->words[0], second ? " " : "",
			second ? second : "",
			*command->arguments ? " " : "", command->arguments);
	}
	fputs("DOM is the name or the number of a domain, see pvcallsctl(8)\n",
	      file);
}

/* How many words of the command line are the command's name; 0 if not. */
static int command_is(const struct command *command, char **words, int nr)
{
	if (nr < 1 || strcmp(words[0], command->words[0]))
		return 0;
	if (!command->words[1])
		return 1;
	return nr > 1 && !strcmp(words[1], command->words[1]) ? 2 : 0;
}

static enum status command_run(const struct command *command, char **words,
			       int nr)
{
	enum status status;

	if (nr < command->min || nr > command->max) {
		complain("these are too %s words for it",
			 nr < command->min ? "few" : "many");
		usage(stderr);
		return STATUS_USAGE;
	}
	status = command->run(words, nr);
	store_close();
	return status;
}

static enum status run(char **words, int nr)
{
	unsigned int i;
	int own;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		own = command_is(&commands[i], words, nr);
		if (own)
			return command_run(&commands[i], words + own,
					   nr - own);
	}
	complain("%s%s%s", nr ? "there is no command \"" : "no command given",
		 nr ? words[0] : "", nr ? "\"" : "");
	usage(stderr);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	enum status status;

	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		usage(stdout);
		return STATUS_OK;
	}
	if (argc > 1 && !strcmp(argv[1], "-V")) {
		puts("pvcallsctl " VERSION);
		return STATUS_OK;
	}
	/* Output that nobody wants is an error, not the end. */
	signal(SIGPIPE, SIG_IGN);
	status = run(argv + 1, argc - 1);
	if (fflush(stdout) && !status)
		status = STATUS_FAILED;
	return status;
}
