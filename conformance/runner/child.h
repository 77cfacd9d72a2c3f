/*
 * child.h - the process that runs one case.
 *
 * The runner starts every case as a process of its own: itself again for a
 * runtime in a shared object, the host's executable for a host.  Both take
 * the same arguments and hand them on to assay_child_main_ext():
 *
 *	--assay-describe                 what the runtime is and has, as lines
 *	--assay-case ID --procs N --seed S --time-scale F
 *
 * Results go to the descriptor named by the environment's ASSAY_RESULT_FD
 * (stdout if unset, so that a case can be run by hand and under a debugger),
 * a line each, written whole:
 *
 *	fail FILE:LINE: TEXT             a check failed
 *	note TEXT                        a figure for the report
 *	skip REASON
 *	done                             the body ended; the verdict is complete
 *
 * The memory in the descriptor ASSAY_LEDGER_FD is the ledger, ledger.h; the
 * runner believes a line or a status only if the ledger agrees.  A twin, see
 * below, has none: what it says counts.
 *
 * Exit status: 0 passed, 1 a check failed, 77 skipped, 2 a wrong argument or
 * a runtime that cannot be used (one line on stderr).  For a case that
 * declares how it ends, the status is the program's own: 0 if main returned.
 *
 * --assay-describe prints "name N", "version V", "model M", "abi A",
 * "traits HEX", "max_goroutines N", "go V" (the Go that it follows, if it says
 * so), "ext A" (the version of the second table, if there is one), then a line "has GROUP->FUNCTION" for each function that is
 * there.  A host that answers cases by twins of their bodies adds a line
 * "twin ID" for each; it is never skipped for want of a function.
 */
#ifndef ASSAY_CHILD_H
#define ASSAY_CHILD_H

#include "assay.h"
#include "assay_ext.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Runs argv[1...] on the runtime; returns the status to exit with.  ext is the
 * runtime's second table, NULL if it has none.
 */
int assay_child_main_ext(int argc, char **argv,
			 const struct assay_runtime *runtime,
			 const struct assay_runtime_ext *ext);

/* The same for a runtime without a second table. */
int assay_child_main(int argc, char **argv,
		     const struct assay_runtime *runtime);

#ifdef __cplusplus
}
#endif

#endif
