// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the client of soak does what.
 *
 * It is to find what is lost and what is left, not how slow everything becomes
 * with more to do than the machine can.  A connect that takes longer than
 * others says that it has too much to do already: so one at a time, a pause
 * after each that is so much longer than it took, and all connections rest for
 * the longer the longer that was.  On a slow machine, too, most places have a
 * connection, and few are about to get one.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "client.h"
#include "soak.h"

/* The pause after a connect, in times that it took. */
#define SOAK_PAUSE	7

/* In the end they go on one after another, within so many milliseconds. */
#define SOAK_LAST	60000

/* A rest, in milliseconds, and on average in times that a connect takes. */
#define SOAK_REST_LEAST		100
#define SOAK_REST_CONNECTS	512

/* A client looks around again after so many milliseconds at the latest. */
#define SOAK_NAP	1000

static uint32_t state;
static int64_t end;
static unsigned int takes;
static int64_t began;
static int64_t next;

uint32_t soak_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/**
 * soak_pace_start - the client begins
 * @seed: of all that it does
 * @seconds: how long
 */
void soak_pace_start(unsigned int seed, int seconds)
{
	state = seed | 1;
	end = now_ms() + seconds * 1000LL;
}

/* Has the time not ended? */
bool soak_pace_lasts(int64_t now)
{
	return now < end;
}

/* May another connect begin? Then it has. */
bool soak_pace_connect(int64_t now)
{
	if (began || now < next)
		return false;
	began = now;
	return true;
}

/* The connect has ended, well or badly. */
void soak_pace_connected(void)
{
	int64_t now = now_ms(), took = now - began;

	next = now + SOAK_PAUSE * took;
	/* Much the same as the last few. */
	takes = (takes * 7 + took) / 8;
	began = 0;
}

/* What a connect takes, in milliseconds. */
unsigned int soak_pace_takes(void)
{
	return takes;
}

/**
 * soak_pace_rest - how long a connection rests
 * @longest: in milliseconds
 *
 * Return: when the rest ends, in milliseconds of now_ms().
 */
int64_t soak_pace_rest(unsigned int longest)
{
	unsigned int most = SOAK_REST_CONNECTS * 2 * takes;
	int64_t rests, last = end + soak_random() % SOAK_LAST;

	if (most > longest)
		most = longest;
	rests = now_ms() + SOAK_REST_LEAST + soak_random() % (most + 1);
	return rests < last ? rests : last;
}

/**
 * soak_pace_nap - how long poll() may wait, unless something happens
 * @until: when a rest ends, in milliseconds of now_ms()
 * @room: there is a place for another connection
 *
 * Return: milliseconds, a second at most: stalls are looked for, too.
 */
int soak_pace_nap(int64_t until, bool room)
{
	int64_t now = now_ms(), nap;

	if (room && soak_pace_lasts(now) && !began && next < until)
		until = next;
	nap = until - now;
	if (nap < SOAK_REST_LEAST)
		return SOAK_REST_LEAST;
	return nap < SOAK_NAP ? nap : SOAK_NAP;
}
