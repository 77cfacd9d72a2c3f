/*
 * deadline.h - a time until which a goroutine waits in queues.
 */
#ifndef GORO_DEADLINE_H
#define GORO_DEADLINE_H

#include "sched/types.h"

/* In the frame of the call that waits. */
struct deadline {
	struct timer t;
	struct g *g;
	struct lock *l; /* released after g's stack is free */
};

/*
 * From `when` on g, whose sudogs are contended, may be woken with g->wake NULL.
 * It is about to park with l, the last lock to be released, which is held.
 */
void goro__deadline_start(struct deadline *d, struct g *g, struct lock *l,
			  int64_t when);
/* After the wait: the deadline touches nothing any more. */
void goro__deadline_stop(struct deadline *d);

#endif
