// lock.cc - mutex and rwmutex.  Boost's own mutex belongs to the fiber that
// locked it; Go's may be unlocked by any goroutine.
#include "sync.hpp"

namespace bf
{

int may_wait(int64_t deadline) noexcept
{
	if (deadline == ASSAY_FOREVER)
		return ASSAY_OK;
	return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_ENOTSUP;
}

// The waker holds the guard while it wakes us, and what it is part of may be
// gone once we return: so the guard is taken again first.
void wait_in(queue *q, spin *guard) noexcept
{
	operation op;
	waiter w;

	w.op = &op;
	q->push(&w);
	guard->unlock();
	op.sleep.park();
	guard->lock();
	guard->unlock();
}

bool wake_first(queue *q) noexcept
{
	waiter *w = q->pop();

	if (w)
		w->op->sleep.wake();
	return w;
}

int64_t wake_all(queue *q) noexcept
{
	int64_t n = 0;

	while (wake_first(q))
		n++;
	return n;
}

// ---- mutex -----------------------------------------------------------------

namespace
{

constexpr int64_t starving = 1000000; // ns; then an unlock hands over

// An unlock frees the mutex and wakes the first waiter, which competes for it
// like any newcomer; one that has waited too long gets it handed over.
struct mutex {
	spin guard;
	bool locked;
	bool waking;   // a woken waiter has not tried yet: wake no other
	queue waiters; // of turns
};

struct turn : waiter {
	int64_t since;
	bool granted; // by the unlocker, before it wakes
};

void wait_turn(mutex *m) noexcept
{
	turn t = {};

	t.since = now();
	m->waiters.push(&t);
	for (;;) {
		operation op;

		t.op = &op;
		m->guard.unlock();
		op.sleep.park();
		m->guard.lock();
		if (t.granted)
			return;
		m->waking = false;
		if (!m->locked)
			break;
		m->waiters.push_front(&t);
	}
	m->locked = true;
}

void release(mutex *m) noexcept
{
	auto *t = static_cast<turn *>(m->waiters.first);

	m->locked = false;
	if (!t || m->waking)
		return;
	if (now() - t->since > starving)
		t->granted = m->locked = true;
	else
		m->waking = true;
	wake_first(&m->waiters);
}

} // namespace

int mutex_lock(assay_mutex *storage, int64_t deadline) noexcept
{
	auto *m = reinterpret_cast<mutex *>(storage);
	int status = may_wait(deadline);

	if (!m || status == ASSAY_ENOTSUP)
		return m ? status : ASSAY_EINVAL;
	m->guard.lock();
	if (!m->locked) {
		m->locked = true;
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_turn(m);
	}
	m->guard.unlock();
	return status;
}

void mutex_unlock(assay_mutex *storage) noexcept
{
	auto *m = reinterpret_cast<mutex *>(storage);

	if (!m)
		fatal("sync: unlock of unlocked mutex");
	m->guard.lock();
	if (!m->locked)
		fatal("sync: unlock of unlocked mutex");
	release(m);
	m->guard.unlock();
}

// ---- rwmutex: handed over, so what waits never races with newcomers --------

namespace
{

struct rwmutex {
	spin guard;
	bool writing;
	int64_t reading;
	queue readers, writers;
};

} // namespace

int rw_lock(assay_rwmutex *storage, int64_t deadline) noexcept
{
	auto *rw = reinterpret_cast<rwmutex *>(storage);
	int status = may_wait(deadline);

	if (!rw || status == ASSAY_ENOTSUP)
		return rw ? status : ASSAY_EINVAL;
	rw->guard.lock();
	if (!rw->writing && rw->reading == 0) {
		rw->writing = true;
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_in(&rw->writers, &rw->guard);
		return ASSAY_OK;
	}
	rw->guard.unlock();
	return status;
}

// A waiting writer holds off new readers.
int rw_rlock(assay_rwmutex *storage, int64_t deadline) noexcept
{
	auto *rw = reinterpret_cast<rwmutex *>(storage);
	int status = may_wait(deadline);

	if (!rw || status == ASSAY_ENOTSUP)
		return rw ? status : ASSAY_EINVAL;
	rw->guard.lock();
	if (!rw->writing && !rw->writers.first) {
		rw->reading++;
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_in(&rw->readers, &rw->guard);
		return ASSAY_OK;
	}
	rw->guard.unlock();
	return status;
}

// All readers that came during a write go before the next writer.
void rw_unlock(assay_rwmutex *storage) noexcept
{
	auto *rw = reinterpret_cast<rwmutex *>(storage);

	if (!rw)
		fatal("sync: Unlock of unlocked RWMutex");
	rw->guard.lock();
	if (!rw->writing)
		fatal("sync: Unlock of unlocked RWMutex");
	rw->reading = wake_all(&rw->readers);
	if (rw->reading > 0 || !wake_first(&rw->writers))
		rw->writing = false;
	rw->guard.unlock();
}

void rw_runlock(assay_rwmutex *storage) noexcept
{
	auto *rw = reinterpret_cast<rwmutex *>(storage);

	if (!rw)
		fatal("sync: RUnlock of unlocked RWMutex");
	rw->guard.lock();
	if (rw->reading == 0)
		fatal("sync: RUnlock of unlocked RWMutex");
	if (--rw->reading == 0)
		rw->writing = wake_first(&rw->writers);
	rw->guard.unlock();
}

static_assert(sizeof(mutex) <= sizeof(assay_mutex), "mutex");
static_assert(sizeof(rwmutex) <= sizeof(assay_rwmutex), "rwmutex");

} // namespace bf
