/*
 * preempt.h - stopping a goroutine that computes.
 */
#ifndef GORO_PREEMPT_H
#define GORO_PREEMPT_H

#include "sched/types.h"

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
/* False: there are only scheduling points. */
bool goro__preempt_init(bool off);

#endif
