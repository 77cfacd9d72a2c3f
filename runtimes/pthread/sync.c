/*
 * sync.c - the table of the sync types, and those that never park: pool and
 * atomics.
 */
#include <stdlib.h>

#include "sync.h"

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

const struct assay_sync_ops pt_sync = {
	.size = sizeof(pt_sync),
	.mutex_lock = pt_mutex_lock,
	.mutex_unlock = pt_mutex_unlock,
	.rw_lock = pt_rw_lock,
	.rw_unlock = pt_rw_unlock,
	.rw_rlock = pt_rw_rlock,
	.rw_runlock = pt_rw_runlock,
	.wg_add = pt_wg_add,
	.wg_wait = pt_wg_wait,
	.wg_go = pt_wg_go,
	.once_do = pt_once_do,
	.cond_wait = pt_cond_wait,
	.cond_wait_r = pt_cond_wait_r,
	.cond_signal = pt_cond_signal,
	.cond_broadcast = pt_cond_broadcast,
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
