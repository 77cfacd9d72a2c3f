/*
 * die.h - the end of the process by a panic or a fatal error.
 */
#ifndef GORO_DIE_H
#define GORO_DIE_H

#include "sched/types.h"

/* What the environment's GOTRACEBACK asks of a report; by default single. */
enum traceback {
	TRACEBACK_NONE,
	TRACEBACK_SINGLE, /* of the goroutine that panics */
	TRACEBACK_ALL,    /* of all */
	TRACEBACK_SYSTEM, /* with the frames of the runtime */
	TRACEBACK_CRASH   /* and the process ends by SIGABRT */
};

enum traceback goro__traceback(void);

_Noreturn void goro__fatal(const char *text);
/* Ends the process with status 2, or for GOTRACEBACK=crash by SIGABRT. */
_Noreturn void goro__exit_dead(void);
/* Begins a report of several lines, which goro__fatal_alone() ends. */
void goro__enter_death(void);
_Noreturn void goro__fatal_alone(const char *text);
/* Reports a panic that no goroutine raised, then all goroutines. */
_Noreturn void goro__die_of_deadlock(const char *text);
_Noreturn void goro__die_of_panic(struct g *g);
/* Reports a misuse by the program, after the panics before it. */
_Noreturn void goro__fatal_misuse(const char *text);
/* Reports an overwritten lock: for the hook of base/lock.h. */
_Noreturn void goro__die_of_lock(void);
/* Returns unless the process is about to die with a report. */
void goro__yield_to_death(void);
/*
 * Ends the process: g was to leave its stack but is not on it, an overflow, or
 * the top of its stack was overwritten.
 */
_Noreturn void goro__off_stack(struct g *g);
/*
 * Reports an overflow of g's stack.  The caller is on another stack, or is a
 * handler on g's M, which has set stopped_at.
 */
_Noreturn void goro__die_of_overflow(struct g *g);

#endif
