/*
 * child_internal.h - the parts of the child process, see child.h:
 *
 *	child.c           arguments
 *	child_complain.c  error messages
 *	child_table.c     makes the runtime's tables full size, or refuses them
 *	child_watch.c     stands between a case and what the runtime lacks
 *	child_describe.c  --assay-describe, --assay-goker
 *	child_verdict.c   CUnit's registry, run() and the verdict
 *	child_ahead.c     schedules that pass, before the one that is judged
 *
 * They are linked into hosts too, and use no other part of the runner but
 * caselist.c.
 */
#ifndef ASSAY_CHILD_INTERNAL_H
#define ASSAY_CHILD_INTERNAL_H

#include "../cases/kit/run.h"
#include "assay_fn.h"

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

/* Every group of both tables at full size. */
struct full_groups {
	ASSAY_GROUPS(ASSAY_FULL_SIZE)
	ASSAY_EXT_GROUPS(ASSAY_FULL_SIZE)
};

/*
 * Hides from the case every function that its head does not name.  A forgotten
 * name is then a call of NULL on every runtime, not only on one that lacks the
 * function.
 */
void table_show_only_needs(const struct testcase *tc);

/*
 * Puts child_watch.c between the case and the functions of the tables.  The
 * groups of case_base are there then, even if the runtime lacks them.
 */
void table_watch(const struct testcase *tc);
void watch_functions(struct full_groups *all, const struct testcase *tc);

/* Writes what the (normalised) runtime has to stdout. */
void describe(const struct tables *tables);

/* Writes what programs of GoKer there are. */
void describe_goker(void);

/* Runs the case on case_run.tables; returns a child_exit. */
int verdict_of(const struct testcase *tc);

/*
 * Goes on to the first of case_run.schedules for which run() returns anything
 * but CHILD_PASSED in a process of its own, or to the last, or to one after
 * AHEAD_MS.
 */
void look_ahead(int (*run)(void));

/* Writes one line to stderr. */
void child_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
