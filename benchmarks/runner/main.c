/*
 * main.c - assay-bench: the workloads on one runtime, in one process.
 *
 * The whole library runs in the runtime's main goroutine, so that workloads
 * can call what blocks; it needs no thread of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/workload.h"
#include "options.h"
#include "runtime.h"

enum { OK = 0, FAILED = 1, UNUSABLE = 2, NO_MATCH = 3 };

static struct options options;

static int64_t each_match(void (*visit)(const struct workload *w))
{
	int64_t n = 0;

	for (const struct workload *const *w = workload_list(); *w; w++)
		if (regexec(&options.filter, (*w)->name, 0, NULL, 0) == 0) {
			visit(*w);
			n++;
		}
	return n;
}

static void print_name(const struct workload *w)
{
	puts(w->name);
}

static void count(const struct workload *w)
{
	(void)w;
}

static void describe(void)
{
	char procs[16];

	snprintf(procs, sizeof(procs), "%d", (int)settings.procs);
	bench_context("assay_bench", "1");
	bench_context("runtime", rt.name);
	bench_context("version", rt.version);
	bench_context("model", rt.model);
	bench_context("kit", rt.kit);
	bench_context("several_ps",
		      rt.traits & ASSAY_TRAIT_SEVERAL_PS ? "1" : "0");
	bench_context("procs", procs);
	bench_context("tiny", settings.tiny ? "1" : "0");
}

/* The body of the main goroutine: *arg is the report. */
static void run(void *arg)
{
	struct bench_options o = {
		.program = "assay-bench",
		.min_time = settings.min_time,
		.table = !options.json || strcmp(options.json, "-") != 0,
	};

	describe();
	each_match(workload_register);
	if (!bench_run(&o, arg))
		die("out of memory");
}

static FILE *open_json(void)
{
	FILE *f;

	if (!options.json)
		return NULL;
	f = strcmp(options.json, "-") == 0 ? stdout : fopen(options.json, "w");
	if (!f) {
		fprintf(stderr, "assay-bench: %s: %s\n", options.json,
			strerror(errno));
		exit(UNUSABLE);
	}
	return f;
}

static int write_json(FILE *f, const char *json)
{
	if (f && (fputs(json, f) < 0 || fflush(f) != 0)) {
		fprintf(stderr, "assay-bench: cannot write %s\n", options.json);
		return UNUSABLE;
	}
	return OK;
}

static void settle(int64_t matches)
{
	const char *load = getenv("ASSAY_ECHO_LOAD");

	settings = (struct settings){
		.procs = options.procs,
		.min_time = options.tiny ? 0.0001 : options.min_time,
		.iterations = options.iterations,
		.tiny = options.tiny,
		.alone = matches == 1,
		.details = options.details,
		.load = load && *load ? load : beside("", "echo-load", ""),
	};
}

int main(int argc, char **argv)
{
	struct assay_run_options how = {.size = sizeof(how)};
	struct bench_report report = {0};
	runtime_run start;
	int64_t matches;
	int status;
	FILE *json;

	options_read(&options, argc, argv);
	matches = each_match(options.list ? print_name : count);
	if (matches == 0) {
		fputs("assay-bench: the filter matches no workload\n", stderr);
		return NO_MATCH;
	}
	if (options.list)
		return fflush(stdout) == 0 ? OK : UNUSABLE;
	start = runtime_load(options.runtime);
	settle(matches);
	json = open_json();
	how.procs = options.procs;
	status = start(run, &report, &how);
	if (status != ASSAY_OK) {
		fprintf(stderr, "assay-bench: run: %s\n",
			assay_status_text(status));
		return UNUSABLE;
	}
	status = write_json(json, report.json);
	if (status != OK)
		return status;
	return report.failed > 0 ? FAILED : OK;
}
