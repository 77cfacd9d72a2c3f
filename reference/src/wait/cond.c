/*
 * cond.c - Cond, and Pool.
 */
#include "wait/sema.h"

#include "sched/call.h"

#include "base/sys.h"
#include "base/text.h"
#include "sched/outside.h"

struct cond {
	struct lock lock;
	struct cond *self; /* set at first use: a copy has another address */
	struct waitq q;
};

_Static_assert(sizeof(struct cond) <= sizeof(goro_cond), "goro.h");

/* NULL: it was copied. */
static struct cond *of(goro_cond *cond)
{
	struct cond *c = (struct cond *)(void *)cond;

	plock(&c->lock);
	if (!c->self)
		c->self = c;
	if (c->self != c) {
		punlock(&c->lock);
		return NULL;
	}
	return c;
}

/*
 * The cond's lock is held over the unlock of the mutex: a signal that comes
 * right after that finds the waiter queued and off its stack.
 */
static void wait(struct cond *c, void (*unlock_it)(void *), void *m)
{
	struct sudog s = {.g = goro__self()};

	waitq_push(&c->q, &s);
	unlock_it(m);
	goro__park(&c->lock, WAIT_COND);
}

static void unlock_mutex(void *m)
{
	/* the caller parks at once: no need to give way */
	(void)goro__mutex_release(m);
}

static void unlock_read(void *m)
{
	goro_rwmutex_runlock(m);
}

int goro_cond_wait(goro_cond *cond, goro_mutex *m)
{
	struct cond *c;

	FROM_OUTSIDE_GIVES(goro_cond_wait(cond, m));
	c = of(cond);
	if (!c)
		return GORO_COND_COPIED;
	wait(c, unlock_mutex, m);
	san_acquire(c);
	goro_mutex_lock(m);
	return GORO_OK;
}

int goro_cond_wait_r(goro_cond *cond, goro_rwmutex *m)
{
	struct cond *c;

	FROM_OUTSIDE_GIVES(goro_cond_wait_r(cond, m));
	c = of(cond);
	if (!c)
		return GORO_COND_COPIED;
	wait(c, unlock_read, m);
	san_acquire(c);
	goro_rwmutex_rlock(m);
	return GORO_OK;
}

int goro_cond_signal(goro_cond *cond)
{
	struct cond *c;
	struct sudog *s;

	FROM_OUTSIDE_GIVES(goro_cond_signal(cond));
	c = of(cond);
	if (!c)
		return GORO_COND_COPIED;
	san_release(c);
	s = waitq_pop(&c->q);
	punlock(&c->lock);
	if (s)
		goro__ready(s->g);
	return GORO_OK;
}

int goro_cond_broadcast(goro_cond *cond)
{
	struct cond *c;
	struct sudog *list;

	FROM_OUTSIDE_GIVES(goro_cond_broadcast(cond));
	c = of(cond);
	if (!c)
		return GORO_COND_COPIED;
	san_release(c);
	list = c->q.first;
	c->q = (struct waitq){0};
	punlock(&c->lock);
	wake_list(list);
	return GORO_OK;
}

/* ---- Pool --------------------------------------------------------------- */

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
 * Memory is taken outside the lock (base/sys.h).  Returns what is to be freed:
 * the old room, or the new one if another was quicker.
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

/* A pool may drop what it is given: it does so without memory. */
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
