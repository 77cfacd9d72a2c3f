/*
 * ledger.h - how far a run of a case has got, in memory that the runner shares
 * with the child.
 *
 * A runtime can close descriptors, end the process or change its exit status,
 * so neither lines nor a status prove that a body ran.  The ledger survives all
 * of that.  The runner reads it once the process is dead, and believes nothing
 * that disagrees with it.  A child that is run by hand has a ledger of its own.
 */
#ifndef ASSAY_LEDGER_H
#define ASSAY_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>

#define LEDGER_VARIABLE "ASSAY_LEDGER_FD" /* names the descriptor */

/* Each stage comes once and in this order, or the case fails. */
enum ledger_stage {
	LEDGER_NEW,
	LEDGER_CALLED,  /* core->run() was called */
	LEDGER_BEGAN,   /* main began */
	LEDGER_ENDED,   /* main returned from the body */
	LEDGER_RETURNED /* core->run() returned after that */
};

struct ledger {
	atomic_int stage;
	atomic_int pid;      /* the process that runs the case */
	atomic_bool checked; /* some check was made */
	atomic_bool skipped;
	atomic_bool broken; /* a step was out of turn */
	atomic_int failures;
	atomic_int ahead; /* schedules that passed before this one */
	/* Result lines, counted before and after they were written. */
	atomic_int lines_begun, lines_written;
};

/* Hidden, so that a runtime cannot find them by name. */
#pragma GCC visibility push(hidden)

extern struct ledger *ledger;

/*
 * Goes from one stage to the next.  False, and the ledger is broken, if the
 * stage is not `from` or this is another process.
 */
bool ledger_step(enum ledger_stage from, enum ledger_stage to);

#pragma GCC visibility pop

#endif
