/*
 * leaked.h - the marks of goroutines that can never run again.
 */
#ifndef GORO_LEAKED_H
#define GORO_LEAKED_H

#include "diag/waiters.h"

/* True if the last search marked g, and g has not run since. */
bool goro__leaked(const struct g *g);
/*
 * Marks those of w that can never run again, in place of all marks there were.
 * Returns how many they are; GORO_ENOMEM.  w is used up.  The world is stopped.
 */
int64_t goro__mark_leaked(struct waiters *w);

#endif
