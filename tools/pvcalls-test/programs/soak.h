/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * soak: many connections for a long time, each byte of them checked.
 *
 * A connection begins with a struct soak_head of the client, which says what
 * is done with it; all bytes after it, in both directions, are those of
 * soak_fill(), so either end knows what has to come.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum soak_job {
	SOAK_ECHO,	/* bytes there and back; then the client closes */
	SOAK_SEND,	/* bytes there, and at once the client closes */
	SOAK_FETCH,	/* bytes back, and at once the server closes */
	SOAK_LEAVE,	/* as ECHO, but the client closes on the way */
	SOAK_DROP,	/* as ECHO, but the server closes on the way */
	SOAK_JOBS
};

/**
 * struct soak_head - what a connection is for; in network order
 * @job: an enum soak_job
 * @seed: of all its bytes
 * @bytes: how many, in each direction that has any
 */
struct soak_head {
	uint32_t job;
	uint32_t seed;
	uint32_t bytes;
};

#define SOAK_MOST	4096
#define SOAK_PIECE	16384

extern const char *const soak_names[SOAK_JOBS];

void soak_fill(unsigned char *data, size_t len, uint32_t seed, uint32_t at);
bool soak_right(const unsigned char *data, size_t len, uint32_t seed,
		uint32_t at);
void soak_files(void);

uint32_t soak_random(void);
void soak_pace_start(unsigned int seed, int seconds);
bool soak_pace_lasts(int64_t now);
bool soak_pace_connect(int64_t now);
void soak_pace_connected(void);
unsigned int soak_pace_takes(void);
int64_t soak_pace_rest(unsigned int longest);
int soak_pace_nap(int64_t until, bool room);

int soak(char **argv);
int soak_serve(const char *addr, unsigned int port, int protocol);

#endif /* SOAK_H */
