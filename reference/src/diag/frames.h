/*
 * frames.h - the stack of a goroutine as text, in the form of Go's tracebacks:
 *
 *	worker(...)
 *		/usr/bin/program+0x11d6.s:0 +0x26
 *
 * The second line has what is known in memory: the file that is mapped there,
 * the address in it as addr2line counts, and the distance from where the
 * function begins.  goro-symbolize puts the source file and its line in place
 * of FILE+0xADDRESS.s:0.  (It ends like a source file, as readers of Go's
 * tracebacks want one.)
 */
#ifndef GORO_FRAMES_H
#define GORO_FRAMES_H

#include "base/print.h"
#include "diag/names.h"
#include "sched/types.h"

/* Of deep stacks the two ends are shown, as in Go. */
enum { FRAMES_END = 50 };

struct frames {
	const struct g *g;
	struct names *names;
	bool all;   /* the runtime's own, too */
	bool known; /* false: g runs, and cannot be looked at */
	size_t n;   /* in all */
	uintptr_t first[FRAMES_END];
	uintptr_t last[FRAMES_END]; /* frame i is at i % FRAMES_END */
};

/*
 * Looks at the stack of f->g, wherever that runs; waits for at most *patience
 * ns, which it counts down.  The caller's own stack is where it has left that
 * for the scheduler's (goro__systemstack), or what its handler interrupted.
 */
void goro__frames_find(struct frames *f, struct names *n, const struct g *g,
		       int64_t *patience);
/* Finds the next to be shown, *i being 0 at first: the two ends.  False: none. */
bool goro__frames_next(const struct frames *f, size_t *i, uintptr_t *pc);
/* Returns how many are left out between the ends. */
static inline size_t frames_elided(const struct frames *f)
{
	return f->n > 2 * FRAMES_END ? f->n - 2 * FRAMES_END : 0;
}
/* Prints them. */
void goro__frames_out(struct out *o, const struct frames *f);
/* Prints the second line of a frame; pc is an address as of unwind.h. */
void goro__frames_out_place(struct out *o, uintptr_t pc,
			    const struct place *at);
/* Prints the function, or what there is instead. */
void goro__frames_out_name(struct out *o, uintptr_t pc, const struct place *at);

#endif
