/*
 * tracefile.h - the file of an execution trace.
 *
 * A thread of its own writes what is full while the program runs; it has no P
 * and takes no lock for long.  Whoever ends the trace writes the rest.
 */
#ifndef GORO_TRACEFILE_H
#define GORO_TRACEFILE_H

#include <stdbool.h>
#include <stdint.h>

/* GORO_TRACE: traces the whole run.  Before anything runs. */
void goro__tracefile_boot(void);
/* main has returned: no more events. */
void goro__tracefile_main_returned(void);
/* The run is over: ends the file. */
void goro__tracefile_run_over(void);
/* The process dies: writes what it can. */
void goro__tracefile_die(void);
/* What the thread does. */
void goro__tracefile_writer(void);
/* Returns the oldest generation that is not written; UINT32_MAX: no file. */
uint32_t goro__tracefile_needs(void);

#endif
