/*
 * gfree.h - free Gs and free stacks.
 */
#ifndef GORO_GFREE_H
#define GORO_GFREE_H

#include "sched/types.h"

/* Returns a G, with or without a stack; NULL without memory for both. */
struct g *goro__gfget(struct p *p, int size_class);
/* Frees g, which has ended or never ran; it keeps the stack it has. */
void goro__gfput(struct p *p, struct g *g);
/* Gives s to g, which has no stack. */
void goro__stack_give(struct g *g, struct stack *s);
/* The same with any free stack; false without memory. */
bool goro__stack_take(struct p *p, struct g *g);
/* The same right before its first turn: fatal without memory. */
void goro__stack_first(struct p *p, struct g *g);
/* Gives free stacks' memory back: all, or what nobody took since last time. */
void goro__scavenge(bool all);

#endif
