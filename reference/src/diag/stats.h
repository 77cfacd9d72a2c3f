/*
 * stats.h - counts of all Ps.
 */
#ifndef GORO_STATS_H
#define GORO_STATS_H

#include "sched/types.h"

/* Returns the sums over all Ps, with those that are gone. */
struct pstats goro__all_stats(void);
/* Returns how many goroutines are alive; never too few. */
uint64_t goro__live(void);
/* Returns how many timers are set, and goroutines asleep. */
uint64_t goro__count_timers(void);
/* Returns how many threads goro has, with the one in goro_run(). */
uint64_t goro__count_threads(void);

#endif
