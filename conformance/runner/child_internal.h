/*
 * child_internal.h - the parts of the child process, see child.h:
 *
 *	child.c           arguments
 *	child_table.c     the runtime's table made full size, or refused
 *	child_describe.c  --assay-describe
 *	child_verdict.c   CUnit's registry, run() and the verdict
 *
 * They are linked into hosts too and use nothing else of the runner.
 */
#ifndef ASSAY_CHILD_INTERNAL_H
#define ASSAY_CHILD_INTERNAL_H

#include "../cases/run.h"

enum child_exit {
	CHILD_PASSED = 0,
	CHILD_FAILED = 1,
	CHILD_UNUSABLE = 2,
	CHILD_SKIPPED = 77
};

/*
 * A copy of the runtime's table in which every group and function that lies
 * beyond the runtime's own sizes is NULL.  It has static storage: one runtime
 * per process.  NULL, after one line on stderr: the table cannot be used.
 */
const struct assay_runtime *table_normalise(const struct assay_runtime *own);

/*
 * Hides from the case every function that its head does not name: one that it
 * forgot is a call of NULL on any runtime, not only on one that lacks it.
 */
void table_show_only_needs(const struct testcase *tc);

/* Writes what the (normalised) runtime has to stdout. */
void describe(const struct assay_runtime *runtime);

/* Runs the case on case_run.runtime; returns a child_exit. */
int verdict_of(const struct testcase *tc);

/* One line on stderr. */
void child_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
