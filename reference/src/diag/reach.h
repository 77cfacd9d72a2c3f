/*
 * reach.h - what the pointers in memory lead to.
 */
#ifndef GORO_REACH_H
#define GORO_REACH_H

#include "diag/search.h"

/* Sets the bounds of all that can be reached: most words are outside. */
void goro__reach_bounds(struct search *s);
/* Reaches what at points to, if that is a block or a waiter. */
void goro__reach(struct search *s, uintptr_t at);
/* Reaches what the words in [from, to) point to. */
void goro__scan(struct search *s, const void *from, const void *to);
/* The same for the frames on g's stack, which begin at sp. */
void goro__scan_frames(struct search *s, const struct g *g, uintptr_t sp);
/* Scans what was reached, and what is reached by that. */
void goro__drain(struct search *s);

#endif
