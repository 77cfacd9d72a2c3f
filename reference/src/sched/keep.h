/*
 * keep.h - what C keeps per thread but belongs to a goroutine: the C++
 * exceptions in flight, and the signal mask.  (goro__switch keeps the
 * floating-point environment.)
 *
 * Between goroutines a thread has no exceptions in flight and the mask of all
 * Ms.  A goroutine that leaves with something else puts it aside on its own
 * stack, and takes it back when it goes on, on any thread.
 *
 * The question whether there is anything to put aside costs nothing.  A switch
 * compares the stack pointer with g->lo anyway; if there may be something,
 * g->lo is above the whole stack, so the comparison fails.
 */
#ifndef GORO_KEEP_H
#define GORO_KEEP_H

#include "sched/types.h"

/* True if any switch may have something: C++, or a tool that is told of it. */
extern bool goro__keep_all __attribute__((visibility("hidden")));

void goro__keep_start(void);
/* Prepares the calling thread as m: its mask, and where its exceptions are. */
void goro__keep_init(struct m *m);
/* Notes that g, which runs, may have something to keep from now on. */
void goro__keep(struct g *g);
/* Looks at the mask after a blocking call, which may have changed it. */
void goro__keep_call(void);
/* goro__switch() for a g with that, or one that is not on its stack: fatal. */
void goro__switch_keeping(struct m *m, struct g *g, void *sp);
/* The same for one that ends: nothing is kept.  True: it must go to g0. */
bool goro__end_keeping(struct m *m, struct g *g);
/* g ends inside of catch blocks: it leaves them. */
void goro__leave_catches(void);

static inline void switch_keeping(struct m *m, struct g *g, void *sp)
{
	if (unlikely(arch_sp_below(&g->lo)))
		goro__switch_keeping(m, g, sp);
	else
		goro__switch(&g->sp, sp);
}

static inline bool end_keeping(struct m *m, struct g *g)
{
	return unlikely(arch_sp_below(&g->lo)) && goro__end_keeping(m, g);
}

#endif
