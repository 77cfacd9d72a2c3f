/*
 * sleep.h - waiting for nothing but a time.
 */
#ifndef GORO_SLEEP_H
#define GORO_SLEEP_H

#include "sched/types.h"

/* Blocks until the deadline, for ever or not at all: GORO_TIMEOUT, GORO_AGAIN. */
int goro__block_until(int64_t deadline, enum wait_reason why);

#endif
