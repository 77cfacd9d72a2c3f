/*
 * runner.h - the parts of the runner that have only one or two entries each:
 *
 *	loader.c    the child side of a runtime in a shared object
 *	probe.c     asks a child what a runtime is and has
 *	select.c    decides which cases the options ask for
 *	plan.c      decides how often they run, in which order
 *	start.c     how the process of a run is started
 *	explored.c  which cases can run under a decided schedule
 *	judge.c     the verdict of one run, from its child's lines and end
 *	outcome.c   compares a child's end with what its case declares (ENDS)
 *	matrix.c    the tables of the report for a person
 *	asked.c     --cases: what each case asks for
 *	explain.c   --list and --explain: print texts about cases, run none
 *	debug.c     --debug: one case, with the terminal as its own
 *	            (debug_end.c)
 *	diff.c      what has changed between two reports
 *	merge.c     one report of those of all shards
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
 * Sets *out and *n to the entries that the options ask for, of this shard if
 * it is one, and *failed to the failures of the report of --rerun-failed, if
 * there is one.  Returns how many all shards have.  Complains of a pattern that
 * matches nothing, and if nothing is left.  Dies if a filter cannot be used.
 */
size_t select_entries(const struct entry ***out, size_t *n,
		      struct failures *failed);

/*
 * Returns the task that is this run; the caller sets its owner.  start_free()
 * frees what is in it.
 */
struct task start_of(const struct result *r, const struct run *run);
void start_free(const struct task *task);

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
 * Adds a line to run->fails if, by the ledger, main has not run as it must for
 * a pass, or has made no check.
 */
void judge_main(struct run *run, const struct testcase *tc, struct ledger *l);

/*
 * Adds a line to run->fails for everything that differs from the declared end.
 */
void judge_outcome(struct run *run, const struct outcome *want,
		   const struct task_end *end);

/* True if the process ended with the declared status or signal. */
bool outcome_is(const struct outcome *want, int status);

/* Prints the numbers passed, failed and skipped by area, for each runtime. */
void matrix_areas(const struct results *rs);

/* Prints the cases on which the runtimes differ, then how many are alike. */
void matrix_differences(const struct results *rs);

/*
 * Print what --cases, --list, --explain, --coverage and --check ask for.
 * Return the status to exit with.
 */
int print_asked(void);
int list_cases(const struct entry *const *entries, size_t n);
int explain_all(const struct strings *patterns);
int coverage_print(void);
int coverage_check(void);

/*
 * Runs the case --debug names, once.  Its output is not captured, and nothing
 * ends it while a debugger is attached.  Returns the status to exit with.
 */
int debug_case(void);

/* Compares two reports in JSON.  Returns 1 if a verdict differs. */
int diff_reports(const char *first, const char *second);

/*
 * Writes the report that an undivided run would have written.  Dies if a shard
 * is missing, there twice or of another run.
 */
int merge_reports(const char *out, const struct strings *in);

#endif
