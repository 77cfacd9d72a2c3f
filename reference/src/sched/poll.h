/*
 * poll.h - the M that sleeps until the next timer of all Ps, or until the
 * network poller has something; and polling without sleeping.
 *
 * There is at most one such M at a time.  idle.polluntil says that it sleeps,
 * and until when.  The race is between "set a timer" and "go to sleep":
 *
 *	set:      1. put the timer into a heap, show it in timers.next
 *	          2. StoreLoad barrier
 *	          3. look at polluntil: is somebody to be woken?
 *	sleep:    1. store polluntil
 *	          2. StoreLoad barrier
 *	          3. look at all timers.next once more
 *
 * A P whose goroutine computes does not look at its timers.  So while a P is
 * idle an M sleeps until the first timer of all, those of busy Ps too: who sets
 * a timer that is due soon wakes one if none does, and so does an M that leaves
 * the sleep for a goroutine while others are due soon.  What is due later than
 * SOON the monitor sees in time.
 */
#ifndef GORO_POLL_H
#define GORO_POLL_H

#include "sched/types.h"

/* In ns: two of the longest ticks of the monitor. */
#define SOON INT64_C(20000000)

/* When the first timer of any P is due; INT64_MAX: there is none. */
int64_t goro__next_timer(void);
/*
 * A timer, due then, is the first of its heap.  Sees to it that an M wakes for
 * it, if a P is idle.  Any lock but sched.lock may be held.
 */
void goro__deadline(int64_t when);
/* The same for a timer of m's own heap, when m may be about to idle. */
void goro__deadline_here(struct m *m, int64_t when);
/* m takes up a goroutine; m->watch says that timers may have no sleeper. */
void goro__watch_timers(struct m *m);
/* True if an M sleeps until when, or for less. */
bool goro__timer_watched(int64_t when);

/*
 * The calling M, without a P, sleeps for timers and the network unless another
 * does, or there is no reason.  True: it has a P again.
 */
bool goro__poll_idle(struct m *m);
/*
 * Whom the network poller finds ready is put on run queues.  Does not wait;
 * the caller may have a P or not.  True: there were some.
 */
bool goro__poll_network(void);
/* Wakes the M that sleeps in goro__poll_idle(). */
void goro__break_poll(void);

#endif
