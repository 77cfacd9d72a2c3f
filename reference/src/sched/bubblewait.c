/*
 * bubblewait.c - who of a bubble is counted, and who goes on when nobody is.
 *
 * It stands above the rest of its room, which calls it through hooks.h.
 */
#include "sched/bubble.h"

#include "base/text.h"
#include "sched/goroutine.h"
#include "sched/timer.h"

/* Takes the goroutine that waits in *place and counts it.  b->lock is held. */
static struct g *take(struct bubble *b, struct g **place)
{
	struct g *g = *place;

	if (!g)
		return NULL;
	*place = NULL;
	g->stack->durable = false;
	add_relaxed(&b->running, 1);
	return g;
}

/* Takes who goes on when nobody is counted.  b->lock is held. */
static struct g *take_next(struct bubble *b)
{
	bool wait_is_over = b->waiter && !bubble_timer_due(b);

	return take(b, wait_is_over ? &b->waiter : &b->root_waits);
}

/* Nobody was counted a moment ago. */
static void idle(struct bubble *b)
{
	struct g *g = NULL;

	lock(&b->lock);
	/* Pairs with uncount(); with durable mutexes one may run again. */
	if (load_acquire(&b->running) == 0)
		g = take_next(b);
	unlock(&b->lock);
	if (g)
		goro__ready(g);
}

/* The caller is not counted any more.  True if it was the last. */
static bool uncount(struct bubble *b)
{
	san_release(b);
	/* The last sees all that the others did before theirs. */
	return sub_acq_rel(&b->running, 1) == 1;
}

/*
 * The timer was added before this takes the lock, and root looks for timers
 * under the lock before it waits: one of them sees the other.
 */
void goro__bubble_due(struct bubble *b)
{
	struct g *g = NULL;

	if (likely(!bubble_timer_due(b)))
		return;
	lock(&b->lock);
	g = take(b, &b->root_waits);
	unlock(&b->lock);
	if (g)
		goro__ready(g);
}

static bool is_durable(const struct bubble *b, enum wait_reason why)
{
	switch (why) {
	case WAIT_CHAN_RECV_NIL:
	case WAIT_CHAN_SEND_NIL:
	case WAIT_SELECT_NO_CASES:
	case WAIT_SLEEP:
	case WAIT_COND:
		return true;
	case WAIT_MUTEX:
	case WAIT_RW_RLOCK:
	case WAIT_RW_LOCK:
		return b->durable_mutexes;
	default:
		return false;
	}
}

void goro__bubble_park(struct g *g, enum wait_reason why)
{
	struct bubble *b = g->stack->bubble;

	if (!b || why == WAIT_BUBBLE_RUN || why == WAIT_BUBBLE_WAIT)
		return;
	if (is_durable(b, why))
		g->stack->durable = true;
	if (g->stack->durable && uncount(b))
		idle(b);
}

void goro__bubble_leave(struct g *g)
{
	struct bubble *b = g->stack->bubble;

	g->stack->bubble = NULL;
	if (g == b->main)
		b->done = true;
	sub_relaxed(&b->total, 1);
	if (uncount(b))
		idle(b);
}

/* The lock is held until the caller's stack is free. */
void goro__bubble_wait_in(struct bubble *b, struct g **place,
			  enum wait_reason why)
{
	struct g *self = goro__self(), *next = NULL;

	*place = self;
	self->stack->durable = true;
	if (uncount(b))
		next = take_next(b);
	if (next == self) {
		unlock(&b->lock);
	} else {
		if (next)
			goro__ready(next);
		goro__park(&b->lock, why);
	}
	san_acquire(b);
}

/* ---- timers ---------------------------------------------------------------- */

void goro__bubble_add_timer(struct bubble *b, struct timer *t)
{
	if (goro__timer_put(&b->p, t))
		goro__bubble_due(b);
}

void goro__add_my_timer(struct timer *t)
{
	struct bubble *b = my_bubble();

	if (unlikely(b != NULL))
		goro__bubble_add_timer(b, t);
	else
		goro__timer_add(t);
}
