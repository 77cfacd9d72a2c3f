/*
 * reach.h - which goroutines can never run again.
 */
#ifndef GORO_REACH_H
#define GORO_REACH_H

#include <stdbool.h>

#include "sched/types.h"

/*
 * Marks all goroutines that can never run again (see reach.c), and returns how
 * many there are.  GORO_ENOTSUP: a thread cannot be stopped, or memory not be
 * listed; GORO_ENOMEM.  The caller is a goroutine.  The world stops meanwhile.
 */
int64_t goro__find_leaks(void);

/* True if g was found to be one, and has not run since. */
bool goro__leaked(const struct g *g);

#endif
