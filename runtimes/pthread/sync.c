/*
 * sync.c - mutex, rwmutex, waitgroup, once, cond, pool and atomics.
 *
 * Each is a few words and queues in the caller's memory, guarded by one of
 * the mutexes below, by address: so all zero is a valid state and the layout
 * does not depend on the size of a pthread_mutex_t.
 */
#include <stdlib.h>

#include "pt.h"

#define GUARDS 64
#define STARVING INT64_C(1000000) /* ns; then an unlock hands over */

static pthread_mutex_t guards[GUARDS] = {
	[0 ... GUARDS - 1] = PTHREAD_MUTEX_INITIALIZER};

static pthread_mutex_t *lock_guard(const void *p)
{
	pthread_mutex_t *guard = &guards[(uintptr_t)p / 64 % GUARDS];

	pthread_mutex_lock(guard);
	return guard;
}

/* Parks as the last of q, which guard guards; returns without guard. */
static void wait_in(struct queue *q, pthread_mutex_t *guard,
		    const char *reason)
{
	struct waiter w = {.g = pt_self()};

	pt_push(q, &w);
	pt_park_begin(reason, ASSAY_FOREVER);
	pthread_mutex_unlock(guard);
	pt_park(ASSAY_FOREVER);
}

static bool wake_first(struct queue *q)
{
	struct waiter *w = pt_pop(q);

	if (w)
		pt_wake(w->g);
	return w != NULL;
}

static int64_t wake_all(struct queue *q)
{
	int64_t n = 0;

	while (wake_first(q))
		n++;
	return n;
}

/* What to return instead of waiting; ASSAY_OK: wait. */
static int may_wait(int64_t deadline)
{
	if (deadline == ASSAY_FOREVER)
		return ASSAY_OK;
	return deadline == ASSAY_POLL ? ASSAY_AGAIN : ASSAY_ENOTSUP;
}

/* ---- mutex ---- */

/*
 * An unlock frees the mutex and wakes the first waiter, which competes for
 * it like any newcomer; only a waiter of more than STARVING gets it handed
 * over.  So a busy mutex need not wait for a thread switch at every unlock.
 */
struct mutex {
	bool locked;
	bool waking; /* a woken waiter has not tried yet: wake no other */
	struct queue waiters; /* struct turn */
};

