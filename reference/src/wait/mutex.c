/*
 * mutex.c - Mutex, with Go's two modes.
 *
 * In normal mode a woken waiter competes with newcomers.  A newcomer, which
 * runs already, often wins: that is fast.  A waiter that loses after 1 ms or
 * more turns on starvation mode: unlock hands the mutex to the first waiter and
 * runs it first, and newcomers queue.  The mode ends with a waiter that is the
 * last one or has waited less.
 */
#include "wait/mutex.h"

#include "base/sys.h"
#include "base/text.h"
#include "sched/die.h"
#include "sched/user.h"
#include "sched/hooks.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "wait/owners.h"
#include "wait/waitq.h"

#define STARVING_NS 1000000

enum { SPIN_ROUNDS = 4, SPIN_PAUSES = 30 };

struct mutex {
	struct lock lock;
	_Atomic(bool) locked; /* written under lock; spin() reads without */
	bool woken;           /* a waiter was woken and has not tried yet */
	bool starving;
	struct waitq q;
};

_Static_assert(sizeof(struct mutex) <= sizeof(goro_mutex), "goro.h");

static struct mutex *of(goro_mutex *m)
{
	return (struct mutex *)(void *)m;
}

static bool take(struct mutex *m)
{
	if (load_relaxed(&m->locked) || m->starving)
		return false;
	store_relaxed(&m->locked, true);
	return true;
}

/* Spins for a while: on another P the holder may be about to unlock. */
static void spin(struct mutex *m)
{
	for (int i = 0; mp() && i < SPIN_ROUNDS; i++) {
		for (int j = 0; j < SPIN_PAUSES; j++)
			cpu_relax();
		/* a hint: take() decides, under the lock */
		if (!load_relaxed(&m->locked))
			return;
	}
}

/* Starvation mode: unlock has left m locked for the caller. */
static void take_over(struct mutex *m, int64_t waited)
{
	if (!m->q.first || waited < STARVING_NS)
		m->starving = false;
}

/*
 * Returns for how long a goroutine has waited.  A run that is explored must not
 * depend on how fast the machine is: there nobody starves.
 */
static int64_t waited_since(int64_t start)
{
	return explored() ? 0 : sys_clock() - start;
}

/* Parks until m is the caller's.  Called with m->lock held, returns without. */
static void wait_for_it(struct mutex *m)
{
	int64_t start = sys_clock();
	struct sudog s = {.g = goro__self(), .since = start};
	bool again = false;

	for (;;) {
		int64_t waited;

		if (again)
			waitq_push_front(&m->q, &s);
		else
			waitq_push(&m->q, &s);
		goro__park(&m->lock, WAIT_MUTEX);
		waited = waited_since(start);
		plock(&m->lock);
		if (m->starving) {
			take_over(m, waited);
			break;
		}
		m->woken = false;
		if (take(m))
			break;
		m->starving = waited >= STARVING_NS;
		again = true;
	}
	punlock(&m->lock);
	waited_for_mutex(start);
	if (watching())
		goro__hooks.waited(start);
}

/* Locks m, which is taken.  Called with m->lock held, returns without. */
static __attribute__((noinline)) void lock_slow(struct mutex *m)
{
	punlock(&m->lock);
	spin(m);
	plock(&m->lock);
	if (take(m))
		punlock(&m->lock);
	else
		wait_for_it(m);
}

/* Locks m while it is noted who has which lock. */
static COLD void lock_owned(struct mutex *m)
{
	lock(&m->lock);
	if (take(m)) {
		unlock(&m->lock);
	} else {
		unlock(&m->lock);
		goro__owners_wait(m, ALONE);
		lock(&m->lock);
		lock_slow(m);
	}
	goro__owners_got(m, ALONE);
	san_acquire(m);
}

static COLD void lock_from_outside(goro_mutex *m)
{
	goro__touches(m, NULL);
	goro__call_begin("goro_mutex_lock");
	goro_mutex_lock(m);
	goro__call_end("goro_mutex_lock");
}

void goro_mutex_lock(goro_mutex *mutex)
{
	struct mutex *m = of(mutex);

	if (goro__outside()) {
		lock_from_outside(mutex);
		return;
	}
	if (unlikely(mp())) {
		if (owned()) {
			lock_owned(m);
			return;
		}
		lock(&m->lock);
	}
	if (likely(take(m)))
		punlock(&m->lock);
	else
		lock_slow(m);
	san_acquire(m);
}

bool goro_mutex_trylock(goro_mutex *mutex)
{
	struct mutex *m = of(mutex);
	bool ok;

	FROM_OUTSIDE_ON_GIVES(mutex, NULL, goro_mutex_trylock(mutex));
	plock(&m->lock);
	ok = take(m);
	punlock(&m->lock);
	if (ok && owned())
		goro__owners_got(m, ALONE);
	if (ok)
		san_acquire(m);
	return ok;
}

/* Takes the waiter to wake, under m->lock.  Returns NULL if there is none. */
static struct sudog *next_waiter(struct mutex *m)
{
	if (m->starving)
		return waitq_pop(&m->q); /* m stays locked for it */
	store_relaxed(&m->locked, false);
	if (m->woken)
		return NULL;
	m->woken = true;
	return waitq_pop(&m->q);
}

/*
 * Releases m, which has waiters.  Called with m->lock held, returns without.
 * Apart, so that a release that nobody waits for saves no registers.
 */
static __attribute__((noinline)) bool release_waited(struct mutex *m)
{
	int64_t ns = watching() ? waitq_charge(&m->q, sys_clock()) : 0;
	struct sudog *s = next_waiter(m);
	bool handed = s && m->starving;

	punlock(&m->lock);
	if (unlikely(ns > 0))
		goro__hooks.unlock(ns);
	if (s)
		sudog_wake(s, true);
	return handed;
}

bool goro__mutex_release(goro_mutex *mutex)
{
	struct mutex *m = of(mutex);

	/* After punlock() the next holder may free m. */
	san_release(m);
	if (unlikely(mp())) {
		if (owned())
			goro__owners_free(m);
		lock(&m->lock);
	}
	if (unlikely(!load_relaxed(&m->locked))) {
		punlock(&m->lock);
		goro__fatal_misuse("sync: unlock of unlocked mutex");
	}
	if (unlikely(m->q.first != NULL))
		return release_waited(m);
	store_relaxed(&m->locked, false);
	punlock(&m->lock);
	return false;
}

static COLD void unlock_from_outside(goro_mutex *m)
{
	goro__touches(m, NULL);
	goro__call_begin("goro_mutex_unlock");
	goro_mutex_unlock(m);
	goro__call_end("goro_mutex_unlock");
}

void goro_mutex_unlock(goro_mutex *m)
{
	if (goro__outside()) {
		unlock_from_outside(m);
		return;
	}
	if (unlikely(goro__mutex_release(m)))
		goro__yield_to(false);
}
