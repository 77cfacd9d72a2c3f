/*
 * san.h - the twin for ThreadSanitizer: every goroutine is a fiber, and the
 * operations that synchronise say so.  What the functions mean is said in
 * base/san/none/san.h.
 *
 * Fibers are switched with the no-sync flag: a switch as such is no edge, or
 * all goroutines of one thread would seem ordered and no race be found.  The
 * runtime itself is not instrumented (reference/build.mk), so the edges said
 * here are all there are.
 */
#ifndef GORO_SAN_H
#define GORO_SAN_H

#include <sanitizer/tsan_interface.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"

/* In every libtsan since gcc 10 and clang 9; the headers leave them out. */
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void __tsan_read_range(void *p, unsigned long n);
void __tsan_write_range(void *p, unsigned long n);

#define TSAN_NO_SYNC 1u

struct san_fiber {
	void *fiber;
};

#define SAN_PREEMPT 0 /* goroutines are stopped by signals */
#define SAN_LOCKS 1   /* a signal may interrupt it with a lock held */
#define SAN_LEAKS 0   /* its malloc and its own memory are unknown to reach.c */
#define SAN_INLINE_COPY 1 /* memcpy of a few bytes calls nobody */
#define SAN_STACK_SCALE 4
#define SAN_STACKS_APART 32
#define SAN_TOOLS 0

static inline void san_fiber_new(struct san_fiber *f)
{
	f->fiber = __tsan_create_fiber(TSAN_NO_SYNC);
}

static inline void san_fiber_free(struct san_fiber *f)
{
	__tsan_destroy_fiber(f->fiber);
	f->fiber = NULL;
}

static inline void san_thread(struct san_fiber *f, void *lo, size_t n)
{
	(void)lo, (void)n;
	f->fiber = __tsan_get_current_fiber();
}

static inline void san_leave(struct san_fiber *from, struct san_fiber *to)
{
	(void)from;
	__tsan_switch_to_fiber(to->fiber, TSAN_NO_SYNC);
}

/*
 * Code on a thread's stack runs as the thread's fiber, which owns that memory.
 * So the goroutine's history goes with it, there and back.
 */
static inline void san_step(struct san_fiber *from, struct san_fiber *to)
{
	(void)from;
	__tsan_release(to);
	__tsan_switch_to_fiber(to->fiber, TSAN_NO_SYNC);
	__tsan_acquire(to);
}

static inline void san_arrive(struct san_fiber *self)
{
	(void)self;
}

/* The thread goes on as another fiber, where it is. */
static inline void san_become(struct san_fiber *self, struct san_fiber *to)
{
	san_leave(self, to);
}

static inline void san_release(const void *p)
{
	__tsan_release((void *)(size_t)p);
}

static inline void san_acquire(const void *p)
{
	__tsan_acquire((void *)(size_t)p);
}

static inline void san_sync(const void *p)
{
	san_acquire(p);
	san_release(p);
}

static inline void san_acquire_as(struct san_fiber *f, const void *p)
{
	void *self;

	self = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(f->fiber, TSAN_NO_SYNC);
	san_acquire(p);
	__tsan_switch_to_fiber(self, TSAN_NO_SYNC);
}

/*
 * The next goroutine on this stack is ordered after all of this one, the calls
 * of libc for its last events in a trace too.  That hides races of the two, so
 * they are kept apart: SAN_STACKS_APART.
 */
static inline void san_die(struct san_fiber *self, struct san_fiber *to,
			   const void *lo)
{
	san_release(lo);
	san_leave(self, to);
}

static inline void san_fiber_stack(struct san_fiber *f, void *lo, size_t n)
{
	(void)n;
	san_acquire_as(f, lo);
}

static inline void san_sync_as(struct san_fiber *f, const void *p)
{
	void *self;

	self = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(f->fiber, TSAN_NO_SYNC);
	san_sync(p);
	__tsan_switch_to_fiber(self, TSAN_NO_SYNC);
}

/*
 * Not memcpy, which is checked: the runtime's side of a copy (a slot of a
 * channel, the stack of a parked goroutine) is not the program's.  The empty
 * asm keeps the compiler from making it one.
 */
static inline void san_copy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		((char *)to)[i] = ((const char *)from)[i];
		__asm__ volatile("" ::: "memory");
	}
}

static inline void san_read(const void *p, size_t n)
{
	if (n)
		__tsan_read_range((void *)(size_t)p, n);
}

static inline void san_write(void *p, size_t n)
{
	if (n)
		__tsan_write_range(p, n);
}

typedef void (*san_handler)(int sig, siginfo_t *info, void *context);

/*
 * ThreadSanitizer delays the signals of handlers that libc's sigaction sets.
 * It does not know of those that the system call sets.
 */
static inline int san_sigaction(int sig, san_handler fn)
{
	struct {
		san_handler fn;
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} act = {fn, SA_SIGINFO | SA_ONSTACK | SA_RESTART | ARCH_SA_RESTORER,
		 goro__restorer, 0};

	return (int)syscall(SYS_rt_sigaction, sig, &act, NULL, 8);
}

#endif
