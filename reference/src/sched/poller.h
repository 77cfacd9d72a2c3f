/*
 * poller.h - what the scheduler knows of the network poller: how to wait in it,
 * how to end that wait, and how many goroutines it is to wake.
 */
#ifndef GORO_POLLER_H
#define GORO_POLLER_H

#include "base/check.h"
#include "sched/types.h"

struct poller {
	/*
	 * Adds to ready the goroutines that have become ready, some of them if
	 * there are many; they are still waiting.  If there is none, waits for
	 * at most ns (0: not at all, < 0: without end) or until wake; may
	 * return early with nothing.  Many threads may call it at once, each on
	 * a stack with room for 4 KiB.
	 */
	void (*poll)(int64_t ns, struct glist *ready);
	/*
	 * Ends the poll that waits now, or else the next one.  Callable from
	 * any thread, also with locks of the runtime held.
	 */
	void (*wake)(void);
};

/* True if goroutines wait for the poller. */
static inline bool goro__netpoll_awaited(void)
{
	return load_seq(&goro__sched.netwaiters) > 0;
}

/* The same, and no M sleeps for it. */
static inline bool goro__network_unwatched(void)
{
	return goro__netpoll_awaited() &&
	       load_seq(&goro__sched.idle.polluntil) == 0;
}

/* Notes that n goroutines from the poller are on run queues. */
static inline void goro__netpoll_woken(uint32_t n)
{
	uint32_t before = add_seq(&goro__sched.netwaiters, -n);

	goro_check(before >= n, "more wake up from the network than waited");
}

#endif
