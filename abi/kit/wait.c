/* wait.c - waitgroup, once and cond. */
#include "inner.h"

/* ---- waitgroup ------------------------------------------------------------- */

struct waitgroup {
	int64_t n;
	struct kit_queue waiters;
};

int kit_wg_add(assay_waitgroup *storage, int64_t delta)
{
	struct waitgroup *wg = (void *)storage;
	int64_t n;

	if (!wg)
		return ASSAY_EINVAL;
	if (__builtin_add_overflow(wg->n, delta, &n) || n < 0 || n > INT32_MAX)
		return ASSAY_WG_NEGATIVE;
	wg->n = n;
	if (n == 0)
		kit_wake_all(&wg->waiters);
	return ASSAY_OK;
}

int kit_wg_wait(assay_waitgroup *storage, int64_t deadline)
{
	struct waitgroup *wg = (void *)storage;
	int status = kit_may_wait(deadline);

	if (!wg || status == ASSAY_ENOTSUP)
		return wg ? status : ASSAY_EINVAL;
	if (!wg->n)
		return ASSAY_OK;
	if (status == ASSAY_OK)
		kit_wait_in(&wg->waiters, "sync.WaitGroup.Wait");
	return status;
}

struct job {
	assay_waitgroup *wg;
	assay_fn fn;
	void *arg;
};

static void run_job(void *arg)
{
	struct job *j = arg;

	j->fn(j->arg);
	kit_wg_add(j->wg, -1);
}

int kit_wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	struct job j = {.wg = wg, .fn = fn, .arg = arg};
	int status = fn ? kit_wg_add(wg, 1) : ASSAY_EINVAL;

	if (status != ASSAY_OK)
		return status;
	status = kit_core.go(run_job, &j, sizeof(j));
	if (status != ASSAY_OK)
		kit_wg_add(wg, -1);
	return status;
}

/* ---- once ------------------------------------------------------------------ */

struct once {
	enum { NOT_YET, RUNNING, DONE } state;
	struct kit_queue waiters;
};

void kit_once_do(assay_once *storage, assay_fn fn, void *arg)
{
	struct once *o = (void *)storage;

	if (!o || !fn || o->state == DONE)
		return;
	if (o->state == RUNNING) {
		kit_wait_in(&o->waiters, "sync.Mutex.Lock");
		return;
	}
	o->state = RUNNING;
	fn(arg);
	o->state = DONE;
	kit_wake_all(&o->waiters);
}

/* ---- cond ------------------------------------------------------------------ */

struct cond {
	const void *at; /* address of its first use: a copy differs */
	struct kit_queue waiters;
};

static bool copied(struct cond *c)
{
	if (!c->at)
		c->at = c;
	return c->at != c;
}

/* Nobody runs between the unlock and the wait, so no signal is missed. */
int kit_cond_wait(assay_cond *storage, assay_mutex *m)
{
	struct cond *c = (void *)storage;

	if (!c || !m)
		return ASSAY_EINVAL;
	if (copied(c))
		return ASSAY_COND_COPIED;
	kit_mutex_unlock(m);
	kit_wait_in(&c->waiters, "sync.Cond.Wait");
	return kit_mutex_lock(m, ASSAY_FOREVER);
}

int kit_cond_wait_r(assay_cond *storage, assay_rwmutex *m)
{
	struct cond *c = (void *)storage;

	if (!c || !m)
		return ASSAY_EINVAL;
	if (copied(c))
		return ASSAY_COND_COPIED;
	kit_rw_runlock(m);
	kit_wait_in(&c->waiters, "sync.Cond.Wait");
	return kit_rw_rlock(m, ASSAY_FOREVER);
}

int kit_cond_signal(assay_cond *storage)
{
	struct cond *c = (void *)storage;

	if (!c || copied(c))
		return c ? ASSAY_COND_COPIED : ASSAY_EINVAL;
	kit_wake_first(&c->waiters);
	return ASSAY_OK;
}

int kit_cond_broadcast(assay_cond *storage)
{
	struct cond *c = (void *)storage;

	if (!c || copied(c))
		return c ? ASSAY_COND_COPIED : ASSAY_EINVAL;
	kit_wake_all(&c->waiters);
	return ASSAY_OK;
}

_Static_assert(sizeof(struct waitgroup) <= sizeof(assay_waitgroup),
	       "waitgroup");
_Static_assert(sizeof(struct once) <= sizeof(assay_once), "once");
_Static_assert(sizeof(struct cond) <= sizeof(assay_cond), "cond");
