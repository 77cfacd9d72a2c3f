/*
 * wait.c - waitgroup, once and cond.
 */
#include "sync.h"

/* ---- waitgroup ---- */

struct waitgroup {
	int64_t n;
	struct queue waiters;
};

int pt_wg_add(assay_waitgroup *storage, int64_t delta)
{
	struct waitgroup *wg = (void *)storage;
	int status = ASSAY_OK;
	pthread_mutex_t *guard;
	int64_t n;

	if (!wg)
		return ASSAY_EINVAL;
	guard = pt_lock_guard(wg);
	if (__builtin_add_overflow(wg->n, delta, &n) || n < 0 || n > INT32_MAX)
		status = ASSAY_WG_NEGATIVE;
	else if ((wg->n = n) == 0)
		pt_wake_all(&wg->waiters);
	pthread_mutex_unlock(guard);
	return status;
}

int pt_wg_wait(assay_waitgroup *storage, int64_t deadline)
{
	struct waitgroup *wg = (void *)storage;
	int status = pt_may_wait(deadline);
	pthread_mutex_t *guard;

	if (!wg || status == ASSAY_ENOTSUP)
		return wg ? status : ASSAY_EINVAL;
	guard = pt_lock_guard(wg);
	if (!wg->n) {
		status = ASSAY_OK;
	} else if (status == ASSAY_OK) {
		pt_wait_in(&wg->waiters, guard, "sync.WaitGroup.Wait");
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

/*
 * Ends a task of wg_go.  If the task panicked, panics again before the counter
 * drops: the panic must end the process before waiters go on.
 */
static void done(void *wg)
{
	struct assay_panic p;

	if (pt_recover(&p))
		pt_panic(&p);
	pt_wg_add(wg, -1);
}

static void run_task(void *arg)
{
	struct task *t = arg;

	pt_defer(done, t->wg);
	t->fn(t->arg);
}

int pt_wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	struct task t = {.wg = wg, .fn = fn, .arg = arg};
	int status;

	if (!fn)
		return ASSAY_EINVAL;
	status = pt_wg_add(wg, 1);
	if (status != ASSAY_OK)
		return status;
	status = pt_go(run_task, &t, sizeof(t));
	if (status != ASSAY_OK)
		pt_wg_add(wg, -1);
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
	pthread_mutex_t *guard = pt_lock_guard(o);

	o->state = DONE;
	pt_wake_all(&o->waiters);
	pthread_mutex_unlock(guard);
}

/* Calls fn.  The once is done even if fn panics or exits. */
static void once_run(void *arg)
{
	struct once *o = arg;

	pt_defer(once_end, o);
	o->fn(o->arg);
}

void pt_once_do(assay_once *storage, assay_fn fn, void *arg)
{
	struct once *o = (void *)storage;
	struct assay_panic p;
	pthread_mutex_t *guard;

	if (!o || !fn)
		return;
	guard = pt_lock_guard(o);
	if (o->state == RUNNING) {
		pt_wait_in(&o->waiters, guard, "sync.Mutex.Lock");
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
	const void *at;       /* address of its first use: a copy differs */
	struct queue waiters; /* struct signal_wait */
};

struct signal_wait {
	struct waiter w;
	bool parked; /* if not, it still unlocks and needs no wake */
};

static bool copied(struct cond *c)
{
	if (!c->at)
		c->at = c;
	return c->at != c;
}

static void wake_signalled(struct waiter *w)
{
	struct signal_wait *s = (struct signal_wait *)w;

	if (s->parked)
		pt_wake(w->g);
}

/*
 * Waits for a signal.  Joins the queue before the unlock, so that it misses no
 * signal after it.  Counts as parked only after the unlock, when no goroutine
 * waits for that any more.
 */
static int wait_signal(struct cond *c, void (*unlock)(void *l), void *l)
{
	struct signal_wait s = {.w = {.g = pt_self()}};
	pthread_mutex_t *guard = pt_lock_guard(c);
	bool copy = copied(c);

	if (!copy)
		pt_push(&c->waiters, &s.w);
	pthread_mutex_unlock(guard);
	if (copy)
		return ASSAY_COND_COPIED;
	unlock(l);
	guard = pt_lock_guard(c);
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
	pt_mutex_unlock(m);
}

static void unlock_read(void *m)
{
	pt_rw_runlock(m);
}

int pt_cond_wait(assay_cond *storage, assay_mutex *m)
{
	int status;

	if (!storage || !m)
		return ASSAY_EINVAL;
	status = wait_signal((void *)storage, unlock_mutex, m);
	return status == ASSAY_OK ? pt_mutex_lock(m, ASSAY_FOREVER) : status;
}

int pt_cond_wait_r(assay_cond *storage, assay_rwmutex *m)
{
	int status;

	if (!storage || !m)
		return ASSAY_EINVAL;
	status = wait_signal((void *)storage, unlock_read, m);
	return status == ASSAY_OK ? pt_rw_rlock(m, ASSAY_FOREVER) : status;
}

/* Wakes the waiters that pop takes from the queue. */
static int signal_with(assay_cond *storage,
		       struct waiter *(*pop)(struct queue *q))
{
	struct cond *c = (void *)storage;
	pthread_mutex_t *guard;
	bool copy;

	if (!c)
		return ASSAY_EINVAL;
	guard = pt_lock_guard(c);
	copy = copied(c);
	for (struct waiter *next, *w = copy ? NULL : pop(&c->waiters); w;
	     w = next) {
		next = w->next;
		wake_signalled(w);
	}
	pthread_mutex_unlock(guard);
	return copy ? ASSAY_COND_COPIED : ASSAY_OK;
}

int pt_cond_signal(assay_cond *c)
{
	return signal_with(c, pt_pop);
}

int pt_cond_broadcast(assay_cond *c)
{
	return signal_with(c, pt_pop_all);
}

_Static_assert(sizeof(struct waitgroup) <= sizeof(assay_waitgroup), "wg");
_Static_assert(sizeof(struct once) <= sizeof(assay_once), "once");
_Static_assert(sizeof(struct cond) <= sizeof(assay_cond), "cond");
