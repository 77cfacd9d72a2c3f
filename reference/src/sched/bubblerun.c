/*
 * bubblerun.c - goro_bubble_run() and goro_bubble_wait(): a bubble's root, and
 * who waits until the others are blocked.
 *
 * Root runs nothing of the program.  While others are counted it waits.  It is
 * woken when a timer that is due was added, or when nobody else is counted, and
 * then moves the clock.  When main has ended time stops, as in Go.
 */
#include "sched/bubble.h"

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

static struct {
	struct lock lock;
	struct bubble *free, *all;
	uint32_t last_id;
} bubbles;

/* Returns memory of a bubble that is over, or new one; NULL: there is none. */
static struct bubble *take_memory(void)
{
	struct bubble *b = bubbles.free;

	if (b) {
		bubbles.free = b->free;
		return b;
	}
	b = sys_map(sizeof(*b));
	if (b) {
		b->all = bubbles.all;
		bubbles.all = b;
	}
	return b;
}

/* Returns memory for a bubble, with a number that is not 0. */
static struct bubble *alloc(void)
{
	struct bubble *b;

	lock(&bubbles.lock);
	b = take_memory();
	if (b) {
		bubbles.last_id += bubbles.last_id == UINT32_MAX ? 2 : 1;
		b->id = bubbles.last_id;
	}
	unlock(&bubbles.lock);
	return b;
}

void goro__each_bubble(void (*fn)(struct bubble *b, void *arg), void *arg)
{
	for (struct bubble *b = bubbles.all; b; b = b->all)
		fn(b, arg);
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
	int64_t next;

	/* If root alone is counted nobody else changes any of this... */
	if (load_acquire(&b->running) > 1 || bubble_timer_due(b) || b->waiter)
		return true;
	/* ...so only from here on is it what comes next. */
	next = load_acquire(&b->p.timers.next);
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

/* What keeps g from running a bubble; GORO_OK: nothing. */
static int refusal(const struct g *g, goro_fn fn, unsigned flags)
{
	if (!fn || flags & ~(unsigned)GORO_BUBBLE_MUTEXES)
		return GORO_EINVAL;
	if (g->stack->bubble)
		return GORO_BUBBLE_NESTED;
	return goro__sched.async_timers ? GORO_ENOTSUP : GORO_OK;
}

static int run(goro_fn fn, void *arg, unsigned flags, void *creator)
{
	struct bubble *b;
	bool done, started;
	int status = refusal(goro__self(), fn, flags);

	if (status)
		return status;
	b = begin();
	if (!b)
		return GORO_ENOMEM;
	b->durable_mutexes = flags & GORO_BUBBLE_MUTEXES;
	started = start(b, fn, arg, creator);
	if (started)
		drive(b);
	done = b->done;
	if (!end(b))
		return done ? GORO_BUBBLE_LEFT : GORO_BUBBLE_BLOCKED;
	return started ? GORO_OK : GORO_ENOMEM;
}

int goro_bubble_run_status(goro_fn fn, void *arg, unsigned flags)
{
	AS_GOROUTINE();
	(void)goro__goroutine(__func__);
	return run(fn, arg, flags, __builtin_return_address(0));
}

void goro_bubble_run(goro_fn fn, void *arg, unsigned flags)
{
	AS_GOROUTINE();
	int status;

	(void)goro__goroutine(__func__);
	if (!fn)
		goro__fatal("go of nil func value");
	status = run(fn, arg, flags, __builtin_return_address(0));
	if (status == GORO_ENOMEM)
		goro__fatal("runtime: out of memory");
	if (status == GORO_ENOTSUP)
		goro_panic("synctest.Run not supported with asynctimerchan!=0");
	if (status)
		goro__panic_status(status);
}

static int wait_until_idle(struct bubble *b)
{
	if (!b)
		return GORO_BUBBLE_NONE;
	lock(&b->lock);
	if (b->waiter) {
		unlock(&b->lock);
		return GORO_BUBBLE_WAITING;
	}
	goro__bubble_wait_in(b, &b->waiter, WAIT_BUBBLE_WAIT);
	return GORO_OK;
}

int goro_bubble_wait_status(void)
{
	AS_GOROUTINE();

	return wait_until_idle(goro__goroutine(__func__)->stack->bubble);
}

void goro_bubble_wait(void)
{
	AS_GOROUTINE();
	int status = wait_until_idle(goro__goroutine(__func__)->stack->bubble);

	if (status)
		goro__panic_status(status);
}
