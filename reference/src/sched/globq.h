/*
 * globq.h - the global run queue: goroutines that any P may take.
 *
 * Its lock is sched.lock, which the idle lists have too: a goroutine is queued,
 * or an idle P found, in one step.  All here is called with it held, but for
 * globq_len().  A goroutine is off the list before any ring shows it: a thief
 * may run it, end it and reuse its link at once.
 *
 * An M that pushes and then looks for an M to wake puts a fence_seq() between.
 * It pairs with the fence of an M that stops looking for work (idle.c).
 */
#ifndef GORO_GLOBQ_H
#define GORO_GLOBQ_H

#include "sched/runq.h"
#include "sched/state.h"

/* The length; anyone may ask, with the lock or without. */
static inline uint32_t globq_len(const struct globq *q)
{
	return load_relaxed(&q->n);
}

/* After each change. */
static inline void globq_changed(struct globq *q)
{
	const struct glist *l = &q->list;

	goro_check(!l->head == !l->n && !l->tail == !l->n,
		   "the global queue is not as long as it says");
	goro_check(q != &goro__sched.globq ||
			   load_relaxed(&goro__sched.lock.held),
		   "the global queue changes without its lock");
	store_relaxed(&q->n, l->n);
}

/* Puts g at the end. */
static inline void globq_push(struct globq *q, struct g *g)
{
	goro_check(g_is(g, GRUNNABLE),
		   "a goroutine is queued for all that is not runnable");
	glist_push(&q->list, g);
	globq_changed(q);
}

/* Puts all of l at the end; l is empty then. */
static inline void globq_push_all(struct globq *q, struct glist *l)
{
	glist_append(&q->list, l);
	globq_changed(q);
}

/*
 * Takes the share of one P in ps, and most at most.  Returns the first, NULL if
 * the queue is empty; the others go to ring, of whose P the caller is the
 * owner.
 */
struct g *goro__globq_take(struct globq *q, struct runq *ring, uint32_t ps,
			   uint32_t most);

/*
 * Takes the first goroutine that was stopped while it ran.  With asleep, else
 * the first that was stopped while it slept.  NULL: there is none.
 */
struct g *goro__globq_take_stopped(struct globq *q, bool asleep_too);

#endif
