/* harness.c - see workload.h. */
#define _GNU_SOURCE
#include "workload.h"

#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct runtime rt;
struct settings settings;
const struct workload *current;

static uint64_t spawned_before;

void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "assay-bench: %s: ", current ? current->name : "start");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t process_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- sizes, memory, goroutines ------------------------------------------ */

int64_t unless_tiny(int64_t n, int64_t tiny)
{
	return settings.tiny && n > tiny ? tiny : n;
}

int64_t size_of(struct bench_state *s, size_t i, int64_t most)
{
	return unless_tiny(bench_range(s, i), most);
}

void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die("out of memory: %zu times %zu bytes", n, size);
	return p;
}

void spawn(assay_fn fn, void *arg)
{
	int status = rt.core.go(fn, arg, 0);

	if (status != ASSAY_OK)
		die("go: %s", assay_status_text(status));
}

assay_chan *chan_of(size_t elem, int64_t cap)
{
	int status = ASSAY_OK;
	assay_chan *c = rt.chan.make(elem, cap, &status);

	if (!c)
		die("make of a channel: %s", assay_status_text(status));
	return c;
}

int64_t ways(void)
{
	cpu_set_t set;
	int64_t n = settings.procs;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && n > CPU_COUNT(&set))
		n = CPU_COUNT(&set);
	return n;
}

/* ---- checks and reports ------------------------------------------------- */

void expect(struct bench_state *s, const char *what, int64_t got, int64_t want)
{
	if (got != want)
		bench_error(s, "%s is %lld, not %lld", what, (long long)got,
			    (long long)want);
}

int64_t sum_below(int64_t n)
{
	return n * (n - 1) / 2;
}

/* Goroutines ever started, 0 from a runtime that does not count them. */
static uint64_t spawned(void)
{
	struct assay_stats stats = {.size = sizeof(stats)};

	if (!rt.inspect.stats || rt.inspect.stats(&stats) != ASSAY_OK)
		return 0;
	return stats.spawned;
}

void tally_restart(void)
{
	spawned_before = spawned();
}

void finish(struct bench_state *s, int64_t items, int64_t goroutines,
	    int64_t messages)
{
	uint64_t now = spawned();

	if (now > 0)
		expect(s, "number of goroutines the runtime made",
		       (int64_t)(now - spawned_before), goroutines);
	if (bench_failed(s))
		return;
	bench_items(s, items);
	bench_counter(s, "goroutines", (double)goroutines, BENCH_PER_ITERATION);
	bench_counter(s, "messages", (double)messages, BENCH_PER_ITERATION);
}

int64_t repeat(struct bench_state *s, void (*once)(struct bench_state *s))
{
	static const struct workload *warm;
	int64_t n;

	if (warm != current)
		once(s);
	warm = current;
	tally_restart();
	n = bench_begin(s);
	for (int64_t i = 0; i < n && !bench_failed(s); i++)
		once(s);
	bench_end(s);
	return n;
}

FILE *details_open(const char *suffix)
{
	char name[128], path[PATH_MAX];
	FILE *f;

	if (!settings.details)
		return NULL;
	snprintf(name, sizeof(name), "%s", current->name);
	for (char *c = name; *c; c++)
		if (*c == '/' || *c == ':')
			*c = '_';
	snprintf(path, sizeof(path), "%s/%s%s", settings.details, name, suffix);
	f = fopen(path, "w");
	if (!f)
		die("cannot write %s", path);
	return f;
}

/* ---- registration ------------------------------------------------------- */

static const char *missing(const struct workload *w)
{
	void *fn;

	for (const struct need *n = w->needs; n && n->name; n++) {
		memcpy(&fn, (const char *)&rt + n->offset, sizeof(fn));
		if (!fn)
			return n->name;
	}
	return NULL;
}

/* Kilobytes that can be taken without swapping; 0: unknown. */
static uint64_t memory_available(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static bool cannot(struct bench_state *s, const struct workload *w)
{
	const char *need = missing(w);
	uint64_t mb = w->goroutines * w->bytes_each >> 20;
	uint64_t kb = memory_available();

	if (need)
		bench_skip(s, "no %s", need);
	else if (settings.tiny)
		return false;
	else if (rt.max_goroutines && w->goroutines > rt.max_goroutines)
		bench_skip(s, "at most %llu goroutines",
			   (unsigned long long)rt.max_goroutines);
	else if (kb && mb > kb >> 10)
		bench_skip(s, "needs %llu MB of memory",
			   (unsigned long long)mb);
	else if (w->fresh && !settings.alone)
		bench_skip(s, "needs a process of its own");
	return bench_failed(s);
}

void workload_measure(struct bench_state *s, void *arg)
{
	current = arg;
	if (cannot(s, current))
		return;
	tally_restart();
	current->measure(s);
}

void workload_register(const struct workload *w)
{
	char name[128], *part, *rest = name;
	struct bench *b;

	snprintf(name, sizeof(name), "%s", w->name);
	part = strchr(name, ':');
	while (part && *part != '/')
		part--;
	if (part)
		*part++ = '\0';
	b = bench_register(name, workload_measure, (void *)(uintptr_t)w);
	for (rest = part; (part = strsep(&rest, "/"));) {
		char *value = strchr(part, ':');

		*value++ = '\0';
		bench_arg(b, part, strtoll(value, NULL, 10));
	}
	if (w->once || w->fresh)
		bench_iterations(b, 1);
	else if (settings.iterations > 0)
		bench_iterations(b, settings.iterations);
}
