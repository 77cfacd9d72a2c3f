/*
 * idle.h - which Ps and Ms are idle, and which M is woken.
 *
 * The hard part is when to wake a thread.  Three simple answers fail.  Waking
 * one for each goroutine made ready costs a system call each, mostly for
 * nothing.  Handing the goroutine and the P to the woken thread ruins the
 * locality of two goroutines that talk to each other.  Waking none while an M
 * looks for work, and letting nobody take over when it has found some, loses
 * parallelism in bursts.  So:
 *
 *   An M without work spins (looks at the other Ps for a while) before it
 *   sleeps; at most half as many spin as there are busy Ps.  Whoever makes a
 *   goroutine ready wakes an M only if a P is idle and nobody spins.  The last
 *   spinning M that finds work wakes another in its place, so that a burst
 *   brings up all of them one after the other.
 *
 * The race that matters is between "submit work" and "stop looking":
 *
 *	submit:   1. put the goroutine on a queue
 *	          2. StoreLoad barrier
 *	          3. look at nmspinning (and at npidle)
 *	stop:     1. give the P to the idle list, decrement nmspinning
 *	          2. StoreLoad barrier
 *	          3. look at all queues and timers once more
 *
 * Either the submitter sees that no M spins, or the M that stops sees the work.
 * The barriers are the exchange in runq_set_next() (a locked instruction
 * anyway), fence_seq() for the global queue and for timers, and fence_seq() in
 * goro__search_again().
 *
 * A pair of goroutines that wake each other in turn would still wake a thread
 * each time the last one gave up looking.  A search that finds nothing is
 * therefore remembered (futile), and a growing number of wake-ups, bounded by
 * MAX_SKIP, is left out after it; a search that finds something resets that.
 * Only a wake-up for a lone goroutine, which is next on its P, is ever left
 * out: one that stands behind others is not.  The monitor makes up for what
 * was left out in vain (monitor.h).
 *
 * The lists have sched.lock; the counters are read without it.
 */
#ifndef GORO_IDLE_H
#define GORO_IDLE_H

#include "sched/types.h"

/* Takes an idle P, the last that was given; NULL: none is.  Lock held. */
struct p *goro__pidleget(void);
/* The same; prefers a P whose first timer is due at when. */
struct p *goro__pidleget_due(int64_t when);
/* Puts p, which has no M, on the idle list.  Lock held. */
void goro__pidleput(struct p *p);
/*
 * Counts the CPU time of Ps up to now.  To be called before their number, or
 * that of idle ones, changes.  Lock held.
 */
void goro__settle_time(void);
/* Sets the CPU time of all Ps, and of idle ones, up to now. */
void goro__cpu_time(int64_t *all_ns, int64_t *idle_ns);
/* Takes an idle P for the calling M, which has none.  False: none is idle. */
bool goro__take_idle_p(void);

/*
 * Runs p on an idle or a new M; NULL: an idle P, if there is one.  spinning:
 * the caller has counted that M in nmspinning.  Any thread, lock not held.
 */
void goro__startm(struct p *p, bool spinning);
/*
 * Asks for one more idle M, as threads are made elsewhere: thread.h.  It counts
 * from now on.  sched.lock is held.
 */
void goro__want_spare_m(void);
/* Gives p, idle and without an M, to an M if there is work for it. */
void goro__handoffp(struct p *p);

/*
 * Wakes an M if a P is idle and nobody looks for work, for one goroutine that
 * is next on the caller's P.  May leave that out.
 */
void goro__wakep(void);
/* Wakes an M likewise, and never leaves that out. */
void goro__wake_now(void);
/* For the monitor, when too many wake-ups were left out: wakes one. */
void goro__wake_missed(void);

/* True if m, which has found nothing on its own P, may look at others. */
bool goro__may_spin(const struct m *m);
void goro__start_spinning(struct m *m);
void goro__stop_spinning(struct m *m);
/* m searched and found work: lets another M search in its place. */
void goro__search_found(struct m *m);

/*
 * Gives up the P of the calling M, which found no work.  False: there is some
 * after all, and the M keeps its P.
 */
bool goro__give_up_p(void);
/*
 * Looks for work once more, after the calling M has given up its P and stopped
 * spinning.  True: there may be some, and the M has a P again.
 */
bool goro__search_again(struct m *m);
/* True if some queue has a goroutine. */
bool goro__work_anywhere(void);

#endif
