/*
 * stopm.h - Ms that sleep, and what is left when all of them do.
 */
#ifndef GORO_STOPM_H
#define GORO_STOPM_H

#include "sched/types.h"

/* Sleeps until startm gives the calling M a P. */
void goro__stopm(void);
/*
 * Does what deadlock.h decides if the last M sleeps or ends.  sched.lock held.
 */
void goro__checkdead(void);
/* Returns the number of live goroutines; sched.lock may be held. */
int64_t goro__count_live(void);

#endif
