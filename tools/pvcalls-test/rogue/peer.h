/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a rogue peer is made of, at either end of the protocol: deadlines,
 * numbers by chance that can be had again, xenstore, and named cases.
 *
 * A case that finds the other end misbehaving ends the program by
 * peer_fail(); the kernel then takes back whatever the program held.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef ROGUE_PEER_H
#define ROGUE_PEER_H

#include <linux/types.h>
#include <xen/io/xenbus.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct xs_handle;

/**
 * struct peer_case - one misbehaviour
 * @name: for the command line
 * @text: what it does, for people
 * @run: returns if the other end took it well
 * @slow: takes long, or is much like another one: not part of every run
 */
struct peer_case {
	const char *name;
	const char *text;
	void (*run)(void);
	bool slow;
};

#define PEER_CASE(_name, _text, _run) \
	{ .name = (_name), .text = (_text), .run = (_run) }
#define PEER_SLOW(_name, _text, _run) \
	{ .name = (_name), .text = (_text), .run = (_run), .slow = true }
#define PEER_END { .name = NULL }

/**
 * struct peer_program - what main() needs to know of a rogue
 * @name: of the program
 * @groups: arrays of cases, each ends with one that has no name
 * @begin: before a case
 * @end: after a case that the other end took well
 * @random: mixes everything until a deadline
 * @hold: go to a state with that name and stay there; returns if there is none
 * @get: the same, but say how that went and exit; may be NULL
 */
struct peer_program {
	const char *name;
	const struct peer_case *const *groups;
	void (*begin)(void);
	void (*end)(void);
	void (*random)(u64 deadline);
	void (*hold)(const char *name);
	void (*get)(const char *name);
};

int peer_main(const struct peer_program *program, int argc, char **argv);

void peer_say(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void peer_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Milliseconds; deadlines are stretched by LAB_SLOW. */
u64 peer_now(void);
u64 peer_deadline(unsigned int ms);
bool peer_passed(u64 deadline);
void peer_nap(void);
void peer_nap_store(void);

void peer_seed(u64 seed);
u32 peer_random(void);
u32 peer_below(u32 limit);
u32 peer_word(void);

struct xs_handle *peer_store(void);
char *peer_read(const char *dir, const char *key);
void peer_write(const char *dir, const char *key, const char *value);
void peer_write_number(const char *dir, const char *key, u32 number);
void peer_remove(const char *dir, const char *key);
enum xenbus_state peer_state(const char *dir);

/* Words that the other end may change, or look at, at any time. */
static inline u32 peer_get(const u32 *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static inline void peer_set(u32 *word, u32 value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

#endif /* ROGUE_PEER_H */
