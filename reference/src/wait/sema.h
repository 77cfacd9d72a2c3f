/*
 * sema.h - waiting in the sync types: a queue of goroutines under a lock.
 *
 * Each type has its lock first and, with it held, is plain data.  A waiter
 * parks with the lock, which is released when its stack is free, and is
 * usually handed what it waits for by whoever wakes it.
 */
#ifndef GORO_SEMA_H
#define GORO_SEMA_H

#include "sched/goroutine.h"

static inline void waitq_push(struct waitq *q, struct sudog *s)
{
	s->next = NULL;
	if (q->last)
		q->last->next = s;
	else
		q->first = s;
	q->last = s;
}

static inline void waitq_push_front(struct waitq *q, struct sudog *s)
{
	s->next = q->first;
	q->first = s;
	if (!q->last)
		q->last = s;
}

static inline struct sudog *waitq_pop(struct waitq *q)
{
	struct sudog *s = q->first;

	if (!s)
		return NULL;
	q->first = s->next;
	if (!q->first)
		q->last = NULL;
	return s;
}

/* Parks at the end of q; l is held before and not after. */
static inline void wait_at_end(struct waitq *q, struct lock *l,
			       enum wait_reason why)
{
	struct sudog s = {.g = goro__self()};

	waitq_push(q, &s);
	goro__park(l, why);
}

/*
 * goro_mutex_unlock() without its last step: true if the mutex was handed to
 * a waiter, which is to run before the caller goes on.
 */
bool goro__mutex_release(goro_mutex *m);

/*
 * Wakes a list of waiters; the lock may be free already.  Each sudog is gone
 * once its goroutine is ready.
 */
static inline void wake_list(struct sudog *s)
{
	while (s) {
		struct sudog *next = s->next;

		goro__ready(s->g);
		s = next;
	}
}

#endif
