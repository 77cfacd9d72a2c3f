/*
 * timer.h - the timers of a P: a heap, mostly run by the P's owner.
 */
#ifndef GORO_TIMER_H
#define GORO_TIMER_H

#include "sched/types.h"

/* Adds t, whose when and fn are set, to this P's heap. */
void goro__timer_add(struct timer *t);
/* Adds t to the heap of p; for goro__real_p. */
void goro__timer_add_to(struct p *p, struct timer *t);
bool goro__timer_take(struct timer *t);
void goro__timer_wait(struct timer *t);
/* Takes t off its heap.  True if it was pending; most are not: inline. */
static inline bool goro__timer_del(struct timer *t)
{
	return load_acquire(&t->p) && goro__timer_take(t);
}
/* The same, and waits until t's fn does not run any more. */
static inline bool goro__timer_del_sync(struct timer *t)
{
	bool pending = goro__timer_del(t);

	if (load_acquire(&t->running))
		goro__timer_wait(t);
	return pending;
}
/* Adds t to the heap of p and wakes nobody.  True if it is due first. */
bool goro__timer_put(struct p *p, struct timer *t);
/* Takes all off p's heap; none of them runs. */
void goro__timers_drop(struct p *p);
/* Runs what is due in p's heap.  Returns the next due time, or INT64_MAX. */
int64_t goro__timers_run(struct p *p, int64_t now);
/* Parks the caller until when. */
void goro__sleep_until(int64_t when, enum wait_reason why);
/* Ends a call of t's fn, which touches t no more: a waiter may free it. */
static inline void goro__timer_done(struct timer *t)
{
	sub_release(&t->running, 1u);
}

void goro__timers_move(struct timers *to, struct timers *from);
/* Returns the first when + n * period after now; INT64_MAX: never. */
int64_t goro__next_tick(int64_t when, int64_t period, int64_t now);
/* Returns the time ns from now, without overflow. */
int64_t goro__when(int64_t now, int64_t ns);

#endif
