/*
 * tasks.h - the threads that may hold pointers of the program while the world
 * is stopped: those of the program, and those in goro_blocking().
 */
#ifndef GORO_TASKS_H
#define GORO_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"

enum { TASKS_MOST = 1024, TASK_REGS = 40, TASK_FP = 344 };

struct task {
	int tid;    /* 0: it has ended, or is the caller's */
	int signal; /* what it was about to get when it was stopped */
	uintptr_t sp;
	uintptr_t regs[TASK_REGS], fp[TASK_FP];
};

struct tasks {
	uint32_t n;
	/* The rest is tasks.c's. */
	uint32_t stopped;
	int helper, caller;
	atomic_uint state;
	struct task v[TASKS_MOST];
	char stack[1 << 16] __attribute__((aligned(16)));
};

/*
 * Stops them and sets *t, which is all zero.  GORO_ENOTSUP: one cannot be
 * stopped; then none is.  The world is stopped, and sched.lock is held, so no
 * thread is stopped that has it.
 */
int goro__tasks_stop(struct tasks *t);
/* Adds one that is at rest: its frames begin at sp. */
void goro__tasks_add(struct tasks *t, uintptr_t sp);
void goro__tasks_go_on(struct tasks *t);

#endif
