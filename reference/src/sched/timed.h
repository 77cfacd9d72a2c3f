/*
 * timed.h - how long goroutines wait for their turn, and how long turns take.
 *
 * Only some are timed, and the others pay nothing for it: submit() looks at
 * p->mp anyway.  MP_TIMED in it says that a goroutine made ready on this P soon
 * is to be timed: after a few others, or of a burst it would always be the
 * first.  It is set each 10 ms by sysmon, and on one in so many starts, queued
 * goroutines and turns, so that a burst shorter than that has its share.
 *
 * A timed goroutine carries the time in g->lockedm, with bit 0 set, which no M
 * has.  So the fast path takes it for locked to a thread and leaves it to g0,
 * which finds the time and lets it run.  One that is locked is not timed.
 *
 * Its turn is timed as well.  p->resched is set meanwhile, so that the turn
 * ends on g0.  What stopped in a call has no turn any more once its P is lost.
 */
#ifndef GORO_TIMED_H
#define GORO_TIMED_H

#include "sched/histogram.h"
#include "sched/types.h"

/* One in so many: goroutines started (a batch of numbers divides it), */
#define TIMED_STARTS 256
/* put into a ring, */
#define TIMED_QUEUED 128
/* looks at the global queue, which are each 61st turn, */
#define TIMED_LOOKS 16
/* and made ready by a thread without a P. */
#define TIMED_APART 8

/* How long goroutines were runnable, and how long they ran then. */
extern struct histogram goro__latencies __attribute__((visibility("hidden")));
extern struct histogram goro__turns __attribute__((visibility("hidden")));

/* Has a goroutine timed that p makes ready soon.  Any thread may ask. */
static inline void time_soon(struct p *p)
{
	/* Says nothing of other memory; to be late or lost is no harm. */
	if (!(load_relaxed(&p->mp) & MP_TIMED))
		or_relaxed(&p->mp, MP_TIMED);
}

/* Returns the M that g is locked to, or NULL; for who may race with all. */
static inline struct m *locked_m(const struct g *g)
{
	struct m *m = *(struct m *const volatile *)&g->lockedm;

	return (uintptr_t)m & 1 ? NULL : m;
}

void goro__time_ready(struct p *p, struct g *g);

/*
 * Times g from now on, which is about to be queued, if p is to time one and it
 * is g's turn.  p's owner only.
 */
static inline void time_ready(struct p *p, struct g *g)
{
	if (unlikely(load_relaxed(&p->mp) & MP_TIMED))
		goro__time_ready(p, g);
}

/* Times g, made ready without a P, now and then.  sched.lock is held. */
void goro__time_some(struct g *g);
/*
 * Notes that g, off all queues, has its turn with p, if it is timed.  False: it
 * is locked to a thread.
 */
bool goro__timed_turn(struct p *p, struct g *g);
/* Notes that the timed turn with p is over; its owner or taker only. */
void goro__timed_end(struct p *p);
/* As time_ready() of one that its handler stops: returns the time, or 0. */
int64_t goro__timed_stop(struct p *p);
/* Notes that one stopped at that time goes on with p, if that is not 0. */
void goro__timed_resume(struct p *p, int64_t since);

#endif
