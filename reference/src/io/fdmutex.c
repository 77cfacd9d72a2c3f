/*
 * fdmutex.c - references and locks of a descriptor: plain data under a lock.
 *
 * unlock hands the lock to the first waiter, together with a reference, so that
 * of two goroutines that read in a loop neither starves.
 */
#include "io/fdmutex.h"

#include "sched/die.h"
#include "wait/waitq.h"
#include "base/text.h"

#define MOST_CALLS ((1u << 20) - 1)

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

/*
 * Parks until the caller has the side.  Called with mu->lock held, returns
 * without.  False if mu was closed meanwhile.
 */
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
		/* next takes over the side and the caller's reference. */
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
