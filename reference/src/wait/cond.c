/*
 * cond.c - Cond.
 */
#include "base/text.h"
#include "base/print.h"
#include "sched/bubble.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "wait/mutex.h"
#include "wait/waitq.h"

struct cond {
	struct lock lock;
	struct cond *self; /* set at first use: a copy has another address */
	struct waitq q;
};

_Static_assert(sizeof(struct cond) <= sizeof(goro_cond), "goro.h");

/* Returns cond with its lock held, or NULL if it was copied. */
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
 * Holds the cond's lock over the unlock of the mutex, so that a signal right
 * after that unlock finds the waiter queued and off its stack.
 */
static int wait(goro_cond *cond, void (*unlock_it)(void *), void *m)
{
	struct sudog s = {.g = goro__self()};
	struct cond *c = of(cond);

	if (!c)
		return GORO_COND_COPIED;
	waitq_push(&c->q, &s);
	unlock_it(m);
	goro__park(&c->lock, WAIT_COND);
	san_acquire(c);
	return GORO_OK;
}

static void unlock_mutex(void *m)
{
	/* The caller parks at once: no yield is needed. */
	(void)goro__mutex_release(m);
}

static void unlock_read(void *m)
{
	goro_rwmutex_runlock(m);
}

int goro_cond_wait(goro_cond *c, goro_mutex *m)
{
	int status;

	FROM_OUTSIDE_ON_GIVES(c, m, goro_cond_wait(c, m));
	status = wait(c, unlock_mutex, m);
	if (!status)
		goro_mutex_lock(m);
	return status;
}

int goro_cond_wait_r(goro_cond *c, goro_rwmutex *m)
{
	int status;

	FROM_OUTSIDE_ON_GIVES(c, m, goro_cond_wait_r(c, m));
	status = wait(c, unlock_read, m);
	if (!status)
		goro_rwmutex_rlock(m);
	return status;
}

static void die_of_wake(void *woken)
{
	const struct g *g = woken;

	goro__enter_death();
	print_str("semaphore wake of synctest goroutine ");
	print_int(g->goid);
	print_str(" from outside bubble\n");
	goro__fatal_alone("semaphore wake of synctest goroutine from outside "
			  "bubble");
}

/* The goroutines of list are about to be woken: in a bubble, by it alone. */
static COLD void check_woken(const struct sudog *list)
{
	for (const struct sudog *s = list; s; s = s->next) {
		const struct bubble *b = bubble_of(s->g);

		if (b && b != my_bubble())
			goro__systemstack(die_of_wake, s->g);
	}
}

static inline int wake(goro_cond *cond, struct sudog *(*whom)(struct waitq *))
{
	struct cond *c = of(cond);
	struct sudog *list;

	if (!c)
		return GORO_COND_COPIED;
	san_release(c);
	list = whom(&c->q);
	punlock(&c->lock);
	if (bubbled())
		check_woken(list);
	waitq_wake(list, true);
	return GORO_OK;
}

int goro_cond_signal(goro_cond *c)
{
	FROM_OUTSIDE_ON_GIVES(c, NULL, goro_cond_signal(c));
	return wake(c, waitq_pop);
}

int goro_cond_broadcast(goro_cond *c)
{
	FROM_OUTSIDE_ON_GIVES(c, NULL, goro_cond_broadcast(c));
	return wake(c, waitq_take);
}
