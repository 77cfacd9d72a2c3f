/*
 * schedtrace.h - the scheduler's state as text on stderr, asked for by
 * GODEBUG=schedtrace=X,scheddetail=1.
 */
#ifndef GORO_SCHEDTRACE_H
#define GORO_SCHEDTRACE_H

#include <stdint.h>

/* Prints the line of 0 ms: the first thread has its P, nothing runs yet. */
void goro__schedtrace_first(void);

/* Prints the next line if it is due; for sysmon. */
void goro__schedtrace_tick(int64_t now);

/* Returns how long sysmon may sleep with nothing to watch; -1: without end. */
int64_t goro__schedtrace_wait(void);

/* Ends the lines: the process dies, and they must not cut up its report. */
void goro__schedtrace_stop(void);

/* After that, prints all in detail, before a fatal error's dump. */
void goro__schedtrace_dying(void);

#endif
