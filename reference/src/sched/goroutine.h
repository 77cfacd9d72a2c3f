/*
 * goroutine.h - how a goroutine begins, waits, yields and ends.
 */
#ifndef GORO_GOROUTINE_H
#define GORO_GOROUTINE_H

#include "sched/types.h"

/*
 * Parks the calling goroutine until goro__ready(g).  l, if not NULL, is
 * released once its stack is free: a holder of l may find and ready it.
 */
void goro__park(struct lock *l, enum wait_reason why);
/* The same, for what is of bubble `id`, or of none (0): bubble.h. */
void goro__park_in(uint32_t id, struct lock *l, enum wait_reason why);
/* Parks the caller; fn runs once its stack is free. */
void goro__park_after(after_fn fn, void *arg, enum wait_reason why);
/* Makes a parked goroutine the next one to run on this P. */
void goro__ready(struct g *g);
/* Puts the caller behind the others: local ring, or the global queue. */
void goro__yield_to(bool global);
/* Returns a new goroutine of the given stack class; NULL: no memory. */
struct g *goro__newg(goro_fn fn, const void *arg, size_t n, int size_class,
		     void *creator);
/* Puts a new goroutine on this P's queue. */
void goro__start(struct g *g);
/* Ends the calling goroutine.  Its deferred calls have already run. */
_Noreturn void goro__goexit0(void);
/* Calls fn(arg) on the scheduler's own stack of this M. */
void goro__systemstack(void (*fn)(void *), void *arg);
void *goro__gomain(void);
/* Does what is left when g's deferred calls have run: g->stack->at_end. */
void goro__at_end(struct g *g);
/* Ends m's running goroutine.  Returns the stack to go on with. */
void *goro__end(struct m *m, struct g *g);

static inline struct g *goro__self(void)
{
	return goro__m()->curg;
}

#endif
