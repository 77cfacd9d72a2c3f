/*
 * preempt.h - stopping a goroutine that computes.
 */
#ifndef GORO_PREEMPT_H
#define GORO_PREEMPT_H

#include "sched/types.h"

/*
 * Stops the goroutine here if it was asked to.  For the end of a function that
 * loops call and that is no scheduling point; no lock of the runtime is held.
 */
void goro__stop_here(void);
static inline void goro__stop_if_asked(void)
{
	const struct m *m = goro__m();

	if (m && m->p && unlikely(load_relaxed(&m->p->preempt)))
		goro__stop_here();
}
/* Ends a poll that found nothing; a loop may do little else than polls. */
static inline int goro__not_ready(void)
{
	goro__stop_if_asked();
	return GORO_AGAIN;
}
/* Installs the handler unless off.  False if it is not installed. */
bool goro__preempt_init(bool off);

#endif
