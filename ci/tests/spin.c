/*
 * spin.c - a bench program that really computes for a while, so that real
 * noise is in its figures; see ../../benchmarks/README.md for its contract.
 *
 * --factor is how much an iteration does, 1 by default.  --kind is what is
 * wrong with it: crash, usage, error, skip, lacks, cut, hang, nolist; or what
 * is wrong with one workload, as in "sync/mutex:error".
 */
#define _GNU_SOURCE
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEPS 200

static const char *const names[] = {"core/yield", "chan/pingpong", "sync/mutex",
				    NULL};

static const char *pattern = "", *json = "/dev/null";
static const char *kind = "";
static double min_time = 0.2, factor = 1;
static long fixed;
static bool list;
static volatile uint64_t result;

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What is wrong with this workload, "" if nothing is. */
static const char *kind_of(const char *name)
{
	size_t n = strlen(name);

	if (strncmp(kind, name, n) == 0 && kind[n] == ':')
		return kind + n + 1;
	return strchr(kind, ':') ? "" : kind;
}

static void spin(long iterations, long steps)
{
	uint64_t x = result;

	for (long i = 0; i < iterations; i++)
		for (long k = 0; k < steps; k++)
			x = x * 6364136223846793005u + 1442695040888963407u;
	result = x;
}

static void measure(FILE *f, const char *name)
{
	long steps = (long)(STEPS * factor);
	double wall = 0, cpu = 0;
	long n = fixed ? fixed : 1000;

	for (;; n *= 2) {
		wall = now(CLOCK_MONOTONIC);
		cpu = now(CLOCK_PROCESS_CPUTIME_ID);
		spin(n, steps);
		cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		wall = now(CLOCK_MONOTONIC) - wall;
		if (fixed || cpu >= min_time)
			break;
	}
	fprintf(f,
		"{\"name\": \"%s\", \"run_name\": \"%s\", \"iterations\": %ld, "
		"\"real_time\": %.6f, \"cpu_time\": %.6f, \"time_unit\": "
		"\"ns\", \"items_per_second\": %.6f}",
		name, name, n, wall / (double)n * 1e9, cpu / (double)n * 1e9,
		(double)n / wall);
}

static bool report(FILE *f, const char *name)
{
	const char *wrong = kind_of(name);

	if (strcmp(wrong, "crash") == 0)
		raise(SIGSEGV);
	if (strcmp(wrong, "hang") == 0)
		sleep(1000);
	if (strcmp(wrong, "error") == 0) {
		fprintf(f,
			"{\"name\": \"%s\", \"error_occurred\": true, "
			"\"error_message\": \"sum is 1, not 2\"}",
			name);
		return false;
	}
	measure(f, name);
	return true;
}

/* All that match; the last one counts for what is wrong. */
static int run(const char *name)
{
	const char *wrong = kind_of(name);
	FILE *f = fopen(json, "w");
	bool good = true;

	if (!f)
		return 2;
	fputs("{\"context\": {\"runtime\": \"spin\", \"version\": \"1\"}, "
	      "\"benchmarks\": [",
	      f);
	if (strcmp(wrong, "skip") == 0) {
		fprintf(f,
			"], \"skipped\": [{\"name\": \"%s\", "
			"\"reason\": \"no net->dial\"}]}",
			name);
	} else {
		good = report(f, name);
		if (strcmp(wrong, "cut") != 0)
			fputs("], \"skipped\": []}", f);
	}
	fclose(f);
	return good ? 0 : 1;
}

static void options(char **argv)
{
	while (*++argv) {
		if (strcmp(*argv, "--list") == 0)
			list = true;
		else if (!argv[1])
			exit(2);
		else if (strcmp(*argv, "--filter") == 0)
			pattern = *++argv;
		else if (strcmp(*argv, "--json") == 0)
			json = *++argv;
		else if (strcmp(*argv, "--min-time") == 0)
			min_time = strtod(*++argv, NULL);
		else if (strcmp(*argv, "--factor") == 0)
			factor = strtod(*++argv, NULL);
		else if (strcmp(*argv, "--kind") == 0)
			kind = *++argv;
		else if (strcmp(*argv, "--iterations") == 0)
			fixed = strtol(*++argv, NULL, 10);
		else
			++argv;
	}
}

int main(int argc, char **argv)
{
	const char *chosen = NULL;
	regex_t filter;

	(void)argc;
	options(argv);
	if (strcmp(kind_of("?"), list ? "nolist" : "usage") == 0) {
		fputs("spin: cannot load it\n", stderr);
		return 2;
	}
	if (regcomp(&filter, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return 2;
	for (const char *const *name = names; *name; name++) {
		if (regexec(&filter, *name, 0, NULL, 0) != 0 ||
		    strcmp(kind_of(*name), "lacks") == 0)
			continue;
		chosen = *name;
		if (list)
			puts(chosen);
	}
	if (!chosen)
		return 3;
	return list ? 0 : run(chosen);
}
