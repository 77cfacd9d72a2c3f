/*
 * runner.h - the parts of the runner that have only one or two entries each:
 *
 *	loader.c    the child side of a runtime in a shared object
 *	probe.c     asks a child what a runtime is and has
 *	plan.c      decides which cases run, how often, in which order
 *	explored.c  which cases can run under a decided schedule
 *	judge.c     the verdict of one run, from its child's lines and end
 *	outcome.c   compares a child's end with what its case declares (ENDS)
 *	matrix.c    the tables of the report for a person
 *	explain.c   --list and --explain: print texts about cases, run none
 *	coverage.c  --coverage and --check: compare behaviours with cases
 */
#ifndef ASSAY_RUNNER_H
#define ASSAY_RUNNER_H

#include "result.h"

/* The first argument of a runner that is to be a child and load an object. */
#define LOADER_FLAG "--assay-runtime"

/*
 * Runs such a child. argv is the program, LOADER_FLAG, the path of the object,
 * then the arguments of child.h.  Returns the status to exit with.
 */
int loader_main(int argc, char **argv);

/*
 * Fills the lower part of *r from the answer of the child that argv starts.  It
 * needs a child, since loading a runtime may crash, hang or give nonsense.
 * Takes over argv and its strings.  Dies with one line if anything is wrong.
 */
void probe(struct runtime *r, char **argv);

/*
 * Sets *out and *n to the entries that --run, --skip and --valgrind select.
 * Complains of a pattern that matches nothing, and if nothing is left.
 */
void plan_select(const struct entry ***out, size_t *n);

/*
 * Runs everything and fills rs->v; rs has its runtimes and entries already.  If
 * a signal or --fail-fast cuts it short, *rs says so and holds what ran until
 * then.
 */
void plan_run(struct results *rs);

/* Returns why the case cannot be run under --explore, or NULL. */
const char *explored_not(const struct runtime *r, const struct entry *e);

/*
 * Judges one run.  Takes over the captures of *end and fills all of *run except
 * its parameters. twin: the host answers the case by a program of its own.
 */
void judge(struct run *run, const struct testcase *tc, bool twin,
	   struct task_end *end);

/*
 * Adds a line to run->fails for everything that differs from the declared end.
 */
void judge_outcome(struct run *run, const struct outcome *want,
		   const struct task_end *end);

/* Prints the numbers passed, failed and skipped by area, for each runtime. */
void matrix_areas(const struct results *rs);

/* Prints the cases on which the runtimes differ, then how many are alike. */
void matrix_differences(const struct results *rs);

/*
 * Print what --list, --explain, --coverage and --check ask for.  Return the
 * status to exit with.
 */
int list_cases(const struct entry *const *entries, size_t n);
int explain_all(const struct strings *patterns);
int coverage_print(void);
int coverage_check(void);

#endif
