/*
 * tracegen.h - generations of an execution trace: when they begin, and how.
 *
 * A generation begins each second.  That is what a program that crashes may
 * lose, and what a flight recorder keeps or drops.
 */
#ifndef GORO_TRACEGEN_H
#define GORO_TRACEGEN_H

#include "sched/tracebuf.h"

/* Returns a generation that has not begun; NULL: no memory. */
struct trace_gen *goro__tracegen_new(void);
/* Frees a list of them. */
void goro__tracegen_free(struct trace_gen *list);
/* Begins gen, with the world stopped, or before anything runs. */
void goro__tracegen_begin(struct trace_gen *gen);
/* A trace has ended: the fast paths come back as soon as all Ps stop. */
void goro__tracegen_fast(void);

/* The hook of the same name: begins a generation if it is time. */
void goro__tracegen_turn(void);
/* sysmon ticks: looks whether it is time. */
void goro__tracegen_tick(int64_t now);
/* Returns how long sysmon may sleep; -1: without end. */
int64_t goro__tracegen_wait(void);

/* Starts, stops and looks at traces: one goroutine at a time. */
void goro__trace_control(void);
/* The same for ns at most. */
void goro__trace_control_for(int64_t ns);
/* For threads that run no goroutine.  False: one is at it. */
bool goro__trace_try_control(void);
void goro__trace_control_end(void);
/*
 * Opens a file for a trace, which keeps what it has; below 0: that fails.
 * Others run meanwhile, as a named pipe may wait for its reader.
 */
int goro__trace_open(const char *path);
/* Copies path to out, with the number of the process in place of %p. */
void goro__trace_path(const char *path, char *out, size_t n);

/* Called after each beginning of a generation; drops old ones. */
extern void (*goro__tracegen_begun)(void);

#endif
