/*
 * contention.h - which waits cost how much time, and who held what they waited
 * for.  The rates are 0 unless the program asks: see goro_debug.h.
 */
#ifndef GORO_CONTENTION_H
#define GORO_CONTENTION_H

#include "diag/tally.h"
#include "sched/types.h"

/* g, which has parked, is made ready by the caller. */
void goro__contention_ready(struct g *g);
/* The caller has waited since then, for a mutex. */
void goro__contention_waited(int64_t since);
/* The caller unlocks what others have waited for, ns in all meanwhile. */
void goro__contention_unlock(int64_t ns);

/* The profiles; the tag is a wait_reason. */
int goro__block_profile(struct tally_list *l);
int goro__mutex_profile(struct tally_list *l);
int64_t goro__mutex_fraction(void);

#endif
