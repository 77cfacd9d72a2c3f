/*
 * sleep.h - a wait that only a deadline ends.
 */
#ifndef GORO_SLEEP_H
#define GORO_SLEEP_H

#include "sched/types.h"

/* Blocks until the deadline: GORO_TIMEOUT.  GORO_POLL: GORO_AGAIN at once. */
int goro__block_until(int64_t deadline, enum wait_reason why);

#endif
