/*
 * child_internal.h - the parts of the child process, see child.h:
 *
 *	child.c           arguments
 *	child_complain.c  its last words
 *	child_table.c     the runtime's tables made full size, or refused
 *	child_describe.c  --assay-describe
 *	child_verdict.c   CUnit's registry, run() and the verdict
 *
 * They are linked into hosts too and use nothing else of the runner.
 */
#ifndef ASSAY_CHILD_INTERNAL_H
#define ASSAY_CHILD_INTERNAL_H

#include "../cases/kit/run.h"

enum child_exit {
	CHILD_PASSED = 0,
	CHILD_FAILED = 1,
	CHILD_UNUSABLE = 2,
	CHILD_SKIPPED = 77
};

/*
 * A copy of the runtime's tables in which every group and function that lies
 * beyond the runtime's own sizes is NULL; all of the second one is zero if the
 * runtime has none (own_ext == NULL).  It has static storage: one runtime per
 * process.  NULL, after one line on stderr: a table cannot be used.
 */
const struct tables *table_normalise(const struct assay_runtime *own,
				     const struct assay_runtime_ext *own_ext);

/*
 * Hides from the case every function that its head does not name: one that it
 * forgot is a call of NULL on any runtime, not only on one that lacks it.
 */
void table_show_only_needs(const struct testcase *tc);

/* Writes what the (normalised) runtime has to stdout. */
void describe(const struct tables *tables);

/* Runs the case on case_run.tables; returns a child_exit. */
int verdict_of(const struct testcase *tc);

/* One line on stderr. */
void child_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