struct turn {
	struct waiter w;
	int64_t since;
	bool granted; /* by the unlocker, before it wakes */
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

static int mutex_lock(assay_mutex *storage, int64_t deadline)
{
	struct mutex *m = (void *)storage;
	int status = may_wait(deadline);
	pthread_mutex_t *guard;

	if (!m || status == ASSAY_ENOTSUP)
		return m ? status : ASSAY_EINVAL;
	guard = lock_guard(m);
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
	wake_first(&m->waiters);
}

static void mutex_unlock(assay_mutex *storage)
{
	struct mutex *m = (void *)storage;
	pthread_mutex_t *guard = lock_guard(m);

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

static int rw_lock(assay_rwmutex *storage, int64_t deadline)
{
	struct rwmutex *rw = (void *)storage;
	int status = may_wait(deadline);
	pthread_mutex_t *guard;

	if (!rw || status == ASSAY_ENOTSUP)
		return rw ? status : ASSAY_EINVAL;
	guard = lock_guard(rw);
	if (!rw->writing && !rw->reading) {
		rw->writing = true;
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_in(&rw->writers, guard, "sync.RWMutex.Lock");
		return ASSAY_OK;
	}
	pthread_mutex_unlock(guard);
	return status;
}

/* A waiting writer holds off new readers. */
static int rw_rlock(assay_rwmutex *storage, int64_t deadline)
{
	struct rwmutex *rw = (void *)storage;
	int status = may_wait(deadline);
	pthread_mutex_t *guard;

	if (!rw || status == ASSAY_ENOTSUP)
		return rw ? status : ASSAY_EINVAL;
	guard = lock_guard(rw);
	if (!rw->writing && !rw->writers.first) {
		rw->reading++;
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_in(&rw->readers, guard, "sync.RWMutex.RLock");
		return ASSAY_OK;
	}
	pthread_mutex_unlock(guard);
	return status;
}

/* All readers that came during a write go before the next writer. */
static void rw_unlock(assay_rwmutex *storage)
{
	struct rwmutex *rw = (void *)storage;
	pthread_mutex_t *guard = lock_guard(rw);

	if (!rw || !rw->writing)
		pt_fatal("sync: Unlock of unlocked RWMutex", false);
	rw->reading = wake_all(&rw->readers);
	if (rw->reading || !wake_first(&rw->writers))
		rw->writing = false;
	pthread_mutex_unlock(guard);
}

static void rw_runlock(assay_rwmutex *storage)
{
	struct rwmutex *rw = (void *)storage;
	pthread_mutex_t *guard = lock_guard(rw);

	if (!rw || !rw->reading)
		pt_fatal("sync: RUnlock of unlocked RWMutex", false);
	if (--rw->reading == 0)
		rw->writing = wake_first(&rw->writers);
	pthread_mutex_unlock(guard);
}

/* ---- waitgroup ---- */

struct waitgroup {
	int64_t n;
	struct queue waiters;
};

static int wg_add(assay_waitgroup *storage, int64_t delta)
{
	struct waitgroup *wg = (void *)storage;
	int status = ASSAY_OK;
	pthread_mutex_t *guard;
	int64_t n;

	if (!wg)
		return ASSAY_EINVAL;
	guard = lock_guard(wg);
	if (__builtin_add_overflow(wg->n, delta, &n) || n < 0 || n > INT32_MAX)
		status = ASSAY_WG_NEGATIVE;
	else if ((wg->n = n) == 0)
		wake_all(&wg->waiters);
	pthread_mutex_unlock(guard);
	return status;
}

static int wg_wait(assay_waitgroup *storage, int64_t deadline)
{
	struct waitgroup *wg = (void *)storage;
	int status = may_wait(deadline);
	pthread_mutex_t *guard;

	if (!wg || status == ASSAY_ENOTSUP)
		return wg ? status : ASSAY_EINVAL;
	guard = lock_guard(wg);
	if (!wg->n) {
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		wait_in(&wg->waiters, guard, "sync.WaitGroup.Wait");
		return ASSAY_OK;
	}
	pthread_mutex_unlock(guard);
	return status;
}

struct task {
	assay_waitgroup *wg;
	assay_fn fn;
	void *arg;
};

static void done(void *wg)
{
	wg_add(wg, -1);
}

static void run_task(void *arg)
{
	struct task *t = arg;

	pt_defer(done, t->wg);
	t->fn(t->arg);
}

static int wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	struct task t = {.wg = wg, .fn = fn, .arg = arg};
	int status;

	if (!fn)
		return ASSAY_EINVAL;
	status = wg_add(wg, 1);
	if (status != ASSAY_OK)
		return status;
	status = pt_go(run_task, &t, sizeof(t));
	if (status != ASSAY_OK)
		wg_add(wg, -1);
	return status;
}

/* ---- once ---- */

struct once {
	enum { NOT_YET, RUNNING, DONE } state;
	struct queue waiters;
	assay_fn fn;
	void *arg;
};

static void once_end(void *arg)
{
	struct once *o = arg;
	pthread_mutex_t *guard = lock_guard(o);

	o->state = DONE;
	wake_all(&o->waiters);
	pthread_mutex_unlock(guard);
}

/* Done also if fn panics or exits. */
static void once_run(void *arg)
{
	struct once *o = arg;

	pt_defer(once_end, o);
	o->fn(o->arg);
}

static void once_do(assay_once *storage, assay_fn fn, void *arg)
{
	struct once *o = (void *)storage;
	struct assay_panic p;
	pthread_mutex_t *guard;

	if (!o || !fn)
		return;
	guard = lock_guard(o);
	if (o->state == RUNNING) {
		wait_in(&o->waiters, guard, "sync.Mutex.Lock");
		return;
	}
	if (o->state == DONE) {
		pthread_mutex_unlock(guard);
		return;
	}
	*o = (struct once){.state = RUNNING, .fn = fn, .arg = arg};
	pthread_mutex_unlock(guard);
	if (pt_try(once_run, o, &p) == ASSAY_PANICKED)
		pt_panic(&p);
}

/* ---- cond ---- */

struct cond {
	const void *at; /* where it was first used: finds copies */
	struct queue waiters; /* struct signal_wait */
};

struct signal_wait {
	struct waiter w;
	bool parked; /* else it is still unlocking and need not be woken */
};

static bool copied(struct cond *c)
{
	if (!c->at)
		c->at = c;
	return c->at != c;
}

static bool signal_first(struct cond *c)
{
	struct signal_wait *s = (struct signal_wait *)pt_pop(&c->waiters);

	if (s && s->parked)
		pt_wake(s->w.g);
	return s != NULL;
}

/*
 * In the queue before the unlock, so that no signal after it is missed; but
 * counted as parked only after it, when nobody waits for our unlock.
 */
static int wait_signal(struct cond *c, void (*unlock)(void *l), void *l)
{
	struct signal_wait s = {.w = {.g = pt_self()}};
	pthread_mutex_t *guard = lock_guard(c);
	bool copy = copied(c);

	if (!copy)
		pt_push(&c->waiters, &s.w);
	pthread_mutex_unlock(guard);
	if (copy)
		return ASSAY_COND_COPIED;
	unlock(l);
	guard = lock_guard(c);
	s.parked = s.w.queue != NULL;
	if (s.parked)
		pt_park_begin("sync.Cond.Wait", ASSAY_FOREVER);
	pthread_mutex_unlock(guard);
	if (s.parked)
		pt_park(ASSAY_FOREVER);
	return ASSAY_OK;
}

static void unlock_mutex(void *m)
{
	mutex_unlock(m);
}

static void unlock_read(void *m)
{
	rw_runlock(m);
}

static int cond_wait(assay_cond *storage, assay_mutex *m)
{
	int status;

	if (!storage || !m)
		return ASSAY_EINVAL;
	status = wait_signal((void *)storage, unlock_mutex, m);
	return status == ASSAY_OK ? mutex_lock(m, ASSAY_FOREVER) : status;
}

static int cond_wait_r(assay_cond *storage, assay_rwmutex *m)
{
	int status;

	if (!storage || !m)
		return ASSAY_EINVAL;
	status = wait_signal((void *)storage, unlock_read, m);
	return status == ASSAY_OK ? rw_rlock(m, ASSAY_FOREVER) : status;
}

/* Signals up to n waiters. */
static int wake_signalled(assay_cond *storage, int64_t n)
{
	struct cond *c = (void *)storage;
	pthread_mutex_t *guard;
	bool copy;

	if (!c)
		return ASSAY_EINVAL;
	guard = lock_guard(c);
	copy = copied(c);
	while (!copy && n-- > 0 && signal_first(c))
		;
	pthread_mutex_unlock(guard);
	return copy ? ASSAY_COND_COPIED : ASSAY_OK;
}

static int cond_signal(assay_cond *c)
{
	return wake_signalled(c, 1);
}

static int cond_broadcast(assay_cond *c)
{
	return wake_signalled(c, INT64_MAX);
}

/* ---- pool ---- */

struct assay_pool {
	pthread_mutex_t lock;
	void *(*make)(void *arg);
	void *arg;
	void **items;
	size_t n, room;
};

static assay_pool *pool_new(void *(*make)(void *arg), void *arg)
{
	struct assay_pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	p->make = make;
	p->arg = arg;
	return p;
}

static void *pool_get(assay_pool *p)
{
	void *item = NULL;

	if (!p)
		return NULL;
	pthread_mutex_lock(&p->lock);
	if (p->n)
		item = p->items[--p->n];
	pthread_mutex_unlock(&p->lock);
	return item || !p->make ? item : p->make(p->arg);
}

static bool has_room(struct assay_pool *p)
{
	size_t room = p->room ? 2 * p->room : 16;
	void **items;

	if (p->n < p->room)
		return true;
	items = realloc(p->items, room * sizeof(*items));
	if (!items)
		return false;
	p->items = items;
	p->room = room;
	return true;
}

/* An item for which there is no memory is dropped, as a pool may. */
static void pool_put(assay_pool *p, void *item)
{
	if (!p || !item)
		return;
	pthread_mutex_lock(&p->lock);
	if (has_room(p))
		p->items[p->n++] = item;
	pthread_mutex_unlock(&p->lock);
}

static void pool_free(assay_pool *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p->items);
	free(p);
}

