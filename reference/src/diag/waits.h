/*
 * waits.h - what a parked goroutine waits for.
 */
#ifndef GORO_WAITS_H
#define GORO_WAITS_H

#include <stddef.h>
#include <stdint.h>

#include "sched/types.h"

/*
 * Finds the channels, mutexes ... in whose queues g is, by their addresses.
 * Returns how many there are in `to`, at most max; it may miss some, and finds
 * none of a goroutine that does not wait.
 */
size_t goro__waits_find(const struct g *g, uintptr_t *to, size_t max);

#endif
