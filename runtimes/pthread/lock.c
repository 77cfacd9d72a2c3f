/*
 * lock.c - mutex and rwmutex.
 */
#include "sync.h"

#define STARVING INT64_C(1000000) /* ns; after it an unlock hands over */

#define GUARDS 64

static pthread_mutex_t guards[GUARDS] = {[0 ... GUARDS - 1] =
						 PTHREAD_MUTEX_INITIALIZER};

pthread_mutex_t *pt_lock_guard(const void *p)
{
	pthread_mutex_t *guard = &guards[(uintptr_t)p / 64 % GUARDS];

	pthread_mutex_lock(guard);
	return guard;
}

void pt_wait_in(struct queue *q, pthread_mutex_t *guard, const char *reason)
{
	struct waiter w = {.g = pt_self()};

	pt_push(q, &w);
	pt_park_begin(reason, ASSAY_FOREVER);
	pthread_mutex_unlock(guard);
	pt_park(ASSAY_FOREVER);
}

bool pt_wake_first(struct queue *q)
{
	struct waiter *w = pt_pop(q);

	if (w)
		pt_wake(w->g);
	return w != NULL;
}

int64_t pt_wake_all(struct queue *q)
{
	struct waiter *w = pt_pop_all(q);
	int64_t n = 0;

	for (struct waiter *next; w; w = next, n++) {
		next = w->next;
		pt_wake(w->g);
	}
	return n;
}

int pt_may_wait(int64_t deadline)
{
	if (deadline == ASSAY_FOREVER)
		return ASSAY_OK;
	return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_ENOTSUP;
}

/* ---- mutex ---- */

/*
 * An unlock frees the mutex and wakes the first waiter, which competes with
 * newcomers.  Only a waiter of more than STARVING gets the mutex handed over.
 * So a busy mutex does not need a thread switch for every unlock.
 */
struct mutex {
	bool locked;
	bool waking; /* a woken waiter has not tried yet: wake no more */
	struct queue waiters; /* struct turn */
};

struct turn {
	struct waiter w;
	int64_t since;
	bool granted; /* the unlocker sets it before it wakes g */
};

static void wait_turn(struct mutex *m, pthread_mutex_t *guard)
{
	struct turn t = {.w = {.g = pt_self()}, .since = pt_now()};

	pt_push(&m->waiters, &t.w);
	for (;;) {
		pt_park_begin("sync.Mutex.Lock", ASSAY_FOREVER);
		pthread_mutex_unlock(guard);
		pt_park(ASSAY_FOREVER);
		pthread_mutex_lock(guard);
		if (t.granted)
			return;
		m->waking = false;
		if (!m->locked)
			break;
		pt_push_front(&m->waiters, &t.w);
	}
	m->locked = true;
}

int pt_mutex_lock(assay_mutex *storage, int64_t deadline)
{
	struct mutex *m = (void *)storage;
	int status = pt_may_wait(deadline);
	pthread_mutex_t *guard;

	if (!m || status == ASSAY_ENOTSUP)
		return m ? status : ASSAY_EINVAL;
	guard = pt_lock_guard(m);
	if (!m->locked) {
		m->locked = true;
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_turn(m, guard);
	}
	pthread_mutex_unlock(guard);
	return status;
}

static void release(struct mutex *m)
{
	struct turn *t = (struct turn *)m->waiters.first;

	m->locked = false;
	if (!t || m->waking)
		return;
	if (pt_now() - t->since > STARVING)
		t->granted = m->locked = true;
	else
		m->waking = true;
	pt_wake_first(&m->waiters);
}

void pt_mutex_unlock(assay_mutex *storage)
{
	struct mutex *m = (void *)storage;
	pthread_mutex_t *guard = pt_lock_guard(m);

	if (!m || !m->locked)
		pt_fatal("sync: unlock of unlocked mutex", false);
	release(m);
	pthread_mutex_unlock(guard);
}

/* ---- rwmutex: handed over, so what waits never races with newcomers ---- */

struct rwmutex {
	int64_t reading;
	bool writing;
	struct queue readers, writers;
};

/*
 * Takes the lock if it is free; guard must be held.  A waiting writer keeps new
 * readers out.
 */
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
	int status = pt_may_wait(deadline);
	pthread_mutex_t *guard;

	if (!rw || status == ASSAY_ENOTSUP)
		return rw ? status : ASSAY_EINVAL;
	guard = pt_lock_guard(rw);
	if (rw_take(rw, to_write)) {
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		pt_wait_in(to_write ? &rw->writers : &rw->readers, guard,
			   to_write ? "sync.RWMutex.Lock"
				    : "sync.RWMutex.RLock");
		return ASSAY_OK;
	}
	pthread_mutex_unlock(guard);
	return status;
}

int pt_rw_lock(assay_rwmutex *storage, int64_t deadline)
{
	return rw_enter((void *)storage, deadline, true);
}

int pt_rw_rlock(assay_rwmutex *storage, int64_t deadline)
{
	return rw_enter((void *)storage, deadline, false);
}

/* Unlocks.  Readers that came during the write go before the next writer. */
void pt_rw_unlock(assay_rwmutex *storage)
{
	struct rwmutex *rw = (void *)storage;
	pthread_mutex_t *guard = pt_lock_guard(rw);

	if (!rw || !rw->writing)
		pt_fatal("sync: Unlock of unlocked RWMutex", false);
	rw->reading = pt_wake_all(&rw->readers);
	if (rw->reading || !pt_wake_first(&rw->writers))
		rw->writing = false;
	pthread_mutex_unlock(guard);
}

void pt_rw_runlock(assay_rwmutex *storage)
{
	struct rwmutex *rw = (void *)storage;
	pthread_mutex_t *guard = pt_lock_guard(rw);

	if (!rw || !rw->reading)
		pt_fatal("sync: RUnlock of unlocked RWMutex", false);
	if (--rw->reading == 0)
		rw->writing = pt_wake_first(&rw->writers);
	pthread_mutex_unlock(guard);
}

_Static_assert(sizeof(struct mutex) <= sizeof(assay_mutex), "mutex");
_Static_assert(sizeof(struct rwmutex) <= sizeof(assay_rwmutex), "rwmutex");
