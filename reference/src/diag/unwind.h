/*
 * unwind.h - the frames of a goroutine or a thread, by the call frame
 * information that compilers write for every function, so without frame
 * pointers too.
 *
 * Takes no lock, allocates nothing and never faults, whatever the stack and the
 * tables hold: callable anywhere, in a signal handler too.  A frame costs about
 * 20 ns once its place in the code has been seen before, else microseconds.
 *
 * A frame is an address for looking up names and lines: inside of the call that
 * it has made; or, at the start and where a signal came, the instruction
 * itself.  The runtime's own frames are among them (goro__in_runtime()), but
 * those below a goroutine's function are not: that is the last.
 */
#ifndef GORO_UNWIND_H
#define GORO_UNWIND_H

#include <ucontext.h>

#include "diag/mem.h"
#include "regs.h"
#include "sched/types.h"

/* Where to begin; all NULL: with the caller. */
struct unwind_start {
	/*
	 * A goroutine that does not run: it is parked, queued, stopped by a
	 * signal, or in goro_blocking() or goro__systemstack(), where its
	 * frames end that are on its own stack.  If it has not run yet its
	 * function is the only frame.  One that goes on meanwhile gives frames
	 * of either time, or fewer.
	 */
	const struct g *g;
	/* What a signal interrupted on this thread, or on one that waits. */
	const ucontext_t *uc;
};

/* Returns how many frames there are in pcs, at most max. */
int goro__unwind(const struct unwind_start *from, uintptr_t *pcs, int max);

/* One frame after the other, for those who want no array of them. */
struct unwinder {
	struct regs regs;
	struct mem stack;
	bool exact; /* regs.pc is an instruction, not behind a call */
	bool over;
	int turns; /* how often the stack may still go down */
};

/* from->g or from->uc is set. */
void goro__unwind_begin(struct unwinder *u, const struct unwind_start *from);
/* False if there are no more frames. */
bool goro__unwind_next(struct unwinder *u, uintptr_t *pc);

#endif