/* ---- atomics ---- */

#define ATOMICS(suffix, type)                                                  \
	static type load##suffix(const type *p)                                \
	{                                                                      \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                   \
	}                                                                      \
	static void store##suffix(type *p, type v)                             \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                      \
	}                                                                      \
	static type swap##suffix(type *p, type v)                              \
	{                                                                      \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                      \
	static bool cas##suffix(type *p, type old, type v)                     \
	{                                                                      \
		return __atomic_compare_exchange_n(p, &old, v, false,          \
						   __ATOMIC_SEQ_CST,           \
						   __ATOMIC_SEQ_CST);          \
	}

typedef void *pointer;
ATOMICS(32, int32_t)
ATOMICS(64, int64_t)
ATOMICS(p, pointer)

static int32_t add32(int32_t *p, int32_t delta)
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

static int64_t add64(int64_t *p, int64_t delta)
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

_Static_assert(sizeof(struct mutex) <= sizeof(assay_mutex), "mutex");
_Static_assert(sizeof(struct rwmutex) <= sizeof(assay_rwmutex), "rwmutex");
_Static_assert(sizeof(struct waitgroup) <= sizeof(assay_waitgroup), "wg");
_Static_assert(sizeof(struct once) <= sizeof(assay_once), "once");
_Static_assert(sizeof(struct cond) <= sizeof(assay_cond), "cond");

const struct assay_sync_ops pt_sync = {
	.size = sizeof(pt_sync),
	.mutex_lock = mutex_lock,
	.mutex_unlock = mutex_unlock,
	.rw_lock = rw_lock,
	.rw_unlock = rw_unlock,
	.rw_rlock = rw_rlock,
	.rw_runlock = rw_runlock,
	.wg_add = wg_add,
	.wg_wait = wg_wait,
	.wg_go = wg_go,
	.once_do = once_do,
	.cond_wait = cond_wait,
	.cond_wait_r = cond_wait_r,
	.cond_signal = cond_signal,
	.cond_broadcast = cond_broadcast,
	.pool_new = pool_new,
	.pool_get = pool_get,
	.pool_put = pool_put,
	.pool_free = pool_free,
	.add32 = add32,
	.load32 = load32,
	.store32 = store32,
	.swap32 = swap32,
	.cas32 = cas32,
	.add64 = add64,
	.load64 = load64,
	.store64 = store64,
	.swap64 = swap64,
	.cas64 = cas64,
	.loadp = loadp,
	.storep = storep,
	.swapp = swapp,
	.casp = casp,
};
