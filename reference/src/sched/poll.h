/*
 * poll.h - the M that sleeps until the next timer of all Ps, or until the
 * network poller has something; and polling without sleeping.
 *
 * There is at most one such M at a time.  idle.polluntil says that it sleeps,
 * and until when.  The race is between "set a timer" and "go to sleep":
 *
 *	set:      1. put the timer into a heap, show it in timers.next
 *	          2. StoreLoad barrier
 *	          3. read polluntil: is an M to be woken?
 *	sleep:    1. store polluntil
 *	          2. StoreLoad barrier
 *	          3. look at all timers.next once more
 *
 * A P whose goroutine computes does not look at its timers.  So while a P is
 * idle, an M sleeps until the first timer of all Ps, busy ones too.  If none
 * sleeps, an M that sets a timer due soon wakes one.  An M that leaves the
 * sleep for a goroutine does so too if other timers are due soon.  The monitor
 * sees those that are due later than SOON in time.
 */
#ifndef GORO_POLL_H
#define GORO_POLL_H

#include "sched/types.h"

/* In ns: two of the longest ticks of the monitor. */
#define SOON INT64_C(20000000)

/* Returns when the first timer of any P is due, INT64_MAX if there is none. */
int64_t goro__next_timer(void);
/*
 * Makes an M wake for a timer that is due at when, the first of its heap, if a
 * P is idle.  Any lock but sched.lock may be held.
 */
void goro__deadline(int64_t when);
/* The same for a timer of m's own heap, when m may be about to idle. */
void goro__deadline_here(struct m *m, int64_t when);
/* Wakes an M for timers that lack a sleeper (m->watch); m has found a G. */
void goro__watch_timers(struct m *m);
/* True if an M sleeps until when, or for less. */
bool goro__timer_watched(int64_t when);

/*
 * Sleeps for timers and the network, unless another M does or there are none.
 * The calling M has no P.  True if it has one again.
 */
bool goro__poll_idle(struct m *m);
/*
 * Puts goroutines that the network poller finds ready on run queues.  Does not
 * wait; the caller need not have a P.  True if there were some.
 */
bool goro__poll_network(void);
/* Wakes the M that sleeps in goro__poll_idle(). */
void goro__break_poll(void);

#endif
