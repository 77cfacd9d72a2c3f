/*
 * halt.h - the end of a run: once goro_run() has returned, no goroutine runs.
 */
#ifndef GORO_HALT_H
#define GORO_HALT_H

#include <ucontext.h>

#include "sched/types.h"

/* Stops the calling thread for good. */
_Noreturn void goro__halt(void);

/* Ends the run for main's goroutine; on g0, called by main's M. */
_Noreturn void goro__main_returned(void);

/*
 * Asks all goroutines to stop, again and again, but not for ever.  The thread
 * in goro_run() calls it after sched.done is set.
 */
void goro__halt_others(void);

/* sysmon's part: stops those that goro__halt_others() left, without end. */
void goro__halt_the_rest(void);

/*
 * Stops the calling thread, whose M is m, after the end of the run.  Returns
 * only if it has to go on for a while, as it holds a lock of stdio.
 */
void goro__halt_here(struct m *m);

/*
 * For the handler of the preemption signal, which has found m in user code
 * after the end of the run: as goro__halt_here(), unless it may hold a lock of
 * the C library.
 */
void goro__halt_in_handler(struct m *m, const ucontext_t *uc);

#endif
