/*
 * schedtrace.h - the scheduler's state as text on stderr, asked for by
 * GODEBUG=schedtrace=X,scheddetail=1.
 */
#ifndef GORO_SCHEDTRACE_H
#define GORO_SCHEDTRACE_H

#include <stdint.h>

/* The line of 0 ms: the first thread has its P, nothing runs yet. */
void goro__schedtrace_first(void);

/* sysmon's part: the next line if it is due. */
void goro__schedtrace_tick(int64_t now);

/* How long sysmon may sleep with nothing to watch; -1: without end. */
int64_t goro__schedtrace_wait(void);

/* The process dies: no more lines, so that they do not cut up its report. */
void goro__schedtrace_stop(void);

/* After that, the last words before a fatal error's dump: all in detail. */
void goro__schedtrace_dying(void);

#endif
