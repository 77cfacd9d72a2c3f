/*
 * sync.c - the table of the sync types, and the types that never park: pool and
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

static assay_pool *pt_pool_new(void *(*make)(void *arg), void *arg)
{
	struct assay_pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	p->make = make;
	p->arg = arg;
	return p;
}

static void *pt_pool_get(assay_pool *p)
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

/* Keeps the item.  Drops it if there is no memory; a pool may do that. */
static void pt_pool_put(assay_pool *p, void *item)
{
	if (!p || !item)
		return;
	pthread_mutex_lock(&p->lock);
	if (has_room(p))
		p->items[p->n++] = item;
	pthread_mutex_unlock(&p->lock);
}

static void pt_pool_free(assay_pool *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p->items);
	free(p);
}

/* ---- atomics ---- */

#define ATOMICS(suffix, type)                                                  \
	static type pt_load##suffix(const type *p)                             \
	{                                                                      \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                   \
	}                                                                      \
	static void pt_store##suffix(type *p, type v)                          \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                      \
	}                                                                      \
	static type pt_swap##suffix(type *p, type v)                           \
	{                                                                      \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                      \
	static bool pt_cas##suffix(type *p, type old, type v)                  \
	{                                                                      \
		return __atomic_compare_exchange_n(p, &old, v, false,          \
						   __ATOMIC_SEQ_CST,           \
						   __ATOMIC_SEQ_CST);          \
	}

typedef void *pointer;
ATOMICS(32, int32_t)
ATOMICS(64, int64_t)
ATOMICS(p, pointer)

static int32_t pt_add32(int32_t *p, int32_t delta)
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

static int64_t pt_add64(int64_t *p, int64_t delta)
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

#define PT(g, f) pt_##f,

const struct assay_sync_ops pt_sync = {sizeof(pt_sync), ASSAY_SYNC_FN(PT)};
