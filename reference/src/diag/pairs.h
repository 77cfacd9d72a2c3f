/*
 * pairs.h - which operations have followed each other in a run that is explored:
 * two goroutines' on one object, with none on it in between.
 *
 * The tool adds up those of all runs.  Where the last new pair is long ago, more
 * runs are not likely to show more.
 */
#ifndef GORO_PAIRS_H
#define GORO_PAIRS_H

#include "sched/types.h"

/* True if somebody counts them. */
bool goro__pairs_wanted(void);
/* g makes a step, and has called from pc. */
void goro__pairs_add(const struct g *g, uintptr_t pc);

#endif
