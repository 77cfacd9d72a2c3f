/*
 * schedule.h - the loop of an M.
 */
#ifndef GORO_SCHEDULE_H
#define GORO_SCHEDULE_H

#include "sched/types.h"

/* Runs goroutines until the calling M, which gets a P if need be, is to end. */
void goro__schedule(void);
/* Blocks until there is a goroutine to run on m; m has a P then. */
struct g *goro__find_runnable(struct m *m);

#endif
