/*
 * sync.c - the sync group of goro's adapter.
 */
#include "handles.h"

#define MUTEX(m) ((goro_mutex *)(void *)(m))
#define RW(m) ((goro_rwmutex *)(void *)(m))
#define WG(w) ((goro_waitgroup *)(void *)(w))
#define COND(c) ((goro_cond *)(void *)(c))

/* Locks by ASSAY_FOREVER or ASSAY_POLL; goro has no other deadline. */
#define LOCK(deadline, lock, trylock)                                          \
	do {                                                                   \
		if ((deadline) == ASSAY_POLL)                                  \
			return (trylock) ? ASSAY_OK : ASSAY_AGAIN;             \
		if ((deadline) != ASSAY_FOREVER)                               \
			return ASSAY_ENOTSUP;                                  \
		lock;                                                          \
		return ASSAY_OK;                                               \
	} while (0)

static int sync_mutex_lock(assay_mutex *m, int64_t deadline)
{
	LOCK(deadline, goro_mutex_lock(MUTEX(m)), goro_mutex_trylock(MUTEX(m)));
}

static void sync_mutex_unlock(assay_mutex *m)
{
	goro_mutex_unlock(MUTEX(m));
}

static int sync_rw_lock(assay_rwmutex *m, int64_t deadline)
{
	LOCK(deadline, goro_rwmutex_lock(RW(m)), goro_rwmutex_trylock(RW(m)));
}

static void sync_rw_unlock(assay_rwmutex *m)
{
	goro_rwmutex_unlock(RW(m));
}

static int sync_rw_rlock(assay_rwmutex *m, int64_t deadline)
{
	LOCK(deadline, goro_rwmutex_rlock(RW(m)), goro_rwmutex_tryrlock(RW(m)));
}

static void sync_rw_runlock(assay_rwmutex *m)
{
	goro_rwmutex_runlock(RW(m));
}

static int sync_wg_add(assay_waitgroup *wg, int64_t delta)
{
	return goro_wg_add_status(WG(wg), delta);
}

static int sync_wg_wait(assay_waitgroup *wg, int64_t deadline)
{
	LOCK(deadline, goro_wg_wait(WG(wg)), goro_wg_trywait(WG(wg)));
}

static int sync_wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	return goro_wg_go(WG(wg), fn, arg);
}

static void sync_once_do(assay_once *o, assay_fn fn, void *arg)
{
	goro_once_do((goro_once *)(void *)o, fn, arg);
}

static int sync_cond_wait(assay_cond *c, assay_mutex *m)
{
	return goro_cond_wait(COND(c), MUTEX(m));
}

static int sync_cond_wait_r(assay_cond *c, assay_rwmutex *m)
{
	return goro_cond_wait_r(COND(c), RW(m));
}

static int sync_cond_signal(assay_cond *c)
{
	return goro_cond_signal(COND(c));
}

static int sync_cond_broadcast(assay_cond *c)
{
	return goro_cond_broadcast(COND(c));
}

#define sync_pool_new goro_pool_new
#define sync_pool_get goro_pool_get
#define sync_pool_put goro_pool_put
#define sync_pool_free goro_pool_free

/* goro has no atomics of its own: these are C's, for one width. */
#define ATOMICS(bits)                                                          \
	static int##bits##_t sync_add##bits(int##bits##_t *p,                  \
					    int##bits##_t delta)               \
	{                                                                      \
		return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);         \
	}                                                                      \
	static int##bits##_t sync_load##bits(const int##bits##_t *p)           \
	{                                                                      \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                   \
	}                                                                      \
	static void sync_store##bits(int##bits##_t *p, int##bits##_t v)        \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                      \
	}                                                                      \
	static int##bits##_t sync_swap##bits(int##bits##_t *p,                 \
					     int##bits##_t v)                  \
	{                                                                      \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                      \
	static bool sync_cas##bits(int##bits##_t *p, int##bits##_t old,        \
				   int##bits##_t v)                            \
	{                                                                      \
		return __atomic_compare_exchange_n(p, &old, v, false,          \
						   __ATOMIC_SEQ_CST,           \
						   __ATOMIC_SEQ_CST);          \
	}

ATOMICS(32)
ATOMICS(64)

static void *sync_loadp(void *const *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static void sync_storep(void **p, void *v)
{
	__atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}

static void *sync_swapp(void **p, void *v)
{
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

static bool sync_casp(void **p, void *old, void *v)
{
	return __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

const struct assay_sync_ops goro_adapter_sync = {sizeof(goro_adapter_sync),
						 ASSAY_SYNC_FN(ASSAY_ENTRY)};
