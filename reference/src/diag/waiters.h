/*
 * waiters.h - goroutines that only another goroutine can wake.
 */
#ifndef GORO_WAITERS_H
#define GORO_WAITERS_H

#include <stdbool.h>

#include "sched/types.h"

struct waiter {
	struct g *g;
	bool reached; /* by a pointer in what is alive */
};

struct waiters {
	struct waiter *v; /* by address of the G */
	uint32_t n, cap;
};

/* True if g is a goroutine that has not ended. */
bool goro__exists(const struct g *g);
/* True if g waits for what only a goroutine of the program can do. */
bool goro__waits_for_others(const struct g *g);
/* True if g waits for what nobody can do.  It is a waiter. */
bool goro__waits_for_nothing(const struct g *g);

/* Returns how many goroutines there are: no more can be waiters. */
uint32_t goro__waiters_most(void);
/* Puts all waiters into w, which is empty.  The world is stopped. */
void goro__waiters_list(struct waiters *w);
/* Returns what w has of g; NULL: g is no waiter. */
struct waiter *goro__waiter_of(const struct waiters *w, const struct g *g);

#endif
