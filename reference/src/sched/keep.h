/*
 * keep.h - what C keeps per thread and a goroutine takes for its own: the C++
 * exceptions it has in flight, and its signal mask.  (The floating-point
 * environment is the business of goro__switch.)
 *
 * Between goroutines a thread always has none of the first and the mask that
 * all Ms have.  A goroutine that leaves with something else puts it aside on
 * its own stack, and takes it up when it goes on, on whatever thread.
 *
 * Whether there may be something costs nothing to ask: g->lo, below which no
 * stack pointer may be when a goroutine leaves, is above all of them then.
 */
#ifndef GORO_KEEP_H
#define GORO_KEEP_H

#include "sched/types.h"

/* The program has a C++ runtime: then there may be something at any switch. */
extern bool goro__cxx __attribute__((visibility("hidden")));

void goro__keep_start(void);
/* The calling thread becomes m: its mask, and where its exceptions are. */
void goro__keep_init(struct m *m);
/* From now on g, which runs, may have something to keep. */
void goro__keep(struct g *g);
/* The caller comes from a blocking call, which may have changed the mask. */
void goro__keep_call(void);
/* goro__switch() for a g with that, or one that is not on its stack: fatal. */
void goro__switch_keeping(struct m *m, struct g *g, void *sp);
/* The same for one that ends: nothing is kept. */
void goro__end_keeping(struct m *m, struct g *g);
/* g ends inside of catch blocks: it leaves them. */
void goro__leave_catches(void);

static inline void switch_keeping(struct m *m, struct g *g, void *sp)
{
	if (unlikely(arch_sp_below(&g->lo)))
		goro__switch_keeping(m, g, sp);
	else
		goro__switch(&g->sp, sp);
}

static inline void end_keeping(struct m *m, struct g *g)
{
	if (unlikely(arch_sp_below(&g->lo)))
		goro__end_keeping(m, g);
}

#endif
