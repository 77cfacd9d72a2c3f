/* EMB-009: ordinary deep calls of libc. */
#include <dlfcn.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kit/work.h"
#include "net/outside.h"

enum { CALLERS = 100, TIMES = 10 };

static void use_printf(void)
{
	char text[400];

	snprintf(text, sizeof(text), "%.50f %Lg %a %s", 1e30 / 3, 2.5L, 1.5,
		 "text");
	CHECK_EQ(strtod(text, NULL) > 3e29, true);
}

static int by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static void use_qsort(void)
{
	int all[500];

	for (int i = 0; i < 500; i++)
		all[i] = i * 7919 % 500;
	qsort(all, 500, sizeof(all[0]), by_value);
	for (int i = 0; i < 500; i++)
		REQUIRE_EQ(all[i], i);
}

static void use_regex(void)
{
	regex_t r;

	REQUIRE_EQ(regcomp(&r, "^(a|b)*c{2,5}[[:alpha:]]+$", REG_EXTENDED), 0);
	CHECK_EQ(regexec(&r, "ababccxyz", 0, NULL, 0), 0);
	regfree(&r);
}

static void use_dlopen(void)
{
	void *m = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);

	CHECK(m != NULL);
	if (m != NULL) {
		CHECK(dlsym(m, "cos") != NULL);
		dlclose(m);
	}
}

static bool known; /* localhost is */

static void use_names(void)
{
	CHECK_EQ(have_localhost(), known);
}

static void use_time(void)
{
	time_t t = 1e9;
	struct tm tm;
	char text[100];

	CHECK(localtime_r(&t, &tm) != NULL);
	CHECK_GT(strftime(text, sizeof(text), "%c %Z", &tm), 0);
}

static void call_libc(void *arg)
{
	(void)arg;
	for (int i = 0; i < TIMES; i++) {
		use_printf();
		use_qsort();
		use_regex();
		use_dlopen();
		use_names();
		use_time();
		yield();
	}
	finish();
}

CASE(EMB_009, "deep calls of libc have room on a stack of the usual size",
     .stack = 32768, .flags = CASE_NOT_SANITIZED, .timeout_ms = 30000)
{
	known = have_localhost();
	for (int i = 0; i < CALLERS; i++)
		go(call_libc, NULL);
	while (atomic_load_explicit(&finished, memory_order_acquire) < CALLERS)
		sleep_ns(MS);
}
