/*
 * waitq.h - goroutines that wait, first in first out.
 *
 * The owner of a queue has a lock, which is held for all but waitq_wake().  A
 * waiter parks with that lock held, and the lock is released once its stack is
 * free.  So a sudog that is found in a queue belongs to a goroutine that may be
 * woken.  The waker usually hands it what it waits for.
 */
#ifndef GORO_WAITQ_H
#define GORO_WAITQ_H

#include "base/sys.h"
#include "sched/goroutine.h"
#include "sched/switch.h"

static inline void waitq_push(struct waitq *q, struct sudog *s)
{
	goro_check(q->last != s, "a sudog is queued twice");
	s->next = NULL;
	s->prev = q->last;
	if (q->last)
		q->last->next = s;
	else
		q->first = s;
	q->last = s;
}

static inline void waitq_push_front(struct waitq *q, struct sudog *s)
{
	s->prev = NULL;
	s->next = q->first;
	if (q->first)
		q->first->prev = s;
	else
		q->last = s;
	q->first = s;
}

/* Takes the first sudog off q.  Returns NULL if q is empty. */
static inline struct sudog *waitq_pop(struct waitq *q)
{
	struct sudog *s = q->first;

	if (!s)
		return NULL;
	q->first = s->next;
	if (s->next)
		s->next->prev = NULL;
	else
		q->last = NULL;
	s->next = s->prev = NULL;
	return s;
}

/*
 * Takes the first sudog whose goroutine no other waker has won.  A goroutine in
 * a select, or with a deadline, can be woken from several places: the CAS of
 * select_done decides.  Sudogs that were lost to other wakers are taken off as
 * well, and counted in *lost.  The acq_rel pairs with that of the other wakers.
 */
static inline struct sudog *waitq_claim(struct waitq *q, uint32_t *lost)
{
	struct sudog *s;

	while ((s = waitq_pop(q)) != NULL) {
		uint32_t undecided = 0;

		if (likely(!s->contended ||
			   cas_acq_rel(&s->g->select_done, &undecided, 1u)))
			return s;
		++*lost;
	}
	return NULL;
}

/* Takes all sudogs off q, and returns them as a list. */
static inline struct sudog *waitq_take(struct waitq *q)
{
	struct sudog *list = q->first;

	*q = (struct waitq){0};
	return list;
}

/* Takes s off q.  False if it was off already. */
static inline bool waitq_remove(struct waitq *q, struct sudog *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else if (likely(q->first == s))
		q->first = s->next;
	else
		return false;
	if (s->next)
		s->next->prev = s->prev;
	else
		q->last = s->prev;
	s->next = s->prev = NULL;
	return true;
}

/* Readies the goroutine of s, which is in no queue any more. */
static inline void sudog_wake(struct sudog *s, bool success)
{
	struct g *g = s->g;

	goro_check(
		!s->contended || load_relaxed(&g->select_done),
		"a goroutine in several queues is woken by who did not win it");
	s->success = success;
	g->wake = s;
	ready(g);
}

/* Does so for a list.  A sudog is gone once its goroutine is ready. */
static inline void waitq_wake(struct sudog *list, bool success)
{
	while (list) {
		struct sudog *next = list->next;

		sudog_wake(list, success);
		list = next;
	}
}

/* Counts the time since start as spent waiting for a mutex. */
static inline void waited_for_mutex(int64_t start)
{
	int64_t ns = sys_clock() - start;
	_Atomic(uint64_t) *sum = &goro__m()->p->stats.mutex_wait;

	store_relaxed(sum, load_relaxed(sum) + (uint64_t)ns); /* own P */
}

/*
 * Returns for how long the waiters in q have waited in all, beginning with
 * their s->since, which is now from here on.  Its lock is held.
 */
static inline int64_t waitq_charge(struct waitq *q, int64_t now)
{
	int64_t ns = 0;

	for (struct sudog *s = q->first; s; s = s->next) {
		ns += now - s->since;
		s->since = now;
	}
	return ns;
}

/*
 * Parks the caller at the end of q, with l held.  Returns without l, and with
 * the `success` that the waker gave.
 */
static inline bool waitq_park(struct waitq *q, struct lock *l,
			      enum wait_reason why)
{
	struct sudog s = {.g = goro__self()};

	waitq_push(q, &s);
	goro__park(l, why);
	return s.success;
}

#endif
