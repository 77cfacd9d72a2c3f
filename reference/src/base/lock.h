/*
 * lock.h - the runtime's own locks.
 *
 * They guard a few words for a few nanoseconds, and the runtime never preempts
 * a holder.  Only the kernel can take the CPU away from it, so a waiter spins a
 * little and then gives up its own.  Rejected: a futex word with sleepers.
 * unlock would be a second locked instruction, 11 ns for the pair instead of 5.
 *
 * plock is for what only the owner of a P touches: channels, the sync types,
 * the queues of a P.  With a single P that owner is alone, and the lock is left
 * out (goro__mp is 0), unless a trace is on or owners are noted (types.h).
 * goro__mp changes only while the world is stopped, when no M is inside such a
 * lock.
 */
#ifndef GORO_LOCK_H
#define GORO_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/check.h"

struct lock {
	atomic_uint held;
};

extern _Atomic(uint32_t) goro__mp __attribute__((visibility("hidden")));

/*
 * Relaxed: who has a P reads what it was when the P was given to it.  An M
 * without one may read an old value, and does nothing by it but look.
 */
static inline uint32_t mp(void)
{
	return load_relaxed(&goro__mp);
}

/* Waits for l and takes it.  held is what was found in it, not 0. */
void goro__lock_slow(struct lock *l, unsigned held);
/* Ends the process if held is not 1 either: l is no lock.  boot.c sets it. */
extern void (*const goro__lock_overwritten)(void)
	__attribute__((visibility("hidden")));

/* Pairs with the release in unlock. */
static inline void lock(struct lock *l)
{
	unsigned held = xchg_acquire(&l->held, 1u);

	if (__builtin_expect(held != 0, 0))
		goro__lock_slow(l, held);
}

static inline bool try_lock(struct lock *l)
{
	return load_relaxed(&l->held) == 0 && xchg_acquire(&l->held, 1u) == 0;
}

static inline void unlock(struct lock *l)
{
	goro_check(load_relaxed(&l->held) == 1,
		   "a lock is given up that nobody holds");
	store_release(&l->held, 0u);
}

static inline void plock(struct lock *l)
{
	if (__builtin_expect(mp() != 0, 0))
		lock(l);
}

/* A plain store is cheaper than asking whether it is needed. */
static inline void punlock(struct lock *l)
{
	goro_check(!mp() || load_relaxed(&l->held) == 1,
		   "a lock of many Ps is given up that nobody holds");
	store_release(&l->held, 0u);
}

#endif
