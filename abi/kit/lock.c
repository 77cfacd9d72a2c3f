/*
 * lock.c - mutex and rwmutex.  An unlock hands the lock to who waits longest,
 * so nobody who waits races with newcomers.
 */
#include "inner.h"

int kit_may_wait(int64_t deadline)
{
	if (deadline == ASSAY_FOREVER)
		return ASSAY_OK;
	return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_ENOTSUP;
}

/* ---- mutex ----------------------------------------------------------------- */

struct mutex {
	bool locked;
	struct kit_queue waiters;
};

int kit_mutex_lock(assay_mutex *storage, int64_t deadline)
{
	struct mutex *m = (void *)storage;
	int status = kit_may_wait(deadline);

	if (!m || status == ASSAY_ENOTSUP)
		return m ? status : ASSAY_EINVAL;
	if (!m->locked) {
		m->locked = true;
		return ASSAY_OK;
	}
	if (status == ASSAY_OK)
		kit_wait_in(&m->waiters, "sync.Mutex.Lock");
	return status;
}

void kit_mutex_unlock(assay_mutex *storage)
{
	struct mutex *m = (void *)storage;

	if (!m || !m->locked)
		kit_fatal("sync: unlock of unlocked mutex");
	m->locked = kit_wake_first(&m->waiters);
}

/* ---- rwmutex --------------------------------------------------------------- */

struct rwmutex {
	int64_t reading;
	bool writing;
	struct kit_queue readers, writers;
};

/* Takes the lock if it is free.  A waiting writer keeps new readers out. */
static bool rw_take(struct rwmutex *rw, bool to_write)
{
	if (rw->writing || (to_write ? rw->reading > 0 : !!rw->writers.first))
		return false;
	if (to_write)
		rw->writing = true;
	else
		rw->reading++;
	return true;
}

static int rw_enter(struct rwmutex *rw, int64_t deadline, bool to_write)
{
	int status = kit_may_wait(deadline);

	if (!rw || status == ASSAY_ENOTSUP)
		return rw ? status : ASSAY_EINVAL;
	if (rw_take(rw, to_write))
		return ASSAY_OK;
	if (status == ASSAY_OK)
		kit_wait_in(to_write ? &rw->writers : &rw->readers,
			    to_write ? "sync.RWMutex.Lock"
				     : "sync.RWMutex.RLock");
	return status;
}

int kit_rw_lock(assay_rwmutex *storage, int64_t deadline)
{
	return rw_enter((void *)storage, deadline, true);
}

int kit_rw_rlock(assay_rwmutex *storage, int64_t deadline)
{
	return rw_enter((void *)storage, deadline, false);
}

/* Unlocks.  Readers that came during the write go before the next writer. */
void kit_rw_unlock(assay_rwmutex *storage)
{
	struct rwmutex *rw = (void *)storage;

	if (!rw || !rw->writing)
		kit_fatal("sync: Unlock of unlocked RWMutex");
	rw->reading = kit_wake_all(&rw->readers);
	if (rw->reading || !kit_wake_first(&rw->writers))
		rw->writing = false;
}

void kit_rw_runlock(assay_rwmutex *storage)
{
	struct rwmutex *rw = (void *)storage;

	if (!rw || !rw->reading)
		kit_fatal("sync: RUnlock of unlocked RWMutex");
	if (--rw->reading == 0)
		rw->writing = kit_wake_first(&rw->writers);
}

_Static_assert(sizeof(struct mutex) <= sizeof(assay_mutex), "mutex");
_Static_assert(sizeof(struct rwmutex) <= sizeof(assay_rwmutex), "rwmutex");
