/*
 * tracestack.h - stacks for the events of a trace.
 *
 * The function that a goroutine begins with is always there: it is its name in
 * every viewer.  Stacks at events cost more than the events, so they are there
 * only with GODEBUG=tracestacks=1.
 */
#ifndef GORO_TRACESTACK_H
#define GORO_TRACESTACK_H

#include "sched/types.h"

void goro__tracestack_init(void);
/* Hooks of the same names: return a number of the stack table, 0 for none. */
uint64_t goro__tracestack_here(void);
uint64_t goro__tracestack_of(const struct g *g);

#endif
