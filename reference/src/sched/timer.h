/*
 * timer.h - the timers of a P: a heap, run by who holds the P.
 */
#ifndef GORO_TIMER_H
#define GORO_TIMER_H

#include "sched/types.h"

/* Adds t, whose when and fn are set, to this P's heap. */
void goro__timer_add(struct timer *t);
/* The same to p's, for goro__real_p. */
void goro__timer_add_to(struct p *p, struct timer *t);
bool goro__timer_take(struct timer *t);
void goro__timer_wait(struct timer *t);
/*
 * True if t was pending and now is in no heap.  Most are in none: that takes
 * no call.
 */
static inline bool goro__timer_del(struct timer *t)
{
	return load_acquire(&t->p) && goro__timer_take(t);
}
/* The same, and its fn does not run any more when it returns. */
static inline bool goro__timer_del_sync(struct timer *t)
{
	bool pending = goro__timer_del(t);

	if (load_acquire(&t->running))
		goro__timer_wait(t);
	return pending;
}
/* Runs what is due in p's heap; the next due time, INT64_MAX for none. */
int64_t goro__timers_run(struct p *p, int64_t now);
/* Parks the caller until then. */
void goro__sleep_until(int64_t when, enum wait_reason why);
/* The last touch of t by its fn: who waits to free t may do so. */
static inline void goro__timer_done(struct timer *t)
{
	sub_release(&t->running, 1u);
}

void goro__timers_move(struct timers *to, struct timers *from);
/* The first of when + n * period that is after now; INT64_MAX: never. */
int64_t goro__next_tick(int64_t when, int64_t period, int64_t now);
/* ns from now without overflow. */
int64_t goro__when(int64_t ns);

#endif
