/*
 * queue.h - how a ready goroutine gets on a queue, its P's or the global one.
 */
#ifndef GORO_QUEUE_H
#define GORO_QUEUE_H

#include "sched/types.h"

/* Puts g on p's queue, before all others if next is set.  Owner of p only. */
void goro__runqput(struct p *p, struct g *g, bool next);
/* Puts g on the global queue.  The caller may then look at nmspinning. */
void goro__globrunqput(struct g *g);
void goro__globrunqput_all(struct glist *l);
/* Makes all of l, which wait and are on no list of waiters, ready. */
void goro__ready_all(const struct glist *l);
/* The same, and puts them on the global queue.  For threads without a P. */
void goro__globrunqput_ready(struct glist *l);
/* Moves next to the end of p's queue, as p's slice is over. */
void goro__runq_next_to_tail(struct p *p);

/*
 * Takes a stopped goroutine that is to go on with p, the caller's P, and
 * returns its M.  With asleep_too unset takes none that was stopped asleep.
 * NULL if there is none.  sched.lock is held.
 */
struct m *goro__stopped_m(struct p *p, bool asleep_too);

#endif
