/*
 * run.h - what the child sets for the case library before a body runs, and
 * reads after it.  Cases do not use it; they use case.h and kit.h.
 */
#ifndef ASSAY_RUN_H
#define ASSAY_RUN_H

#include "case.h"

struct case_run {
	const struct tables *tables; /* normalised, by child_table.c */
	const struct testcase *tc;   /* NULL before it is known */
	int result_fd;     /* where result lines go, each by one write */
	int procs;         /* 0: the runtime's own default */
	uint64_t seed;     /* of rnd() */
	uint64_t schedule; /* > 0: the runtime decides who goes on, by it */
	int schedules;     /* so many from that one on may be tried */
	double time_scale; /* of upto() */
	double test_scale; /* of rounds() and goroutines() */
	bool virtual_time; /* runtime sleeps move the runtime's clock */
};

extern struct case_run case_run;

/* Returns the number of checks that have failed so far. */
int case_failures(void);

/* Writes one result line: word, a space and text.  Newlines become spaces. */
void case_line(const char *word, const char *text);

#endif
