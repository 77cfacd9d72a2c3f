/*
 * thread.h - threads, and how they are made.
 */
#ifndef GORO_THREAD_H
#define GORO_THREAD_H

#include "sched/types.h"

/* Start a thread for m, which takes m->nextp, or for fn.  Return errno or 0. */
int goro__newm_start(struct m *m);
int goro__newm_thread(void (*fn)(void));
/* Makes the threads asked for (idle.h); called by the thread in goro_run(). */
void goro__make_threads(void);

#endif
