/*
 * resched.h - how a goroutine that computes is asked to stop.
 */
#ifndef GORO_RESCHED_H
#define GORO_RESCHED_H

#include <signal.h>

#include "sched/types.h"

/* Go's choice: ignored by default, and hardly ever used by programs. */
#define PREEMPT_SIGNAL SIGURG

/* Asks the goroutine on p to stop: at a scheduling point, or by a signal. */
void goro__preempt(struct p *p, enum stopped how);
/* Sends m the signal, if signals stop goroutines at all. */
void goro__preempt_m(struct m *m);
/* True if signals stop goroutines, not only scheduling points. */
bool goro__preempt_enabled(void);
/* Says that the signal has its handler, or that it cannot be sent. */
void goro__preempt_enable(void);
void goro__preempt_fails(int error);
/* Takes our signal out of a mask of the program's. */
void goro__preempt_unblock(sigset_t *mask);

#endif
