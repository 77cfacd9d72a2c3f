/*
 * san.h - where sanitizers are told of stacks and of edges.  This is the twin
 * for builds without one: nothing happens.
 *
 *	san_fiber_new          a goroutine is made, by the goroutine that runs
 *	san_fiber_stack        it gets its stack
 *	san_fiber_free         it has ended, or never ran
 *	san_thread             the calling thread's own stack
 *	san_leave(from, to)    right before goro__switch
 *	san_step(from, to)     the same goroutine goes on, on another stack
 *	san_become(self, to)   another goroutine goes on, on the same stack
 *	san_arrive(self)       after either, on the stack of self
 *	san_die(self, to, lo)  right before the last switch of a goroutine, from
 *	                       the stack that begins at lo
 *	san_release, acquire   a happens-before edge through an address
 *	san_sync               acquire, then release
 *	..._as(f, p)           the same on behalf of a parked goroutine
 *	san_read, san_write    the runtime copies a value for the goroutine
 *	san_copy               memcpy that itself is not looked at
 *	san_sigaction          a handler that runs at once, on the M's signal stack
 */
#ifndef GORO_SAN_H
#define GORO_SAN_H

#include <signal.h>
#include <stddef.h>
#include <string.h>

struct san_fiber {
	char none[0];
};

#define SAN_PREEMPT 1      /* goroutines are stopped by signals */
#define SAN_LOCKS 0        /* a signal may interrupt it with a lock held */
#define SAN_LEAKS 1        /* pointers lie in the open: reach.c */
#define SAN_INLINE_COPY 1  /* memcpy of a few bytes calls nobody */
#define SAN_STACK_SCALE 1  /* how much more stack instrumented code needs */
#define SAN_STACKS_APART 0 /* stacks that lie free before one is used again */
#define SAN_TOOLS 1 /* valgrind and the program's ASan are told: tools.h */

static inline void san_fiber_new(struct san_fiber *f)
{
	(void)f;
}

static inline void san_fiber_stack(struct san_fiber *f, void *lo, size_t n)
{
	(void)f, (void)lo, (void)n;
}

static inline void san_fiber_free(struct san_fiber *f)
{
	(void)f;
}

static inline void san_thread(struct san_fiber *f, void *lo, size_t n)
{
	(void)f, (void)lo, (void)n;
}

static inline void san_leave(struct san_fiber *from, struct san_fiber *to)
{
	(void)from, (void)to;
}

static inline void san_step(struct san_fiber *from, struct san_fiber *to)
{
	(void)from, (void)to;
}

static inline void san_arrive(struct san_fiber *self)
{
	(void)self;
}

static inline void san_die(struct san_fiber *self, struct san_fiber *to,
			   const void *lo)
{
	(void)self, (void)to, (void)lo;
}

/* Not libc's: a channel's lock may be held (nopreempt.h). */
static inline void san_copy(void *to, const void *from, size_t n)
{
	arch_copy(to, from, n);
}

#include "base/san/no_edges.h"

#endif
