/*
 * san.h - the twin for AddressSanitizer: it is told of every change of stack.
 * What the functions mean is said in base/san/none/san.h.
 *
 * Each stack has a fake stack of its own (for use-after-return), kept while it
 * does not run.  NULL is passed for it only when a goroutine ends: that frees
 * it.  A dead goroutine's stack is unpoisoned, since its frames never return.
 */
#ifndef GORO_SAN_H
#define GORO_SAN_H

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "base/nopreempt.h"

struct san_fiber {
	const void *lo;
	size_t n;
	void *fake;
};

#define SAN_PREEMPT 1 /* goroutines are stopped by signals */
#define SAN_LOCKS 0   /* a signal may interrupt it with a lock held */
#define SAN_LEAKS 0   /* its malloc and its own memory are unknown to reach.c */
#define SAN_INLINE_COPY 0 /* memcpy of a few bytes calls nobody */
#define SAN_STACK_SCALE 4
#define SAN_STACKS_APART 0
#define SAN_TOOLS 0

static inline void san_fiber_new(struct san_fiber *f)
{
	*f = (struct san_fiber){0};
}

static inline void san_fiber_stack(struct san_fiber *f, void *lo, size_t n)
{
	f->lo = lo;
	f->n = n;
}

static inline void san_fiber_free(struct san_fiber *f)
{
	ASAN_UNPOISON_MEMORY_REGION(f->lo, f->n);
}

static inline void san_thread(struct san_fiber *f, void *lo, size_t n)
{
	*f = (struct san_fiber){.lo = lo, .n = n};
}

static inline void san_leave(struct san_fiber *from, struct san_fiber *to)
{
	preempt_disable();
	__sanitizer_start_switch_fiber(&from->fake, to->lo, to->n);
	preempt_enable();
}

static inline void san_step(struct san_fiber *from, struct san_fiber *to)
{
	san_leave(from, to);
}

static inline void san_arrive(struct san_fiber *self)
{
	preempt_disable();
	__sanitizer_finish_switch_fiber(self->fake, NULL, NULL);
	preempt_enable();
}

static inline void san_die(struct san_fiber *self, struct san_fiber *to,
			   const void *lo)
{
	(void)self, (void)lo;
	preempt_disable();
	__sanitizer_start_switch_fiber(NULL, to->lo, to->n);
	preempt_enable();
}

static inline void san_copy(void *to, const void *from, size_t n)
{
	if (n == 0)
		return;
	preempt_disable();
	memcpy(to, from, n);
	preempt_enable();
}

#include "base/san/no_edges.h"

#endif
