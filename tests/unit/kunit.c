// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the suite that it is linked with.  Prints TAP, and exits with 0 if
 * every case passed.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct shim_memory {
	struct shim_memory *next;
	max_align_t bytes[];
};

static void shim_print(const char *format, va_list args)
{
	fputs("# ", stdout);
	vprintf(format, args);
	if (format[strlen(format) - 1] != '\n')
		putchar('\n');
}

void kunit_info(const struct kunit *test, const char *format, ...)
{
	va_list args;

	(void)test;
	va_start(args, format);
	shim_print(format, args);
	va_end(args);
}

void shim_failed(struct kunit *test, const struct shim_check *check,
		 const char *format, ...)
{
	va_list args;

	printf("# %s:%d: expected %s, got %lld and %lld\n", check->file,
	       check->line, check->text, check->left, check->right);
	if (format[1]) {
		va_start(args, format);
		shim_print(format, args);
		va_end(args);
	}
	test->failed = true;
	if (check->abort)
		longjmp(test->abort, 1);
}

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	struct shim_memory *memory = calloc(1, sizeof(*memory) + size);

	(void)gfp;
	if (!memory)
		return NULL;
	memory->next = test->memory;
	test->memory = memory;
	return memory->bytes;
}

static void shim_free(struct kunit *test)
{
	struct shim_memory *memory;

	while ((memory = test->memory)) {
		test->memory = memory->next;
		free(memory);
	}
}

static bool shim_run(const struct kunit_suite *suite,
		     const struct kunit_case *test_case)
{
	struct kunit test = { .name = test_case->name };

	if (!setjmp(test.abort)) {
		if (suite->init && suite->init(&test))
			test.failed = true;
		else
			test_case->run_case(&test);
	}
	if (suite->exit)
		suite->exit(&test);
	shim_free(&test);
	return !test.failed;
}

int main(void)
{
	const struct kunit_case *cases = shim_suite->test_cases;
	unsigned int i, count = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (cases[count].run_case)
		count++;
	printf("1..%u\n", count);
	for (i = 0; i < count; i++) {
		bool ok = shim_run(shim_suite, &cases[i]);

		printf("%s %u %s.%s\n", ok ? "ok" : "not ok", i + 1,
		       shim_suite->name, cases[i].name);
		failed += !ok;
	}
	printf("%u passed, %u failed\n", count - failed, failed);
	return failed || !count;
}
