/*
 * engine.h - what the parts of the checker call of each other.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include "model.h"
#include "base/atomic.h"

/* ---- explore.c ------------------------------------------------------------ */

/* One of n choices; 0 is tried first. */
uint32_t engine_choose(uint32_t n);
extern struct engine_budget {
	int preemptions, stale; /* left in this run */
} engine_left;
extern bool engine_log;
extern const char *engine_failure; /* of this run, or NULL */
/* Ends the run from setup or check. */
_Noreturn void engine_stop(void);

/* ---- threads.c ------------------------------------------------------------ */

/* -1: setup or check runs. */
extern int engine_current;
extern uint64_t engine_steps;

void threads_reset(void);
void threads_run(void);
/* Any thread may go on here. */
void engine_point(void);
/* Memory has changed: who spins looks again. */
void engine_written(void);
/* The running thread has read a value that is not the newest. */
void engine_read_late(void);
/* p is in a frame of another thread that has returned from it. */
bool engine_frame_is_gone(const volatile void *p);
const char *engine_name(void);

/* ---- memory.c ------------------------------------------------------------- */

void memory_reset(void);
/* Time has passed: what was stored before it shows. */
void memory_catch_up(int thread);

#endif
