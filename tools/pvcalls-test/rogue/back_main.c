// SPDX-License-Identifier: GPL-2.0-only
/*
 * rogue-back: the command line and the loop.  See back.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include "back.h"

/* However a run goes wrong, it comes to an end. */
#define MAIN_LIFETIME_MS	(30 * 60 * 1000)

static const struct back_case back_case_honest = {
	.name = "honest",
	.text = "does nothing wrong",
};

static const struct back_case *const main_tables[] = {
	back_cases_command,
	back_cases_data,
	back_cases_bus,
};

static const struct back_case *main_find(const char *name)
{
	const struct back_case *one;
	size_t i;

	if (!strcmp(name, back_case_honest.name))
		return &back_case_honest;
	if (!strcmp(name, back_case_random.name))
		return &back_case_random;
	for (i = 0; i < ARRAY_SIZE(main_tables); i++)
		for (one = main_tables[i]; one->name; one++)
			if (!strcmp(name, one->name))
				return one;
	return NULL;
}

static int main_list(void)
{
	const struct back_case *one;
	size_t i;

	printf("%-24s %s\n", back_case_honest.name, back_case_honest.text);
	for (i = 0; i < ARRAY_SIZE(main_tables); i++)
		for (one = main_tables[i]; one->name; one++)
			printf("%-24s %s\n", one->name, one->text);
	printf("%-24s %s\n", back_case_random.name, back_case_random.text);
	return 0;
}

/* Events say that there is something; what it is, memory says. */
static void main_wait(struct back *back)
{
	struct pollfd events = {
		.fd = xenevtchn_fd(back->events),
		.events = POLLIN,
	};
	xenevtchn_port_or_error_t port;

	while (poll(&events, 1, 0) > 0) {
		port = xenevtchn_pending(back->events);
		if (port >= 0)
			xenevtchn_unmask(back->events, port);
	}
	poll(&events, 1, BACK_TICK_MS);
}

static void main_serve(struct back *back)
{
	struct back_sock *sock;

	if (back->frozen)
		return;
	back_command_serve(back);
	for (sock = back->socks; sock; sock = sock->next)
		back_sock_serve(back, sock);
}

static void main_loop(struct back *back, u64 lifetime)
{
	u64 end = peer_now() + lifetime, tick = 0, look = 0;

	while (peer_now() < end) {
		main_wait(back);
		main_serve(back);
		if (peer_now() >= look) {
			back_bus_look(back);
			look = peer_now() + BACK_LOOK_MS;
		}
		if (peer_now() >= tick && back->which->tick) {
			back->which->tick(back);
			tick = peer_now() + BACK_TICK_MS;
		}
	}
}

static int main_usage(void)
{
	fputs("usage: rogue-back list\n"
	      "       rogue-back DOMID CASE [SEED]\n"
	      "       rogue-back DOMID random SECONDS SEED\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct back back = { .evtchn = -1 };
	u64 lifetime = MAIN_LIFETIME_MS;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "list"))
		return main_list();
	if (argc < 3)
		return main_usage();
	back.domid = atoi(argv[1]);
	back.which = main_find(argv[2]);
	if (!back.which)
		return main_usage();
	if (back.which == &back_case_random) {
		if (argc != 5)
			return main_usage();
		lifetime = atoi(argv[3]) * 1000ULL;
	}
	peer_seed(argc > 3 ? strtoull(argv[argc - 1], NULL, 0) : 1);
	back.comes_back = back.which == &back_case_honest ||
			  back.which == &back_case_random;
	back.grants = xengnttab_open(NULL, 0);
	back.events = xenevtchn_open(NULL, 0);
	if (!back.grants || !back.events)
		back_die("/dev/xen");
	back_bus_open(&back);
	back_bus_begin(&back);
	main_loop(&back, lifetime);
	back_say("done, struck %u times", back.hits);
	return 0;
}
