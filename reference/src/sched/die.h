/*
 * die.h - the end of the process by a panic or a fatal error.
 */
#ifndef GORO_DIE_H
#define GORO_DIE_H

#include "sched/types.h"

_Noreturn void goro__fatal(const char *text);
/* With status 2, or as GOTRACEBACK=crash asks for: by SIGABRT. */
_Noreturn void goro__exit_dead(void);
/* For a text of several lines: enter first, then fatal_alone at the end. */
void goro__enter_death(void);
_Noreturn void goro__fatal_alone(const char *text);
/* A panic of nobody: its text, then all goroutines. */
_Noreturn void goro__die_of_deadlock(const char *text);
_Noreturn void goro__die_of_panic(struct g *g);
/* What the program did wrong: the panics before it are reported too. */
_Noreturn void goro__fatal_misuse(const char *text);
/* A lock is none: for the hook of base/lock.h. */
_Noreturn void goro__die_of_lock(void);
/* Returns unless the process is about to die with a report. */
void goro__yield_to_death(void);
/*
 * g leaves, and is not on its stack: it dies of an overflow.  Or the top of its
 * stack was overwritten.
 */
_Noreturn void goro__off_stack(struct g *g);
/* The caller is on another stack than g's. */
_Noreturn void goro__die_of_overflow(struct g *g);

#endif
