/*
 * bubblerun.c - goro_bubble_run() and goro_bubble_wait(): a bubble's root, and
 * who waits until the others are blocked.
 *
 * Root runs nothing of the program.  While others are counted it waits.  It is
 * woken when a timer that is due was added, or when nobody else is counted, and
 * then moves the clock.  When main has ended time stops, as in Go.
 */
#include "sched/bubble.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/hooks.h"
#include "sched/outside.h"
#include "sched/panic.h"
#include "sched/stack.h"
#include "sched/state.h"
#include "sched/timer.h"

/* ---- memory ----------------------------------------------------------------- */

/* 2000-01-01 00:00 UTC, as in Go. */
#define FIRST_INSTANT INT64_C(946684800000000000)

static struct {
	struct lock lock;
	struct bubble *free;
	uint32_t last_id;
} bubbles;

/* Returns memory for a bubble, with a number; NULL if there is none. */
static struct bubble *alloc(void)
{
	struct bubble *b;

	lock(&bubbles.lock);
	b = bubbles.free;
	if (b)
		bubbles.free = b->free;
	else
		b = sys_map(sizeof(*b));
	if (b)
		b->id = ++bubbles.last_id ? bubbles.last_id
					  : ++bubbles.last_id;
	unlock(&bubbles.lock);
	return b;
}

static void give_back(struct bubble *b)
{
	lock(&bubbles.lock);
	b->free = bubbles.free;
	bubbles.free = b;
	unlock(&bubbles.lock);
}

static void make_known(void)
{
	if (bubbled())
		return;
	goro__hooks.stop_all();
	state_set_mp(mp() | MP_BUBBLED);
	goro__hooks.start_all();
}

static struct bubble *begin(void)
{
	struct bubble *b = alloc();

	if (!b)
		return NULL;
	b->root_waits = b->waiter = b->main = NULL;
	b->done = b->durable_mutexes = false;
	store_relaxed(&b->total, 1);
	store_relaxed(&b->running, 1);
	store_relaxed(&b->now, FIRST_INSTANT);
	b->p.timers.mixed = true;
	store_relaxed(&b->p.timers.next, INT64_MAX);
	make_known();
	goro__self()->stack->bubble = b;
	return b;
}

static bool start(struct bubble *b, goro_fn fn, void *arg, void *creator)
{
	struct g *g = goro__newg(fn, arg, 0, goro__default_class, creator);

	if (!g)
		return false;
	b->main = g;
	goro__start(g);
	return true;
}

/* Waits until a timer is due, or nobody else is counted. */
static void root_waits(struct bubble *b)
{
	lock(&b->lock);
	if (bubble_timer_due(b))
		unlock(&b->lock);
	else
		goro__bubble_wait_in(b, &b->root_waits, WAIT_BUBBLE_RUN);
}

/*
 * Moves the clock to the next timer if root alone is counted.  False: there is
 * no more to come.
 */
static bool tick(struct bubble *b)
{
	int64_t next = load_acquire(&b->p.timers.next);

	/* If root alone is counted nobody else changes any of this. */
	if (load_acquire(&b->running) > 1 || bubble_timer_due(b) || b->waiter)
		return true;
	if (b->done || next == INT64_MAX)
		return false;
	store_relaxed(&b->now, next);
	return true;
}

static void drive(struct bubble *b)
{
	do {
		goro__timers_run(&b->p, bubble_now(b));
		root_waits(b);
	} while (tick(b));
}

/* Takes the root out of b.  True if nobody is left in it: b may be gone. */
static bool end(struct bubble *b)
{
	bool empty = load_relaxed(&b->total) == 1;

	goro__timers_drop(&b->p);
	goro__self()->stack->bubble = NULL;
	if (empty)
		give_back(b);
	return empty;
}

/* ---- calls ------------------------------------------------------------------ */

static _Noreturn void deadlock(const struct bubble *b)
{
	struct goro_panic_value v = {.kind = GORO_PANIC_ERROR};

	strcpy(v.text,
	       b->done ? "deadlock: main bubble goroutine has exited but "
			 "blocked goroutines remain"
		       : "deadlock: all goroutines in bubble are blocked");
	goro_panic_value(&v);
}

static void refuse_run(const struct g *g)
{
	if (g->stack->bubble)
		goro_panic("synctest.Run called from within a synctest bubble");
	if (goro__sched.async_timers)
		goro_panic("synctest.Run not supported with "
			   "asynctimerchan!=0");
}

void goro_bubble_run(goro_fn fn, void *arg, unsigned flags)
{
	AS_GOROUTINE();
	struct g *g = goro__goroutine(__func__);
	struct bubble *b;

	if (!fn)
		goro__fatal("go of nil func value");
	refuse_run(g);
	b = begin();
	if (!b)
		goro__fatal("runtime: out of memory");
	b->durable_mutexes = flags & GORO_BUBBLE_MUTEXES;
	if (!start(b, fn, arg, __builtin_return_address(0)))
		goro__fatal("runtime: cannot allocate a goroutine's stack");
	drive(b);
	if (!end(b))
		deadlock(b);
}

void goro_bubble_wait(void)
{
	AS_GOROUTINE();
	struct bubble *b = goro__goroutine(__func__)->stack->bubble;

	if (!b)
		goro_panic("goroutine is not in a bubble");
	lock(&b->lock);
	if (b->waiter) {
		unlock(&b->lock);
		goro_panic("wait already in progress");
	}
	goro__bubble_wait_in(b, &b->waiter, WAIT_BUBBLE_WAIT);
}
