/*
 * stopper.h - stopping the world for those that may wait for their turn.
 */
#ifndef GORO_STOPPER_H
#define GORO_STOPPER_H

#include "sched/world.h"

/* Whose turn it is has it. */
extern goro_mutex goro__stopper __attribute__((visibility("hidden")));

/*
 * Stops all goroutines but the caller, until goro__start_all().  One is at it
 * at a time: a second one parks, and does not hold up a P meanwhile.  The caller
 * is not preempted between the two, in libc either: nobody could run then.
 */
void goro__stop_all(void);
void goro__start_all(void);

#endif
