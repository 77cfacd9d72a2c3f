/* options.h - the runner's command line. */
#ifndef ASSAY_OPTIONS_H
#define ASSAY_OPTIONS_H

#include "util.h"

enum mode {
	MODE_RUN,
	MODE_LIST,
	MODE_CASES,
	MODE_EXPLAIN,
	MODE_COVERAGE,
	MODE_CHECK,
	MODE_DEBUG,
	MODE_DIFF,
	MODE_MERGE
};
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define PROCS_MAX 16
#define SHARDS_MAX 10000

struct options {
	const char *program; /* argv[0], for the command that repeats a run */
	enum mode mode;
	struct strings run, skip; /* globs */
	struct strings levels, profiles;
	const char *rerun; /* the report whose failures are run; or NULL */
	const char *last;  /* where this run is kept for --rerun-failed */
	int shard, shards; /* K and N; shards 0: the whole */
	struct strings explain;
	const char *debug;    /* the case for MODE_DEBUG */
	struct strings files; /* of MODE_DIFF and MODE_MERGE */
	struct strings runtimes;
	const char *expectations;       /* a file; NULL: the runtime's own */
	const char *write_expectations; /* a new file, or NULL */
	int procs[PROCS_MAX];
	size_t nprocs;
	bool own_procs;   /* they were given */
	int64_t repeat;   /* 0: not given */
	int64_t explore;  /* > 0: so many schedules */
	int64_t schedule; /* the first of them */
	bool until_fail;
	bool fail_fast;
	bool shuffle;
	uint64_t shuffle_seed;
	uint64_t seed;
	double timeout_scale;
	int jobs;
	bool tap;
	const char *junit, *json;
	enum color color;
	bool verbose;
	bool table;
	bool valgrind;
};

extern struct options options;

/* The text of conformance/version: a line. */
extern const char suite_version[];

/*
 * Fills options.  Dies with one line if anything is wrong; --help ends the
 * process.
 */
void options_parse(int argc, char **argv);

#endif
