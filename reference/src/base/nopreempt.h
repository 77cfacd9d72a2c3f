/*
 * nopreempt.h - calls out of the runtime's own code.
 *
 * A goroutine is never preempted inside the runtime; the handler sees that by
 * the program counter.  It cannot see it while the runtime has called libc or a
 * sanitizer.  So all such calls go through sys.h and san.h, which mark them.
 *
 * The count is the first field of struct m.  Only the thread itself and its
 * signal handler touch it; volatile keeps the two in order.
 */
#ifndef GORO_NOPREEMPT_H
#define GORO_NOPREEMPT_H

#include "arch.h"

static inline volatile unsigned *preempt_count(void)
{
	return (volatile unsigned *)(void *)goro__m();
}

static inline void preempt_disable(void)
{
	volatile unsigned *n = preempt_count();

	if (n)
		++*n;
}

static inline void preempt_enable(void)
{
	volatile unsigned *n = preempt_count();

	if (n)
		--*n;
}

#endif
