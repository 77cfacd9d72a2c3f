/*
 * overflow.h - what happens to a goroutine without stack left.
 */
#ifndef GORO_OVERFLOW_H
#define GORO_OVERFLOW_H

#include "sched/types.h"

/*
 * g leaves, and is not on its stack: it dies of an overflow.  Or the top of its
 * stack was overwritten.
 */
_Noreturn void goro__off_stack(struct g *g);
void goro__sigstack(struct m *m);
void goro__overflow_init(void);

#endif
