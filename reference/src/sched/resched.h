/*
 * resched.h - how a goroutine that computes is asked to stop.
 */
#ifndef GORO_RESCHED_H
#define GORO_RESCHED_H

#include <signal.h>

#include "sched/types.h"

/* What Go uses: ignored by default, and hardly ever used. */
#define PREEMPT_SIGNAL SIGURG

/* Asks the goroutine on p to stop: at a scheduling point, or by a signal. */
void goro__preempt(struct p *p, enum stopped how);
/* Sends m the signal; nothing where there are only scheduling points. */
void goro__preempt_m(struct m *m);
/* False: there are only scheduling points. */
bool goro__preempt_enabled(void);
/* From now on the signal has its handler; error: it cannot be sent. */
void goro__preempt_enable(void);
void goro__preempt_fails(int error);
/* An M with a signal mask of the program's takes our signal all the same. */
void goro__preempt_unblock(sigset_t *mask);

#endif
