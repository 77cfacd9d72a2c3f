/*
 * fdmutex.c - references and locks of a descriptor: plain data under a lock.
 *
 * A lock that somebody waits for is handed to the first of them, with the
 * reference that he needs, so that two that read in turn both get on.
 */
#include "io/fdmutex.h"

#include "sched/die.h"
#include "wait/waitq.h"
#include "base/text.h"

#define MOST_CALLS ((1u << 20) - 1)

/* The lock is held; returns with it free. */
static _Noreturn void too_many(struct fdmutex *mu)
{
	punlock(&mu->lock);
	goro_panic("too many concurrent operations on a single file or socket "
		   "(max 1048575)");
}

static void add_ref(struct fdmutex *mu)
{
	if (unlikely(mu->refs == MOST_CALLS))
		too_many(mu);
	mu->refs++;
}

bool goro__fdmutex_incref(struct fdmutex *mu)
{
	bool ok;

	plock(&mu->lock);
	ok = !mu->closed;
	if (ok)
		add_ref(mu);
	punlock(&mu->lock);
	return ok;
}

/* The lock of mu is held, and not after it.  False: closed meanwhile. */
static bool wait_for_side(struct fdmutex *mu, struct fdside *side)
{
	if (unlikely(side->waiting == MOST_CALLS))
		too_many(mu);
	side->waiting++;
	return waitq_park(&side->q, &mu->lock, WAIT_SEMACQUIRE);
}

bool goro__fdmutex_lock(struct fdmutex *mu, enum fd_mode mode)
{
	struct fdside *side = &mu->side[mode];
	bool ok;

	plock(&mu->lock);
	if (unlikely(side->locked && !mu->closed))
		return wait_for_side(mu, side);
	ok = !mu->closed;
	if (ok) {
		add_ref(mu);
		side->locked = true;
	}
	punlock(&mu->lock);
	return ok;
}

bool goro__fdmutex_close(struct fdmutex *mu)
{
	struct sudog *evicted[2];

	plock(&mu->lock);
	if (mu->closed) {
		punlock(&mu->lock);
		return false;
	}
	add_ref(mu);
	mu->closed = true;
	for (int mode = 0; mode < 2; mode++) {
		struct fdside *side = &mu->side[mode];

		evicted[mode] = waitq_take(&side->q);
		side->waiting = 0;
	}
	punlock(&mu->lock);
	waitq_wake(evicted[FD_READ], false);
	waitq_wake(evicted[FD_WRITE], false);
	return true;
}

static bool drop_ref(struct fdmutex *mu)
{
	if (unlikely(mu->refs == 0))
		goro__fatal("inconsistent fdmutex");
	return --mu->refs == 0 && mu->closed;
}

bool goro__fdmutex_decref(struct fdmutex *mu)
{
	bool last;

	plock(&mu->lock);
	last = drop_ref(mu);
	punlock(&mu->lock);
	return last;
}

bool goro__fdmutex_unlock(struct fdmutex *mu, enum fd_mode mode)
{
	struct fdside *side = &mu->side[mode];
	struct sudog *next;
	bool last;

	plock(&mu->lock);
	if (unlikely(!side->locked))
		goro__fatal("inconsistent fdmutex");
	next = waitq_pop(&side->q);
	if (unlikely(next != NULL)) {
		/* The lock goes to it, and the reference, too. */
		side->waiting--;
		punlock(&mu->lock);
		sudog_wake(next, true);
		return false;
	}
	side->locked = false;
	last = drop_ref(mu);
	punlock(&mu->lock);
	return last;
}
