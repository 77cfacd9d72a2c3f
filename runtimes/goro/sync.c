/*
 * sync.c - the sync group of goro's adapter.
 */
#include <assay.h>
#include <goro.h>

#define MUTEX(m) ((goro_mutex *)(void *)(m))
#define RW(m) ((goro_rwmutex *)(void *)(m))
#define WG(w) ((goro_waitgroup *)(void *)(w))
#define COND(c) ((goro_cond *)(void *)(c))
#define POOL(p) ((goro_pool *)(void *)(p))

/* A lock with a deadline: forever, or a try; goro has none in between. */
#define LOCK(deadline, lock, trylock)                                          \
	do {                                                                   \
		if ((deadline) == ASSAY_POLL)                                  \
			return (trylock) ? ASSAY_OK : ASSAY_AGAIN;             \
		if ((deadline) != ASSAY_FOREVER)                               \
			return ASSAY_ENOTSUP;                                  \
		lock;                                                          \
		return ASSAY_OK;                                               \
	} while (0)

static int mutex_lock(assay_mutex *m, int64_t deadline)
{
	LOCK(deadline, goro_mutex_lock(MUTEX(m)), goro_mutex_trylock(MUTEX(m)));
}

static void mutex_unlock(assay_mutex *m)
{
	goro_mutex_unlock(MUTEX(m));
}

static int rw_lock(assay_rwmutex *m, int64_t deadline)
{
	LOCK(deadline, goro_rwmutex_lock(RW(m)), goro_rwmutex_trylock(RW(m)));
}

static void rw_unlock(assay_rwmutex *m)
{
	goro_rwmutex_unlock(RW(m));
}

static int rw_rlock(assay_rwmutex *m, int64_t deadline)
{
	LOCK(deadline, goro_rwmutex_rlock(RW(m)), goro_rwmutex_tryrlock(RW(m)));
}

static void rw_runlock(assay_rwmutex *m)
{
	goro_rwmutex_runlock(RW(m));
}

static int wg_add(assay_waitgroup *wg, int64_t delta)
{
	return goro_wg_add_status(WG(wg), delta);
}

static int wg_wait(assay_waitgroup *wg, int64_t deadline)
{
	LOCK(deadline, goro_wg_wait(WG(wg)), goro_wg_trywait(WG(wg)));
}

static int wg_go(assay_waitgroup *wg, assay_fn fn, void *arg)
{
	return goro_wg_go(WG(wg), fn, arg);
}

static void once_do(assay_once *o, assay_fn fn, void *arg)
{
	goro_once_do((goro_once *)(void *)o, fn, arg);
}

static int cond_wait(assay_cond *c, assay_mutex *m)
{
	return goro_cond_wait(COND(c), MUTEX(m));
}

static int cond_wait_r(assay_cond *c, assay_rwmutex *m)
{
	return goro_cond_wait_r(COND(c), RW(m));
}

static int cond_signal(assay_cond *c)
{
	return goro_cond_signal(COND(c));
}

static int cond_broadcast(assay_cond *c)
{
	return goro_cond_broadcast(COND(c));
}

static assay_pool *pool_new(void *(*make)(void *arg), void *arg)
{
	return (assay_pool *)(void *)goro_pool_new(make, arg);
}

static void *pool_get(assay_pool *p)
{
	return goro_pool_get(POOL(p));
}

static void pool_put(assay_pool *p, void *item)
{
	goro_pool_put(POOL(p), item);
}

static void pool_free(assay_pool *p)
{
	goro_pool_free(POOL(p));
}

/* goro has C's own atomics; these are the ones of a width. */
#define ATOMICS(bits)                                                          \
	static int##bits##_t add##bits(int##bits##_t *p, int##bits##_t delta)  \
	{                                                                      \
		return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);         \
	}                                                                      \
	static int##bits##_t load##bits(const int##bits##_t *p)                \
	{                                                                      \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                   \
	}                                                                      \
	static void store##bits(int##bits##_t *p, int##bits##_t v)             \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                      \
	}                                                                      \
	static int##bits##_t swap##bits(int##bits##_t *p, int##bits##_t v)     \
	{                                                                      \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                      \
	static bool cas##bits(int##bits##_t *p, int##bits##_t old,             \
			      int##bits##_t v)                                 \
	{                                                                      \
		return __atomic_compare_exchange_n(p, &old, v, false,          \
						   __ATOMIC_SEQ_CST,           \
						   __ATOMIC_SEQ_CST);          \
	}

ATOMICS(32)
ATOMICS(64)

static void *loadp(void *const *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static void storep(void **p, void *v)
{
	__atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}

static void *swapp(void **p, void *v)
{
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

static bool casp(void **p, void *old, void *v)
{
	return __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

extern const struct assay_sync_ops goro_adapter_sync;

const struct assay_sync_ops goro_adapter_sync = {
	.size = sizeof(goro_adapter_sync),
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
