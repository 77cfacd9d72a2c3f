/*
 * caller.h - tells whether core->run() waits for main.
 *
 * A run() that does not wait may still be on its way out when main begins or
 * ends.  It would look like one that waits, so main gives it time to leave.
 */
#ifndef ASSAY_CALLER_H
#define ASSAY_CALLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

struct caller {
	pid_t thread; /* the one that calls core->run() */
	atomic_bool left;
};

/* To be called before and after core->run(), on the same thread. */
void caller_enter(struct caller *c);
void caller_leave(struct caller *c);

/*
 * True if the caller of run() has left.  Main calls it, on any thread.  Returns
 * at once if the caller sleeps, is this thread or has left.  Otherwise the
 * caller computes for other goroutines or is on its way out: then it returns
 * within some 200 ms.
 */
bool caller_let_return(struct caller *c);

#endif
