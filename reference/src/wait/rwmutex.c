/*
 * rwmutex.c - RWMutex: many readers or one writer.
 *
 * A waiting writer holds off new readers.  An unlocking writer lets in all
 * waiting readers before the next writer.  So neither side starves.  The mutex
 * is handed over: a goroutine that was woken holds it.
 */
#include "base/text.h"
#include "sched/die.h"
#include "sched/hooks.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "wait/owners.h"
#include "wait/waitq.h"

struct rwmutex {
	struct lock lock;
	uint32_t readers;
	bool writer;
	struct waitq readq, writeq;
};

_Static_assert(sizeof(struct rwmutex) <= sizeof(goro_rwmutex), "goro.h");

static struct rwmutex *of(goro_rwmutex *m)
{
	return (struct rwmutex *)(void *)m;
}

static bool take_write(struct rwmutex *m)
{
	if (m->writer || m->readers > 0)
		return false;
	return m->writer = true;
}

static bool take_read(struct rwmutex *m)
{
	if (m->writer || m->writeq.first)
		return false;
	return ++m->readers > 0;
}

/*
 * Edges for the race detector: unlock comes before each later lock and rlock;
 * runlock comes before each later lock, but not before an rlock.
 */
static const void *write_edge(const struct rwmutex *m)
{
	return &m->lock;
}

static const void *read_edge(const struct rwmutex *m)
{
	return &m->readq;
}

static void got_write(const struct rwmutex *m)
{
	if (owned())
		goro__owners_got(m, ALONE);
	san_acquire(write_edge(m));
	san_acquire(read_edge(m));
}

static void got_read(const struct rwmutex *m)
{
	if (owned())
		goro__owners_got(m, SHARED);
	san_acquire(write_edge(m));
}

static bool take(struct rwmutex *m, enum share how)
{
	return how == ALONE ? take_write(m) : take_read(m);
}

/* Says that the caller waits.  True if m is its own meanwhile. */
static COLD bool wait_owned(struct rwmutex *m, enum share how)
{
	unlock(&m->lock);
	goro__owners_wait(m, how);
	lock(&m->lock);
	return take(m, how);
}

/* Waits until m is the caller's.  m->lock is held, and is given up. */
static void wait_for_it(struct rwmutex *m, enum share how)
{
	int64_t start = sys_clock();
	struct sudog s = {.g = goro__self(), .since = start};

	if (owned() && wait_owned(m, how)) {
		unlock(&m->lock);
		return;
	}
	waitq_push(how == ALONE ? &m->writeq : &m->readq, &s);
	goro__park(&m->lock, how == ALONE ? WAIT_RW_LOCK : WAIT_RW_RLOCK);
	waited_for_mutex(start);
}

/* Counts for how long the others have waited for the caller, which unlocks. */
static int64_t charge(struct rwmutex *m)
{
	int64_t now = sys_clock();

	return waitq_charge(&m->readq, now) + waitq_charge(&m->writeq, now);
}

void goro_rwmutex_lock(goro_rwmutex *mutex)
{
	struct rwmutex *m = of(mutex);

	FROM_OUTSIDE_ON(mutex, NULL, goro_rwmutex_lock(mutex));
	plock(&m->lock);
	if (take_write(m))
		punlock(&m->lock);
	else
		wait_for_it(m, ALONE);
	got_write(m);
}

bool goro_rwmutex_trylock(goro_rwmutex *mutex)
{
	struct rwmutex *m = of(mutex);
	bool ok;

	FROM_OUTSIDE_ON_GIVES(mutex, NULL, goro_rwmutex_trylock(mutex));
	plock(&m->lock);
	ok = take_write(m);
	punlock(&m->lock);
	if (ok)
		got_write(m);
	return ok;
}

void goro_rwmutex_rlock(goro_rwmutex *mutex)
{
	struct rwmutex *m = of(mutex);

	FROM_OUTSIDE_ON(mutex, NULL, goro_rwmutex_rlock(mutex));
	plock(&m->lock);
	if (take_read(m))
		punlock(&m->lock);
	else
		wait_for_it(m, SHARED);
	got_read(m);
}

bool goro_rwmutex_tryrlock(goro_rwmutex *mutex)
{
	struct rwmutex *m = of(mutex);
	bool ok;

	FROM_OUTSIDE_ON_GIVES(mutex, NULL, goro_rwmutex_tryrlock(mutex));
	plock(&m->lock);
	ok = take_read(m);
	punlock(&m->lock);
	if (ok)
		got_read(m);
	return ok;
}

/* Hands m to the first waiting writer and returns it.  NULL: none waits. */
static struct sudog *admit_writer(struct rwmutex *m)
{
	struct sudog *s = waitq_pop(&m->writeq);

	m->writer = s != NULL;
	return s;
}

static struct sudog *admit_readers(struct rwmutex *m)
{
	struct sudog *list = waitq_take(&m->readq);

	for (struct sudog *s = list; s; s = s->next)
		m->readers++;
	return list;
}

void goro_rwmutex_unlock(goro_rwmutex *mutex)
{
	struct rwmutex *m = of(mutex);
	struct sudog *list;
	int64_t ns;

	FROM_OUTSIDE_ON(mutex, NULL, goro_rwmutex_unlock(mutex));
	san_release(write_edge(m));
	if (owned())
		goro__owners_free(m);
	plock(&m->lock);
	if (!m->writer) {
		punlock(&m->lock);
		goro__fatal_misuse("sync: Unlock of unlocked RWMutex");
	}
	m->writer = false;
	ns = watching() ? charge(m) : 0;
	list = m->readq.first ? admit_readers(m) : admit_writer(m);
	punlock(&m->lock);
	if (unlikely(ns > 0))
		goro__hooks.unlock(ns);
	waitq_wake(list, true);
}

void goro_rwmutex_runlock(goro_rwmutex *mutex)
{
	struct rwmutex *m = of(mutex);
	struct sudog *list = NULL;
	int64_t ns = 0;

	FROM_OUTSIDE_ON(mutex, NULL, goro_rwmutex_runlock(mutex));
	san_release(read_edge(m));
	if (owned())
		goro__owners_free(m);
	plock(&m->lock);
	if (m->readers == 0) {
		punlock(&m->lock);
		goro__fatal_misuse("sync: RUnlock of unlocked RWMutex");
	}
	if (--m->readers == 0) {
		ns = watching() ? charge(m) : 0;
		list = admit_writer(m);
	}
	punlock(&m->lock);
	if (unlikely(ns > 0))
		goro__hooks.unlock(ns);
	waitq_wake(list, true);
}
