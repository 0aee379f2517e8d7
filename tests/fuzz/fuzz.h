/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share: input taken piece by piece, and checks.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _TESTS_FUZZ_H
#define _TESTS_FUZZ_H

#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What libFuzzer calls with one input after the other; returns 0. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* A finding: libFuzzer keeps the input that led here. */
#define FUZZ_CHECK(condition)						\
do {									\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
			__LINE__, #condition);				\
		abort();						\
	}								\
} while (0)

/**
 * struct fuzz_input - what is left of an input
 * @data: its first byte
 * @left: how many bytes
 */
struct fuzz_input {
	const u8 *data;
	size_t left;
};

/* The next bytes; behind the end of the input there are zeroes. */
static inline void fuzz_bytes(struct fuzz_input *in, void *to, size_t count)
{
	size_t some = in->left < count ? in->left : count;

	memset(to, 0, count);
	if (!some)
		return;
	memcpy(to, in->data, some);
	in->data += some;
	in->left -= some;
}

static inline u8 fuzz_u8(struct fuzz_input *in)
{
	u8 value;

	fuzz_bytes(in, &value, sizeof(value));
	return value;
}

static inline u16 fuzz_u16(struct fuzz_input *in)
{
	u16 value;

	fuzz_bytes(in, &value, sizeof(value));
	return value;
}

static inline u32 fuzz_u32(struct fuzz_input *in)
{
	u32 value;

	fuzz_bytes(in, &value, sizeof(value));
	return value;
}

static inline u64 fuzz_u64(struct fuzz_input *in)
{
	u64 value;

	fuzz_bytes(in, &value, sizeof(value));
	return value;
}

/* Memory of exactly this size, so that the sanitizer sees what is beyond. */
static inline void *fuzz_alloc(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		abort();
	return memory;
}

#endif /* _TESTS_FUZZ_H */
