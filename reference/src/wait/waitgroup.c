/*
 * waitgroup.c - WaitGroup.
 */
#include "base/text.h"
#include "sched/bubble.h"
#include "sched/die.h"
#include "sched/hooks.h"
#include "sched/user.h"
#include "sched/goroutine.h"
#include "sched/outside.h"
#include "sched/reduce.h"
#include "sched/panic.h"
#include "wait/waitq.h"

struct waitgroup {
	struct lock lock;
	uint32_t bubble; /* number of the bubble it is of: bubble.h; 0: none */
	int64_t n;
	struct waitq q;
};

_Static_assert(sizeof(struct waitgroup) <= sizeof(goro_waitgroup), "goro.h");

/*
 * A group is of the bubble of its first add, until its count is zero and a wait
 * returns, or there was one.
 */
static COLD void join_bubble(struct waitgroup *wg)
{
	uint32_t id = my_bubble_id();

	if (id == wg->bubble)
		return;
	if (id && wg->bubble)
		goro__fatal("sync: WaitGroup.Add called from multiple synctest "
			    "bubbles");
	if (wg->bubble || wg->n != 0 || wg->q.first)
		goro__fatal("sync: WaitGroup.Add called from inside and "
			    "outside synctest bubble");
	wg->bubble = id;
}

static inline __attribute__((always_inline)) int add(goro_waitgroup *group,
						     int64_t delta)
{
	struct waitgroup *wg = (struct waitgroup *)(void *)group;
	struct sudog *list = NULL;
	int64_t n;

	if (delta < 0)
		san_release(wg);
	plock(&wg->lock);
	if (bubbled())
		join_bubble(wg);
	n = wg->n += delta;
	if (n == 0) {
		list = waitq_take(&wg->q);
		if (list)
			wg->bubble = 0;
	}
	punlock(&wg->lock);
	waitq_wake(list, true);
	return n < 0 ? GORO_WG_NEGATIVE : GORO_OK;
}

int goro_wg_add_status(goro_waitgroup *wg, int64_t delta)
{
	FROM_OUTSIDE_ON_GIVES(wg, NULL, goro_wg_add_status(wg, delta));
	return add(wg, delta);
}

static void add_or_panic(goro_waitgroup *wg, int64_t delta)
{
	int status = add(wg, delta);

	if (unlikely(status))
		goro__panic_status(status);
}

void goro_wg_add(goro_waitgroup *wg, int64_t delta)
{
	FROM_OUTSIDE_ON(wg, NULL, goro_wg_add(wg, delta));
	add_or_panic(wg, delta);
}

static COLD void done_from_outside(goro_waitgroup *wg)
{
	goro__touches_alike(wg);
	goro__call_begin("goro_wg_done");
	goro_wg_done(wg);
	goro__call_end("goro_wg_done");
}

void goro_wg_done(goro_waitgroup *wg)
{
	if (goro__outside()) {
		done_from_outside(wg);
		return;
	}
	add_or_panic(wg, -1);
}

void goro_wg_wait(goro_waitgroup *group)
{
	struct waitgroup *wg = (struct waitgroup *)(void *)group;
	bool own;

	FROM_OUTSIDE_ON(group, NULL, goro_wg_wait(group));
	plock(&wg->lock);
	own = bubbled() && wg->bubble == my_bubble_id();
	if (wg->n == 0) {
		if (own)
			wg->bubble = 0;
		punlock(&wg->lock);
	} else {
		if (own)
			goro__bubble_waits(wg->bubble);
		waitq_park(&wg->q, &wg->lock, WAIT_WAITGROUP);
	}
	san_acquire(wg);
}

bool goro_wg_trywait(goro_waitgroup *group)
{
	struct waitgroup *wg = (struct waitgroup *)(void *)group;
	bool zero;

	FROM_OUTSIDE_ON_GIVES(group, NULL, goro_wg_trywait(group));
	plock(&wg->lock);
	zero = wg->n == 0;
	punlock(&wg->lock);
	if (zero)
		san_acquire(wg);
	return zero;
}

struct wg_task {
	goro_waitgroup *wg;
	goro_fn fn;
	void *arg;
};

/* In a run that is explored the task's done is a step, too. */
static COLD void step(goro_waitgroup *wg)
{
	goro__touches_alike(wg);
	goro__hooks.explore_step(goro__self(), "goro_wg_done");
}

/* Calls done.  A panic of fn ends the process first: no waiter goes on then. */
static void task_done(void *wg)
{
	struct goro_panic_value v;

	if (goro_recover(&v))
		goro_panic_value(&v);
	if (explored())
		step(wg);
	goro_wg_done(wg);
}

/* Runs fn with done deferred, since fn may end by goexit. */
static void run_task(void *arg)
{
	struct wg_task *t = arg;
	struct g *g = goro__self();
	struct defer d;

	goro__defer(g, &d, task_done, t->wg);
	call_user(t->fn, t->arg);
	goro__run_defers(g); /* d is in this frame */
}

static COLD int go_from_outside(goro_waitgroup *wg, goro_fn fn, void *arg)
{
	int status;

	goro__touches(wg, &goro__spawning);
	goro__call_begin("goro_wg_go");
	status = goro_wg_go(wg, fn, arg);
	goro__call_end("goro_wg_go");
	return status;
}

int goro_wg_go(goro_waitgroup *wg, goro_fn fn, void *arg)
{
	struct wg_task t = {.wg = wg, .fn = fn, .arg = arg};
	int status;

	if (goro__outside())
		return go_from_outside(wg, fn, arg);
	if (!fn)
		goro__fatal("go of nil func value");
	goro_wg_add(wg, 1);
	status = goro_go_copy(run_task, &t, sizeof(t));
	if (status)
		goro_wg_done(wg);
	return status;
}
