/*
 * runner.h - the parts of the runner of which each has one or two entries:
 *
 *	loader.c    the child side of a runtime in a shared object
 *	probe.c     what a runtime is and has, asked in a child
 *	plan.c      which cases are run how often, in which order
 *	judge.c     the verdict of one run, by what its child said and how it ended
 *	outcome.c   a child's end against what its case declares (ENDS)
 *	matrix.c    the tables of the report for a person
 *	explain.c   --list and --explain: texts about cases, none is run
 *	coverage.c  --coverage and --check: behaviours held against cases
 */
#ifndef ASSAY_RUNNER_H
#define ASSAY_RUNNER_H

#include "result.h"

/* The runner's first argument when it is to be a child that loads an object. */
#define LOADER_FLAG "--assay-runtime"

/*
 * Runs such a child.  argv is: program, LOADER_FLAG, the path of the object,
 * then the arguments of child.h.  Returns the status to exit with.
 */
int loader_main(int argc, char **argv);

/*
 * Fills the lower part of *r from the answer of the child that argv starts,
 * since loading a runtime may crash, hang or answer nonsense.  Takes over argv
 * and its strings.  Dies with one line that says what is wrong.
 */
void probe(struct runtime *r, char **argv);

/*
 * Sets *out and *n to the entries that --run, --skip and --valgrind select.  A
 * pattern that matches nothing is told, and so is that nothing is left.
 */
void plan_select(const struct entry ***out, size_t *n);

/*
 * Runs everything and fills rs->v; rs has its runtimes and entries.  If it is
 * interrupted, or --fail-fast ends it, it says so in *rs, and holds what ran
 * until then.
 */
void plan_run(struct results *rs);

/*
 * Takes over the captures of *end and fills all of *run but its parameters.
 * twin: the host answers the case by a program of its own.
 */
void judge(struct run *run, const struct testcase *tc, bool twin,
	   struct task_end *end);

/* Adds a line to run->fails for everything that is not as declared. */
void judge_outcome(struct run *run, const struct outcome *want,
		   const struct task_end *end);

/* Prints passed, failed, skipped for each area, and of each runtime. */
void matrix_areas(const struct results *rs);

/* Prints the cases on which several runtimes differ, then how many agree. */
void matrix_differences(const struct results *rs);

/* These return the status to exit with. */
int list_cases(const struct entry *const *entries, size_t n);
int explain_all(const struct strings *patterns);
int coverage_print(void);
int coverage_check(void);

#endif
