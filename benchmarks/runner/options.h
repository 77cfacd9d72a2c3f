/* options.h - the command line of a bench program: see ../README.md. */
#ifndef ASSAY_BENCH_OPTIONS_H
#define ASSAY_BENCH_OPTIONS_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

struct options {
	const char *runtime; /* name or path */
	const char *json;    /* file, "-" or NULL */
	const char *details; /* directory or NULL */
	int32_t procs;
	double min_time;
	int64_t iterations; /* exactly so many; 0: by min_time */
	bool tiny, list;
	regex_t filter;
};

/* What is asked for cannot be: one line on stderr, the status 2. */
void refuse(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/*
 * Reads the arguments.  A wrong one is a line on stderr and the status 2,
 * --help is printed and ends with 0: it returns only if all is well.
 */
void options_read(struct options *o, int argc, char **argv);

#endif
