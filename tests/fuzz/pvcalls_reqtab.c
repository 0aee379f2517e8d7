// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of requests, beside a plain list of all that was ever asked.
 *
 * The input is a list of operations; the answers of the backend are answers
 * that are due, ones that were due once, ones that are wrong in one word, and
 * nonsense.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/errno.h>

#include "fuzz.h"
#include "pvcalls-front/reqtab.h"

/* An input of more operations than this is cut. */
#define ASKED_MAX	640
/* Every id of a slot comes again after as many requests as this. */
#define GENERATION_MASK	(U32_MAX >> PVFRONT_REQTAB_BITS)

/**
 * struct asked - a request
 * @id: its socket
 * @cmd: its command
 * @req_id: what the table said
 * @index: what the table said
 * @due: an answer is
 */
struct asked {
	u64 id;
	u32 cmd;
	u32 req_id;
	int index;
	bool due;
};

/**
 * struct model - the code under test and what it should do
 * @tab: the table
 * @old: the same before the last operation, its slots in use
 * @size: as many requests may wait
 * @waiting: as many do
 * @asked: every request there ever was
 * @nr: how many
 */
struct model {
	struct pvfront_reqtab *tab;
	struct pvfront_reqtab *old;
	unsigned int size;
	unsigned int waiting;
	struct asked asked[ASKED_MAX];
	unsigned int nr;
};

enum operation {
	ADD,
	ADD_MANY,
	TAKE_ASKED,
	TAKE_ASKED_WRONG_CMD,
	TAKE_ASKED_WRONG_ID,
	TAKE_ASKED_WRONG_REQ_ID,
	TAKE_NONSENSE,
	INIT,
	OPERATIONS
};

static void remember(struct model *m)
{
	memcpy(m->old->slots, m->tab->slots, m->size * sizeof(m->old->slots[0]));
	m->old->size = m->tab->size;
	m->old->first_free = m->tab->first_free;
	m->old->pending = m->tab->pending;
}

static bool unchanged(const struct model *m)
{
	return m->tab->size == m->old->size &&
	       m->tab->first_free == m->old->first_free &&
	       m->tab->pending == m->old->pending &&
	       !memcmp(m->tab->slots, m->old->slots,
		       m->size * sizeof(m->old->slots[0]));
}

static void start(struct model *m, unsigned int size)
{
	unsigned int i;

	pvfront_reqtab_init(m->tab, size);
	m->size = size < PVFRONT_REQTAB_MAX ? size : PVFRONT_REQTAB_MAX;
	m->waiting = 0;
	for (i = 0; i < m->nr; i++)
		m->asked[i].due = false;
	FUZZ_CHECK(m->tab->size == m->size);
}

/*
 * The searches are not traced: libFuzzer would learn of the list what it wants
 * to know of the table, and take its time.
 */
#define UNTRACED __attribute__((no_sanitize("coverage")))

UNTRACED static bool is_new(const struct model *m, const struct asked *new)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		const struct asked *before = &m->asked[i];

		if (before->req_id == new->req_id ||
		    (before->due && before->index == new->index))
			return false;
	}
	return true;
}

UNTRACED static struct asked *find_due(struct model *m, u32 req_id, u32 cmd,
				       u64 id)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		struct asked *due = &m->asked[i];

		if (due->due && due->req_id == req_id && due->cmd == cmd &&
		    due->id == id)
			return due;
	}
	return NULL;
}

static void add(struct model *m, u32 cmd, u64 id)
{
	struct asked *new = &m->asked[m->nr];

	if (m->nr == ASKED_MAX)
		return;
	new->cmd = cmd;
	new->id = id;
	new->due = true;
	new->index = pvfront_reqtab_add(m->tab, cmd, id, &new->req_id);
	if (m->waiting == m->size) {
		FUZZ_CHECK(new->index == -EBUSY);
		FUZZ_CHECK(unchanged(m));
		return;
	}
	FUZZ_CHECK(new->index >= 0 && (unsigned int)new->index < m->size);
	FUZZ_CHECK(is_new(m, new));
	m->waiting++;
	m->nr++;
}

static void take(struct model *m, u32 req_id, u32 cmd, u64 id)
{
	int ret = pvfront_reqtab_take(m->tab, req_id, cmd, id);
	struct asked *due = find_due(m, req_id, cmd, id);

	if (due) {
		FUZZ_CHECK(ret == due->index);
		due->due = false;
		m->waiting--;
		return;
	}
	FUZZ_CHECK(ret == -EPROTO);
	FUZZ_CHECK(unchanged(m));
}

/* An answer to a request that there was, in which @wrong are not right. */
static void take_asked(struct model *m, unsigned int which,
		       const struct asked *wrong)
{
	const struct asked *asked;

	if (!m->nr)
		return;
	asked = &m->asked[which % m->nr];
	take(m, asked->req_id ^ wrong->req_id, asked->cmd ^ wrong->cmd,
	     asked->id ^ wrong->id);
}

static void step(struct model *m, struct fuzz_input *in)
{
	struct asked wrong = { 0 };
	unsigned int which, count;

	remember(m);
	switch (fuzz_u8(in) % OPERATIONS) {
	case ADD:
		wrong.cmd = fuzz_u32(in);
		add(m, wrong.cmd, fuzz_u64(in));
		break;
	case ADD_MANY:
		for (count = fuzz_u8(in) % 64; count; count--) {
			remember(m);
			add(m, count % 7, count);
		}
		break;
	case TAKE_ASKED:
		take_asked(m, fuzz_u16(in), &wrong);
		break;
	case TAKE_ASKED_WRONG_CMD:
		which = fuzz_u16(in);
		wrong.cmd = fuzz_u32(in);
		take_asked(m, which, &wrong);
		break;
	case TAKE_ASKED_WRONG_ID:
		which = fuzz_u16(in);
		wrong.id = fuzz_u64(in);
		take_asked(m, which, &wrong);
		break;
	case TAKE_ASKED_WRONG_REQ_ID:
		which = fuzz_u16(in);
		wrong.req_id = fuzz_u32(in);
		take_asked(m, which, &wrong);
		break;
	case TAKE_NONSENSE:
		wrong.req_id = fuzz_u32(in);
		wrong.cmd = fuzz_u32(in);
		take(m, wrong.req_id, wrong.cmd, fuzz_u64(in));
		break;
	case INIT:
		start(m, fuzz_u16(in));
		break;
	}
	FUZZ_CHECK(m->tab->pending == m->waiting);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = { data, size };
	struct model *m = fuzz_alloc(sizeof(*m));
	u32 generation;
	unsigned int i;

	m->nr = 0;
	m->tab = fuzz_alloc(sizeof(*m->tab));
	m->old = fuzz_alloc(sizeof(*m->old));
	memset(m->tab, 0, sizeof(*m->tab));
	/* As after a long time, maybe just before the ids begin anew. */
	generation = GENERATION_MASK & -(u32)fuzz_u8(&in);
	for (i = 0; i < PVFRONT_REQTAB_MAX; i++)
		m->tab->slots[i].generation = generation;
	start(m, 1 + fuzz_u8(&in) % 64);
	while (in.left)
		step(m, &in);
	free(m->tab);
	free(m->old);
	free(m);
	return 0;
}
