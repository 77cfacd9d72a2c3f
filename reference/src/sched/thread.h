/*
 * thread.h - threads, and how they are made.
 */
#ifndef GORO_THREAD_H
#define GORO_THREAD_H

#include "sched/types.h"

/* Starts a thread for m, which takes m->nextp; for fn.  errno or 0. */
int goro__newm_start(struct m *m);
int goro__newm_thread(void (*fn)(void));
/* Makes the threads that were asked for (idle.h); for that in goro_run(). */
void goro__make_threads(void);

#endif
