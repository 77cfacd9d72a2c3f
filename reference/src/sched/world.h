/*
 * world.h - stopping the world, and the number of Ps.
 */
#ifndef GORO_WORLD_H
#define GORO_WORLD_H

#include "sched/histogram.h"
#include "sched/types.h"

/* How long it took to stop all Ps, and until they were started again. */
extern struct histogram goro__stopping_took
	__attribute__((visibility("hidden")));
extern struct histogram goro__pauses __attribute__((visibility("hidden")));

void goro__world_park(void);
void goro__procresize(int32_t n);
/*
 * Stops all Ps but the caller's, until goro__start_world().  The caller is a
 * goroutine whose turn it is (wait/stopper.h): a second one parks and does not
 * hold up a P.  It yields to a trace that begins a generation.
 */
void goro__stop_world(void);
/*
 * The same for at most patience ns (< 0: without end).  False if a P has not
 * stopped by then, or another stopper is at work; the world goes on.
 */
bool goro__try_stop_world(int64_t patience);
/* Makes all Ps but the caller's idle again; those with work get an M. */
void goro__start_world(void);
void goro__attend(struct p *p);
/* Adds the counts of from to those of to. */
void goro__add_stats(struct pstats *to, struct pstats *from);

#endif
