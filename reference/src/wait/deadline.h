/*
 * deadline.h - a time until which a goroutine waits in queues.
 */
#ifndef GORO_DEADLINE_H
#define GORO_DEADLINE_H

#include "sched/types.h"

/* Lives in the frame of the call that waits. */
struct deadline {
	struct timer t;
	struct g *g;
	struct lock *l; /* released after g's stack is free */
};

/*
 * Wakes g at `when`, with g->wake NULL, unless another waker wins it first.
 * g's sudogs are contended.  g is about to park, and l, which is held, is the
 * last lock that its park releases.
 */
void goro__deadline_start(struct deadline *d, struct g *g, struct lock *l,
			  int64_t when);
/* Stops d after the wait.  When it returns, d is no longer used. */
void goro__deadline_stop(struct deadline *d);

#endif
