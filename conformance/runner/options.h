/* options.h - the runner's command line. */
#ifndef ASSAY_OPTIONS_H
#define ASSAY_OPTIONS_H

#include "util.h"

enum mode { MODE_RUN, MODE_LIST, MODE_EXPLAIN, MODE_COVERAGE, MODE_CHECK };
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define PROCS_MAX 16

struct options {
	const char *program; /* argv[0], for the command that repeats a run */
	enum mode mode;
	struct strings run, skip; /* globs */
	struct strings explain;
	struct strings runtimes;
	const char *expectations; /* a file; NULL: the runtime's own */
	int procs[PROCS_MAX];
	size_t nprocs;
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

/*
 * Fills options.  Dies with one line if anything is wrong; --help ends the
 * process.
 */
void options_parse(int argc, char **argv);

#endif
