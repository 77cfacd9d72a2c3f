/*
 * caller.h - whether core->run() waits for main.
 *
 * A run() that does not may still be on its way out when main begins, or when
 * it ends; who asks at that moment takes it for one that waits.  So main gives
 * it the time to be seen.
 */
#ifndef ASSAY_CALLER_H
#define ASSAY_CALLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

struct caller {
	pid_t thread; /* that calls core->run() */
	atomic_bool left;
};

/* Around the call of core->run(), on the same thread. */
void caller_enter(struct caller *c);
void caller_leave(struct caller *c);

/*
 * From main, on any thread.  True if the caller has left.  Returns at once if
 * it sleeps, is this thread or has left; else, as it computes for other
 * goroutines or is on its way out, within some 200 ms.
 */
bool caller_let_return(struct caller *c);

#endif
