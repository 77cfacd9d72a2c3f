/*
 * m.h - threads: how they are made, and when all of them sleep.
 */
#ifndef GORO_M_H
#define GORO_M_H

#include "sched/types.h"

/* Gives p to another M if there is anything to do for it. */
void goro__handoffp(struct p *p);
/* Starts a thread for m, which takes m->nextp; for fn.  errno or 0. */
int goro__newm_start(struct m *m);
int goro__newm_thread(void (*fn)(void));
void goro__checkdead(void);
/* How many wait for what no goroutine does, a signal: that is no deadlock. */
extern atomic_uint goro__awaited_outside;
/* Goroutines that have not ended; sched.lock may be held. */
int64_t goro__count_live(void);
/* Asks for an M for p; sched.lock is held.  The M counts from now on. */
void goro__want_m(struct p *p, bool spinning);
/* After goro__want_m(), without the lock: has it made. */
void goro__make_m(void);
/* Makes the threads that were asked for. */
void goro__make_threads(void);
/* Asks for one more idle M; sched.lock is held. */
void goro__want_spare_m(void);

#endif
