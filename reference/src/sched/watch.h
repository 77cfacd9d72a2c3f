/*
 * watch.h - waits that the program wants to have counted: diag/contention.c.
 *
 * Off is free.  goro__mp has MP_WATCHED as long as anything is to be counted,
 * so that locks are real and goroutines are made ready on the path of many Ps.
 * That path asks, and nothing on the other one does.
 */
#ifndef GORO_WATCH_H
#define GORO_WATCH_H

#include "sched/types.h"

enum watch { WATCH_BLOCKS = 1, WATCH_UNLOCKS = 2 };

/* Begins or ends to count, but for goro__mp.  The world is stopped. */
void goro__set_watch(enum watch what, bool on);
/* Returns what goro__mp is with that many Ps.  The world is stopped. */
uint32_t goro__mp_for(int32_t procs);

static inline bool watching(void)
{
	return unlikely(mp() & MP_WATCHED);
}

/* When it began: those who have parked before are not counted. */
extern int64_t goro__watched_since __attribute__((visibility("hidden")));

/*
 * submit() of g while waits are counted, a run is explored or a trace is on, of
 * which that is the event: goro__trace_unblock, or g is new.  Or g alone is timed.
 */
void goro__submit_seen(struct p *p, struct g *g, void (*event)(struct g *));
/* Notes that g parks: when, if waits are counted, and for its bubble. */
void goro__watch_park(struct g *g, enum wait_reason why);

/* True if goro__watch_park() is to be called. */
static inline bool park_watched(void)
{
	return unlikely(mp() & MP_PARKS);
}

#endif
