/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * victim: system calls on PV Calls sockets, and what came of each.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef VICTIM_H
#define VICTIM_H

#include <stdbool.h>
#include <stddef.h>

#define VICTIM_MARK	"/run/victim.mark"

/* What is told of a step; nothing if it is empty. */
struct said {
	char text[512];
};

/**
 * struct step - something to do
 * @name: before the colon
 * @run: what to do with what stands behind it
 */
struct step {
	const char *name;
	void (*run)(const char *arg, struct said *said);
};

/* victim_calls.c: one system call each, or a few. */
extern const struct step victim_calls[];

/* victim_steps.c: steps about other steps, or about the process. */
extern const struct step victim_steps[];
extern int victim_deadline;
bool victim_reap(int pid, int ms);
void victim_run(const char *step, struct said *said);
void victim_run_timed(const char *step, struct said *said);

#endif /* VICTIM_H */
