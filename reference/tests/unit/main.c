/*
 * main.c - runs the suites of a binary.
 *
 * The last line is "NAME: N passed, N failed", by tests; a test fails if one
 * of its assertions does.
 */
#include "unit.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_S = 120 };

static bool add_suite(const struct unit_suite *s)
{
	CU_pSuite suite = CU_add_suite(s->name, NULL, NULL);

	if (!suite)
		return false;
	for (const struct unit_test *t = s->tests; t->name; t++)
		if (!CU_add_test(suite, t->name, t->run))
			return false;
	return true;
}

static bool add_all(void)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return false;
	for (size_t i = 0; unit_suites[i]; i++)
		if (!add_suite(unit_suites[i]))
			return false;
	return true;
}

int main(void)
{
	unsigned run, failed;

	setvbuf(stdout, NULL, _IONBF, 0);
	alarm(PATIENCE_S); /* a hang is a failure */
	if (!add_all()) {
		fprintf(stderr, "%s: CUnit: %s\n", unit_name,
			CU_get_error_msg());
		return 1;
	}
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	printf("%s: %u passed, %u failed\n", unit_name, run - failed, failed);
	return run == 0 || failed > 0;
}

void unit_eq(int64_t got, int64_t want, const char *what, const char *file,
	     int line)
{
	char text[200];

	snprintf(text, sizeof(text), "%s is %lld, not %lld", what,
		 (long long)got, (long long)want);
	CU_assertImplementation(got == want, (unsigned)line, text, file, "",
				CU_FALSE);
}

void unit_str(const char *got, const char *want, const char *what,
	      const char *file, int line)
{
	char text[400];

	snprintf(text, sizeof(text), "%s is \"%s\", not \"%s\"", what,
		 got ? got : "(null)", want);
	CU_assertImplementation(got && strcmp(got, want) == 0, (unsigned)line,
				text, file, "", CU_FALSE);
}

uint32_t unit_rand(uint32_t n)
{
	static uint64_t x = UINT64_C(88172645463325252);

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(((x >> 32) * n) >> 32);
}
