/* sync.c - neco's mutexes, waitgroups and condition variables. */
#include "nc.h"

struct assay_sync_ops nc_sync;

_Static_assert(sizeof(neco_mutex) <= sizeof(assay_mutex), "mutex");
_Static_assert(sizeof(neco_waitgroup) <= sizeof(assay_waitgroup), "waitgroup");
_Static_assert(sizeof(neco_cond) <= sizeof(assay_cond), "cond");

/* ---- locks: neco's mutex is also its rwmutex -------------------------------- */

static int lock(void *m, int64_t deadline)
{
	if (!m)
		return ASSAY_EINVAL;
	if (deadline == ASSAY_POLL)
		return nc_status(neco_mutex_trylock(m), deadline);
	return nc_status(KIT_CALL(neco_mutex_lock_dl(m, deadline)), deadline);
}

static int rlock(void *m, int64_t deadline)
{
	if (!m)
		return ASSAY_EINVAL;
	if (deadline == ASSAY_POLL)
		return nc_status(neco_mutex_tryrdlock(m), deadline);
	return nc_status(KIT_CALL(neco_mutex_rdlock_dl(m, deadline)), deadline);
}

static void unlock(void *m)
{
	if (!m || KIT_CALL(neco_mutex_unlock(m)) != NECO_OK)
		kit_fatal("sync: unlock of unlocked mutex");
}

static int mutex_lock(assay_mutex *m, int64_t deadline)
{
	return lock(m, deadline);
}

static void mutex_unlock(assay_mutex *m)
{
	unlock(m);
}

static int rw_lock(assay_rwmutex *m, int64_t deadline)
{
	return lock(m, deadline);
}

static int rw_rlock(assay_rwmutex *m, int64_t deadline)
{
	return rlock(m, deadline);
}

static void rw_unlock(assay_rwmutex *m)
{
	unlock(m);
}

/* ---- waitgroup -------------------------------------------------------------- */

static int wg_add(assay_waitgroup *wg, int64_t delta)
{
	int code;

	if (!wg)
		return ASSAY_EINVAL;
	if (delta > INT32_MAX || delta < INT32_MIN)
		return ASSAY_WG_NEGATIVE;
	if (delta == -1)
		code = KIT_CALL(neco_waitgroup_done((neco_waitgroup *)wg));
	else
		code = neco_waitgroup_add((neco_waitgroup *)wg, (int)delta);
	return code == NECO_NEGWAITGRP ? ASSAY_WG_NEGATIVE : nc_status(code, 0);
}

static int wg_wait(assay_waitgroup *wg, int64_t deadline)
{
	if (!wg)
		return ASSAY_EINVAL;
	if (deadline == ASSAY_POLL)
		return ASSAY_ENOTSUP;
	return nc_status(KIT_CALL(neco_waitgroup_wait_dl((neco_waitgroup *)wg,
							 deadline)),
			 deadline);
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
	wg_add(j->wg, -1);
}

static int wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	struct job j = {.wg = wg, .fn = fn, .arg = arg};
	int status = fn ? wg_add(wg, 1) : ASSAY_EINVAL;

	if (status != ASSAY_OK)
		return status;
	status = kit_core.go(run_job, &j, sizeof(j));
	if (status != ASSAY_OK)
		wg_add(wg, -1);
	return status;
}

/* ---- cond ------------------------------------------------------------------- */

static int cond_wait(assay_cond *c, assay_mutex *m)
{
	if (!c || !m)
		return ASSAY_EINVAL;
	return nc_status(
		KIT_CALL(neco_cond_wait((neco_cond *)c, (neco_mutex *)m)),
		ASSAY_FOREVER);
}

static int cond_signal(assay_cond *c)
{
	if (!c)
		return ASSAY_EINVAL;
	return nc_status(KIT_CALL(neco_cond_signal((neco_cond *)c)), 0);
}

static int cond_broadcast(assay_cond *c)
{
	if (!c)
		return ASSAY_EINVAL;
	return nc_status(KIT_CALL(neco_cond_broadcast((neco_cond *)c)), 0);
}

void nc_sync_init(void)
{
	nc_sync = kit_sync;
	nc_sync.mutex_lock = mutex_lock;
	nc_sync.mutex_unlock = mutex_unlock;
	nc_sync.rw_lock = rw_lock;
	nc_sync.rw_unlock = rw_unlock;
	nc_sync.rw_rlock = rw_rlock;
	nc_sync.rw_runlock = rw_unlock;
	nc_sync.wg_add = wg_add;
	nc_sync.wg_wait = wg_wait;
	nc_sync.wg_go = wg_go;
	nc_sync.cond_wait = cond_wait;
	nc_sync.cond_wait_r = NULL; /* neco's cond locks for writing */
	nc_sync.cond_signal = cond_signal;
	nc_sync.cond_broadcast = cond_broadcast;
}
