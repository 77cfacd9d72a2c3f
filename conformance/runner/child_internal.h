/*
 * child_internal.h - the parts of the child process, see child.h:
 *
 *	child.c           arguments
 *	child_complain.c  error messages
 *	child_table.c     makes the runtime's tables full size, or refuses them
 *	child_describe.c  --assay-describe, --assay-goker
 *	child_verdict.c   CUnit's registry, run() and the verdict
 *
 * They are linked into hosts too, and use no other part of the runner but
 * caselist.c.
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
 * Returns a copy of the runtime's tables in which every group and function
 * beyond the runtime's own sizes is NULL.  The second table is all zero if the
 * runtime has none (own_ext == NULL).  The copy is static: there is one runtime
 * per process.  If a table cannot be used, writes one line to stderr and
 * returns NULL.
 */
const struct tables *table_normalise(const struct assay_runtime *own,
				     const struct assay_runtime_ext *own_ext);

/*
 * Hides from the case every function that its head does not name.  A forgotten
 * name is then a call of NULL on every runtime, not only on one that lacks the
 * function.
 */
void table_show_only_needs(const struct testcase *tc);

/* Writes what the (normalised) runtime has to stdout. */
void describe(const struct tables *tables);

/* Writes what programs of GoKer there are. */
void describe_goker(void);

/* Runs the case on case_run.tables; returns a child_exit. */
int verdict_of(const struct testcase *tc);

/* Writes one line to stderr. */
void child_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
