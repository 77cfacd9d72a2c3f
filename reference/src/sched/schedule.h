/*
 * schedule.h - the loop of an M, and the queues that it takes from.
 */
#ifndef GORO_SCHEDULE_H
#define GORO_SCHEDULE_H

#include "sched/types.h"

/*
 * The life of an M that has a P (or gets one): runs goroutines.
 * Returns when the M is to end.
 */
void goro__schedule(void);
void goro__arrive(void);
/* Puts g on p's queue; next: before all others.  Owner of p only. */
void goro__runqput(struct p *p, struct g *g, bool next);
/* On the global queue; the caller may look at nmspinning then. */
void goro__globrunqput(struct g *g);
void goro__globrunqput_all(struct glist *l);
/* Blocks until there is a goroutine to run on m; m has a P then. */
struct g *goro__find_runnable(struct m *m);

#endif
