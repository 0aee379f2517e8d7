/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands.  Each gets what stands behind its name on the command
 * line, and has as many words there as main.c says.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "store.h"

/* show.c: look */
enum status command_list(char **words, int nr);
enum status command_show(char **words, int nr);
enum status command_stats(char **words, int nr);
enum status command_policy_show(char **words, int nr);
void show_table(void);

/* set.c: change */
enum status command_policy_check(char **words, int nr);
enum status command_policy_set(char **words, int nr);
enum status command_policy_unset(char **words, int nr);
enum status command_limit_set(char **words, int nr);
enum status command_limit_unset(char **words, int nr);
enum status command_netns_set(char **words, int nr);
enum status command_mark_set(char **words, int nr);

/* watch.c: look on */
enum status command_watch(char **words, int nr);

#endif /* COMMAND_H */
