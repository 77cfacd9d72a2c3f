/* memory.c - what a parked goroutine takes of the machine's memory. */
#include <stdio.h>

#include "parked.h"

struct footprint {
	double rss, pte; /* bytes: resident pages, and their page tables */
};

static struct footprint footprint(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	struct footprint now = {0};
	char line[128];
	double kb;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %lf", &kb) == 1)
			now.rss = kb * 1024;
		else if (sscanf(line, "VmPTE: %lf", &kb) == 1)
			now.pte = kb * 1024;
	if (f)
		fclose(f);
	return now;
}

static void parked_memory(struct bench_state *s)
{
	int64_t n = size_of(s, 0, 1000);
	struct footprint before = footprint(), after;
	struct parked p = {0};

	bench_begin(s);
	park_many(&p, n);
	bench_end(s);
	after = footprint();
	unpark_many(s, &p);
	if (before.rss == 0 || after.rss == 0)
		bench_error(s, "no VmRSS in /proc/self/status");
	after.rss -= before.rss;
	after.pte -= before.pte;
	finish(s, n, n, 0);
	bench_counter(s, "rss_bytes_per_goroutine", after.rss / (double)n,
		      BENCH_PLAIN);
	bench_counter(s, "pte_bytes_per_goroutine", after.pte / (double)n,
		      BENCH_PLAIN);
	bench_counter(s, "bytes_per_goroutine",
		      (after.rss + after.pte) / (double)n, BENCH_PLAIN);
}

#define PARKED(count)                                                          \
	{                                                                      \
		"mem/parked/n:" #count, parked_memory, NEEDS(NEED_PARKED),     \
			.goroutines = count, .bytes_each = 8192, .fresh = true \
	}

const struct workload memory_workloads[] = {
	PARKED(100000),
	PARKED(1000000),
	{0},
};

/* ---- the CPU of a process in which nothing happens ----------------------- */

static void idle(struct bench_state *s)
{
	int64_t n = size_of(s, 0, 100), took, cpu;
	struct parked p = {0};

	park_many(&p, n);
	bench_begin(s);
	took = clock_ns();
	cpu = process_cpu_ns();
	rt.time.sleep(unless_tiny(500, 5) * 1000000);
	cpu = process_cpu_ns() - cpu;
	took = clock_ns() - took;
	bench_end(s);
	unpark_many(s, &p);
	finish(s, 1, n, 0);
	bench_counter(s, "cpu_us_per_s", (double)cpu * 1e6 / (double)took,
		      BENCH_PLAIN);
}

const struct workload idle_workloads[] = {
	{"idle/parked/n:1000", idle, NEEDS(NEED_PARKED), .once = true},
	{0},
};
