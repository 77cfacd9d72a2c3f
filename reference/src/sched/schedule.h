/*
 * schedule.h - the loop of an M.
 */
#ifndef GORO_SCHEDULE_H
#define GORO_SCHEDULE_H

#include "sched/types.h"

/*
 * Runs goroutines on the calling M, which has a P or gets one.  Returns when
 * the M is to end.
 */
void goro__schedule(void);
/* Blocks until there is a goroutine to run on m; m has a P then. */
struct g *goro__find_runnable(struct m *m);

#endif
