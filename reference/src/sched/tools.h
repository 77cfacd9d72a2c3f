/*
 * tools.h - what valgrind and AddressSanitizer are told of stacks.
 *
 * A program may run under valgrind, or be built for AddressSanitizer, with the
 * library as it is.  Then each change of stack is told.  All goroutines take
 * the slow path of keep.h for it, so a run without such a tool pays nothing.
 * (A library that is itself built for a sanitizer tells it through san.h.)
 */
#ifndef GORO_TOOLS_H
#define GORO_TOOLS_H

#include "sched/types.h"

/* True if a tool is told; never changes in a run. */
extern bool goro__tools __attribute__((visibility("hidden")));

void goro__tools_start(void);
/* Returns how much more stack the program's frames need than they would. */
size_t goro__tools_stack_scale(void);
/* A stack is made: [lo, hi). */
void goro__tools_stack(const void *lo, const void *hi);
/*
 * m leaves the stack of `from` for that of `to`, right after this; NULL is g0.
 * The tool is told of the arrival by the first run_after() there.
 */
void goro__tools_switch(struct m *m, struct g *from, struct g *to);
/* The same for g, which ends, and goes to g0. */
void goro__tools_end(struct m *m, struct g *g);
/* The same goroutine goes on on g0, and back, without a run_after(). */
void goro__tools_step(struct m *m, struct g *from, struct g *to);
void goro__tools_stepped(struct m *m, struct g *to);

#endif
