/*
 * engine.h - what the parts of the checker call of each other.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include "model.h"
#include "base/atomic.h"

/* ---- explore.c ------------------------------------------------------------ */

enum choice_kind { FREE_CHOICE, COSTS, ONLY_FIRST };

/* One of n choices; 0 is tried first. */
uint32_t engine_choose(uint32_t n, enum choice_kind kind);
extern struct engine_budget {
	int preemptions, stale; /* left in this run */
} engine_left;
extern bool engine_late_reads; /* this scenario has them */
extern bool engine_log;
extern const char *engine_failure; /* of this run, or NULL */
extern bool engine_anew;           /* this run has found a new conflict */
/* Ends the run from setup or check. */
_Noreturn void engine_stop(void);

/* ---- conflicts.c ---------------------------------------------------------- */

enum access { READS = 1, WRITES = 2 };

void conflicts_reset(void);
/*
 * The running thread makes a step at p.  True if another thread makes one there
 * in some run, and the two are not both reads.
 */
bool conflicts(const volatile void *p, enum access how);

/* ---- threads.c ------------------------------------------------------------ */

/* -1: setup or check runs. */
extern int engine_current;
extern uint64_t engine_steps;

void threads_reset(void);
void threads_run(void);
/* Any thread may go on here, if visible: others can tell the step. */
void engine_point(bool visible);
/* Memory has changed: who spins looks again. */
void engine_written(void);
/* The running thread has read a value that is not the newest. */
void engine_read_late(void);
/* p is in a frame of another thread that has returned from it. */
bool engine_frame_is_gone(const volatile void *p);
/* harness.c: the whole life of a goroutine; the stack to go on with. */
void *engine_goroutine(void);
const char *engine_name(void);

/* ---- memory.c ------------------------------------------------------------- */

void memory_reset(void);
/* Time has passed: what was stored before it shows. */
void memory_catch_up(int thread);

#endif
