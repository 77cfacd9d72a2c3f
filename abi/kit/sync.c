/* sync.c - the table of the sync types, and those that never wait. */
#include <stdlib.h>

#include "inner.h"

/* ---- pool ------------------------------------------------------------------ */

struct item {
	struct item *next;
	void *value;
};

struct assay_pool {
	void *(*make)(void *arg);
	void *arg;
	struct item *items;
};

static assay_pool *kit_pool_new(void *(*make)(void *arg), void *arg)
{
	struct assay_pool *p = malloc(sizeof(*p));

	if (p)
		*p = (struct assay_pool){make, arg, NULL};
	return p;
}

static void *kit_pool_get(assay_pool *p)
{
	struct item *i = p ? p->items : NULL;
	void *value;

	if (!i)
		return p && p->make ? p->make(p->arg) : NULL;
	value = i->value;
	p->items = i->next;
	free(i);
	return value;
}

/* Keeps the item.  Drops it if there is no memory; a pool may do that. */
static void kit_pool_put(assay_pool *p, void *value)
{
	struct item *i = p && value ? malloc(sizeof(*i)) : NULL;

	if (!i)
		return;
	*i = (struct item){p->items, value};
	p->items = i;
}

static void kit_pool_free(assay_pool *p)
{
	while (p && p->items) {
		struct item *i = p->items;

		p->items = i->next;
		free(i);
	}
	free(p);
}

/* ---- atomics --------------------------------------------------------------- */

#define ATOMICS(suffix, type)                                                  \
	static type kit_load##suffix(const type *p)                            \
	{                                                                      \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                   \
	}                                                                      \
	static void kit_store##suffix(type *p, type v)                         \
	{                                                                      \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                      \
	}                                                                      \
	static type kit_swap##suffix(type *p, type v)                          \
	{                                                                      \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);            \
	}                                                                      \
	static bool kit_cas##suffix(type *p, type old, type v)                 \
	{                                                                      \
		return __atomic_compare_exchange_n(p, &old, v, false,          \
						   __ATOMIC_SEQ_CST,           \
						   __ATOMIC_SEQ_CST);          \
	}

typedef void *pointer;
ATOMICS(32, int32_t)
ATOMICS(64, int64_t)
ATOMICS(p, pointer)

static int32_t kit_add32(int32_t *p, int32_t delta)
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

static int64_t kit_add64(int64_t *p, int64_t delta)
{
	return __atomic_add_fetch(p, delta, __ATOMIC_SEQ_CST);
}

#define KIT(g, f) kit_##f,

const struct assay_sync_ops kit_sync = {sizeof(kit_sync), ASSAY_SYNC_FN(KIT)};
