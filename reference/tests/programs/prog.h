/*
 * prog.h - what the test programs share: the way to say that something is
 * wrong, the choice of a mode by the first argument, the memory in use.
 */
#ifndef GORO_PROG_H
#define GORO_PROG_H

#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS GORO_MILLISECOND

/* Counts in check_failed what main returns. */
#define CHECK(ok) check(ok, #ok, __FILE__, __LINE__)

static int check_failed;

static inline void check(bool ok, const char *what, const char *file, int line)
{
	if (ok)
		return;
	check_failed = 1;
	printf("%s:%d: not so: %s\n", file, line, what);
	fflush(stdout);
}

struct mode {
	const char *name;
	goro_fn run;
};

/* The mode with that name of a list that ends with a NULL name. */
static inline goro_fn find_mode(const struct mode *modes, const char *name)
{
	for (; modes->name; modes++)
		if (name && strcmp(name, modes->name) == 0)
			return modes->run;
	fprintf(stderr, "no such mode: %s\n", name ? name : "none");
	exit(64);
}

static inline long number_arg(const char *text)
{
	return text ? strtol(text, NULL, 10) : 0;
}

/* Returns after n goroutines wait for a lock: they say so before they do. */
static inline void wait_stuck(int n)
{
	static char text[1 << 14];
	int stuck = 0;

	while (stuck < n) {
		goro_sleep(MS);
		goro_dump(text, sizeof(text));
		stuck = 0;
		for (const char *at = text; (at = strstr(at, "Lock]:")); at++)
			stuck++;
	}
}

/* Resident bytes of this process. */
static inline int64_t resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long long size, pages = 0;

	CHECK(f && fscanf(f, "%lld %lld", &size, &pages) == 2);
	if (f)
		fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

#endif
