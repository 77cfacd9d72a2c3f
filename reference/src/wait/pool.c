/*
 * pool.c - Pool: items kept to be used again.
 */
#include "base/sys.h"
#include "base/text.h"
#include "sched/call.h"
#include "sched/outside.h"
#include "sched/types.h"

struct goro_pool {
	struct lock lock;
	void *(*make)(void *arg);
	void *arg;
	void **items;
	size_t n, cap;
};

goro_pool *goro_pool_new(void *(*make)(void *arg), void *arg)
{
	goro_pool *p = sys_calloc(1, sizeof(*p));

	if (p) {
		p->make = make;
		p->arg = arg;
	}
	return p;
}

struct making {
	goro_pool *p;
	void *item;
};

static void make_item(void *arg)
{
	struct making *m = arg;

	m->item = m->p->make(m->p->arg);
}

void *goro_pool_get(goro_pool *p)
{
	struct making m = {.p = p};

	FROM_OUTSIDE_GIVES(goro_pool_get(p));
	plock(&p->lock);
	if (p->n > 0)
		m.item = p->items[--p->n];
	punlock(&p->lock);
	if (m.item)
		san_acquire(m.item);
	else if (p->make)
		goro__call(make_item, &m, NULL, NULL);
	return m.item;
}

/*
 * Makes items, of room cap, p's array.  Returns the array to free: the old one,
 * or items if another goroutine was quicker.  Memory is allocated and freed
 * outside the lock (base/sys.h).
 */
static void **install(goro_pool *p, void **items, size_t cap)
{
	void **old = p->items;

	if (!items || cap <= p->cap)
		return items;
	if (p->n)
		arch_copy(items, old, p->n * sizeof(*items));
	p->items = items;
	p->cap = cap;
	return old;
}

static void make_room(goro_pool *p)
{
	size_t cap = p->cap ? p->cap * 2 : 16;
	void **items = sys_malloc(cap * sizeof(*items));

	plock(&p->lock);
	items = install(p, items, cap);
	punlock(&p->lock);
	sys_free(items);
}

static bool put(goro_pool *p, void *item)
{
	bool ok;

	plock(&p->lock);
	ok = p->n < p->cap;
	if (ok)
		p->items[p->n++] = item;
	punlock(&p->lock);
	return ok;
}

/* Keeps item, or drops it if there is no memory. */
void goro_pool_put(goro_pool *p, void *item)
{
	FROM_OUTSIDE(goro_pool_put(p, item));
	if (!item)
		return;
	san_release(item);
	if (put(p, item))
		return;
	make_room(p);
	put(p, item);
}

void goro_pool_free(goro_pool *p)
{
	if (p)
		sys_free(p->items);
	sys_free(p);
}
