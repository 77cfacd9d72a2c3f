/*
 * child.h - the process that runs one case.
 *
 * The runner starts a process for every run of a case.  For a runtime in a
 * shared object it starts its own executable again, for a host the host's.
 * Both take the same arguments and pass them to assay_child_main_ext():
 *
 *	--assay-describe                 print what the runtime is and has
 *	--assay-goker                    print the programs of goker/
 *	--assay-case ID --procs N --seed S --time-scale F
 *		[--schedule K [--schedules N]]
 *	--assay-litmus FILE --procs N --seed S
 *
 * Results go to the descriptor in the environment variable ASSAY_RESULT_FD;
 * to stdout if it is unset, so that a case can be run by hand and under a
 * debugger.  Each result is a line, written by one call:
 *
 *	fail FILE:LINE: TEXT             a check failed
 *	note TEXT                        a figure for the report
 *	skip REASON
 *	done                             the body has ended; nothing follows
 *
 * With --schedules, the child tries schedules from K on, each with the next
 * seed, and passes over those that pass: at most N - 1, for about AHEAD_MS.
 *
 * The descriptor ASSAY_LEDGER_FD holds the ledger, see ledger.h.  The runner
 * believes a line or a status only if the ledger agrees.  A twin (see below)
 * has no ledger, so its own word counts.
 *
 * The exit status is 0 if the case passed, 1 if a check failed, 77 if it was
 * skipped, 2 for a wrong argument or a runtime that cannot be used (one line
 * on stderr says why).  For a case that declares how it ends, the status is
 * the program's own: 0 if main returned.
 *
 * --assay-describe prints the lines "name N", "version V", "model M", "abi A",
 * "traits HEX" and "max_goroutines N"; "go V" if the runtime says which Go it
 * follows, "kit WHAT" if it has parts of abi/kit, "stack_bytes N" if it says
 * how much stack its goroutines have; "ext A", the version of the second table,
 * if there is one; then "has GROUP->FUNCTION" for each function that the
 * runtime has.  A host that answers some cases by twins of their bodies adds
 * "twin ID" for each.  Such a case is never skipped for lack of a function.
 *
 * --assay-goker prints a line for each program of goker/goker.h, with a tab
 * between two columns: id, file, what is wrong, the fewest and the most
 * goroutines that stay, copies, "self", "circle" or "-" for its locks, "race",
 * "panic: TEXT" or "-", and then each place where a goroutine may stay.  The id
 * is good for --assay-case.
 *
 * --assay-litmus runs the litmus programs in the file and prints how they end,
 * see litmus/run.c.
 */
#ifndef ASSAY_CHILD_H
#define ASSAY_CHILD_H

#include "assay.h"
#include "assay_ext.h"

enum {
	AHEAD_MS = 1000,     /* for schedules that are passed over */
	AHEAD_RUN_MS = 10000 /* for each of them */
};

/*
 * The n-th seed after one.  After the greatest comes 0: each is one that the
 * arguments take.
 */
static inline uint64_t seed_after(uint64_t seed, uint64_t n)
{
	return (seed + n) & INT64_MAX;
}

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Does what argv[1...] says on the runtime.  Returns the status to exit with.
 * ext is the runtime's second table, NULL if it has none.
 */
int assay_child_main_ext(int argc, char **argv,
			 const struct assay_runtime *runtime,
			 const struct assay_runtime_ext *ext);

/* Does the same for a runtime without a second table. */
int assay_child_main(int argc, char **argv,
		     const struct assay_runtime *runtime);

#ifdef __cplusplus
}
#endif

#endif
