/*
 * thread.h - threads, and how they are made.
 */
#ifndef GORO_THREAD_H
#define GORO_THREAD_H

#include "sched/types.h"

/* Start a thread for m, which takes m->nextp, or for fn.  Return errno or 0. */
int goro__newm_start(struct m *m);
int goro__newm_thread(void (*fn)(void));
/* True if tid is a thread made for such an fn. */
bool goro__own_thread(int tid);
/* Returns the size of an M's sigstack. */
size_t goro__sigstack_size(void);
/* Makes the threads asked for (idle.h); called by the thread in goro_run(). */
void goro__make_threads(void);
/*
 * Asks for the thread that writes a trace, if there is none yet.  Without it
 * all is written at the end.
 */
void goro__want_tracer(void);

#endif
