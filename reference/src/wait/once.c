/*
 * once.c - Once.
 */
#include "wait/owners.h"
#include "wait/waitq.h"

#include "base/text.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "sched/panic.h"

struct once {
	struct lock lock;
	atomic_uint done;
	bool running;
	struct waitq q;
};

_Static_assert(sizeof(struct once) <= sizeof(goro_once), "goro.h");

/* Marks o as done, however fn ended, and wakes the other callers. */
static void once_done(void *arg)
{
	struct once *o = arg;
	struct sudog *list;

	if (goro__outside()) /* fn has forked */
		goro__refuse("goro_once_do");
	san_release(o);
	if (owned())
		goro__owners_free(o);
	plock(&o->lock);
	store_release(&o->done, 1u); /* pairs with the acquire in once_over */
	list = waitq_take(&o->q);
	punlock(&o->lock);
	waitq_wake(list, true);
}

/* Waits until o is done.  o->lock is held, and is given up. */
static void wait_for_it(struct once *o)
{
	if (owned()) {
		punlock(&o->lock);
		goro__owners_wait(o, SHARED);
		plock(&o->lock);
	}
	if (load_relaxed(&o->done))
		punlock(&o->lock);
	else
		waitq_park(&o->q, &o->lock, WAIT_MUTEX);
	if (owned())
		goro__owners_waited(o);
}

/* True if the caller must run fn.  Else waits until the first call ended. */
static bool first_call(struct once *o)
{
	bool first;

	plock(&o->lock);
	first = !o->running;
	o->running = true;
	if (!first) {
		wait_for_it(o);
		return false;
	}
	punlock(&o->lock);
	if (owned())
		goro__owners_got(o, ALONE);
	return true;
}

/*
 * True if fn has ended and once_done() no longer uses o: the caller may then
 * free o.  once_done() sets done with the lock held, so the lock must be free
 * too.  The acquires pair with the releases in once_done() and in punlock().
 */
static bool once_over(struct once *o)
{
	return load_acquire(&o->done) && !load_acquire(&o->lock.held);
}

void goro_once_do(goro_once *once, goro_fn fn, void *arg)
{
	struct once *o = (struct once *)(void *)once;

	if (unlikely(!once_over(o)) && goro__outside()) {
		/* fn's steps end with what the others wait for */
		goro__touches_ever_all();
		FROM_OUTSIDE(goro_once_do(once, fn, arg));
	}
	if (unlikely(!once_over(o)) && first_call(o))
		goro__call(fn, arg, once_done, o);
	san_acquire(o);
}
