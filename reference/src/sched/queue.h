/*
 * queue.h - how a goroutine that is ready gets on a queue, its P's or the global
 * one.
 */
#ifndef GORO_QUEUE_H
#define GORO_QUEUE_H

#include "sched/types.h"

/* Puts g on p's queue; next: before all others.  Owner of p only. */
void goro__runqput(struct p *p, struct g *g, bool next);
/* On the global queue; the caller may look at nmspinning then. */
void goro__globrunqput(struct g *g);
void goro__globrunqput_all(struct glist *l);
/* The slice of p is over: who is next goes to the end of its queue. */
void goro__runq_next_to_tail(struct p *p);

/*
 * The M of a goroutine that was stopped (or only of one that ran then) and now
 * has to go on with p, which is the caller's; NULL: there is none.  sched.lock
 * is held.
 */
struct m *goro__stopped_m(struct p *p, bool asleep_too);

#endif
