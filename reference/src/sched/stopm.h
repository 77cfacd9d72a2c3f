/*
 * stopm.h - Ms that sleep, and what is left when all of them do.
 */
#ifndef GORO_STOPM_H
#define GORO_STOPM_H

#include "sched/types.h"

/* Sleeps until startm gives the calling M a P. */
void goro__stopm(void);
/*
 * An M goes to sleep for good, or ends: looks whether it is the last.  Called
 * with sched.lock held.
 */
void goro__checkdead(void);
/* Goroutines that have not ended; sched.lock may be held. */
int64_t goro__count_live(void);

#endif
