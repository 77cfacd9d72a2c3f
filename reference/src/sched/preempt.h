/*
 * preempt.h - stopping a goroutine that computes.
 */
#ifndef GORO_PREEMPT_H
#define GORO_PREEMPT_H

#include <signal.h>

#include "sched/types.h"

/* What Go uses: ignored by default, and hardly ever used. */
#define PREEMPT_SIGNAL SIGURG
/* Asks the goroutine on p to stop: at a scheduling point, or by a signal. */
void goro__preempt(struct p *p, enum stopped how);
/* Sends m the signal; nothing where there are only scheduling points. */
void goro__preempt_m(struct m *m);
bool goro__preempt_enabled(void);
/*
 * For a function that is called in loops and is no scheduling point: at its
 * end, with no lock of the runtime held, the goroutine may be stopped.
 */
void goro__stop_here(void);
static inline void goro__stop_if_asked(void)
{
	const struct m *m = goro__m();

	if (m && m->p && unlikely(load_relaxed(&m->p->preempt)))
		goro__stop_here();
}
/* The end of a poll that found nothing: loops do little else. */
static inline int goro__not_ready(void)
{
	goro__stop_if_asked();
	return GORO_AGAIN;
}
/*
 * The M of a goroutine that was stopped (or only of one that ran then) and now
 * has to go on with p, which is the caller's; NULL: there is none.  sched.lock
 * is held.
 */
struct m *goro__stopped_m(struct p *p, bool asleep_too);
void goro__preempt_unblock(sigset_t *mask);
/* False: there are only scheduling points. */
bool goro__preempt_init(bool off);

#endif
