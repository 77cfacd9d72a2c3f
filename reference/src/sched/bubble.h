/*
 * bubble.h - bubbles: goroutines with a clock of their own, as those of Go's
 * testing/synctest.
 *
 * A goroutine is in the bubble of the one that has started it.  A bubble counts
 * its goroutines that are not "durably" blocked, that is in a wait that only
 * others of the bubble can end, or its time.  When that count falls to zero the
 * one that was counted last wakes who waits for just that: a caller of
 * goro_bubble_wait(), or else the bubble's root, which is in
 * goro_bubble_run().  Root moves the clock to the next timer and runs what is
 * due, in its own context, so that what a timer starts is in the bubble too.
 *
 * From the first bubble on goro__mp has MP_BUBBLED.  So all of this is asked on
 * ways that are slow already, and without a bubble nothing is.  A goroutine of
 * a bubble has its stack from the start: that says which bubble it is in.
 *
 * Locks: the heap of its timers -> bubble.lock -> sched.lock.  The memory of a
 * bubble is only ever used for another one: who still has the address of a
 * timer's heap may lock it.
 */
#ifndef GORO_BUBBLE_H
#define GORO_BUBBLE_H

#include "sched/clock.h"
#include "sched/types.h"

struct bubble {
	struct lock lock; /* of the two below, while anybody is counted */
	struct g *root_waits;
	struct g *waiter; /* in goro_bubble_wait() */
	struct g *main;   /* its first goroutine */
	bool done;        /* main has ended: written before it is uncounted */
	bool durable_mutexes; /* a wait for a mutex is durable */
	uint32_t id; /* of all bubbles ever; others may get it after 2^32 */
	_Atomic(int32_t) total;   /* its goroutines, root included */
	_Atomic(int32_t) running; /* those that are not durably blocked */
	_Atomic(int64_t) now;     /* root writes, when it alone is counted */
	struct bubble *free, *all;
	struct p p; /* in no list: has the heap of the timers */
};

static inline bool bubbled(void)
{
	return unlikely(mp() & MP_BUBBLED);
}

/* Returns the bubble of g, which may be on no stack; NULL: it is in none. */
static inline struct bubble *bubble_of(const struct g *g)
{
	/* Where a dump looks, g may end meanwhile, or may be trampled on. */
	const struct stack *s = *(struct stack *const volatile *)&g->stack;

	if (!bubbled() || !s || *(struct g *const volatile *)&s->g != g)
		return NULL;
	return *(struct bubble *const volatile *)&s->bubble;
}

/* True if g, which bubble_of() has found in one, is durably blocked. */
static inline bool bubble_durable(const struct g *g)
{
	const struct stack *s = *(struct stack *const volatile *)&g->stack;

	return load_relaxed(&g->status) == GWAITING && s &&
	       *(const volatile bool *)&s->durable;
}

/* Returns the bubble of the goroutine that calls; NULL: it is in none. */
struct bubble *goro__my_bubble(void);
static inline struct bubble *my_bubble(void)
{
	return bubbled() ? goro__my_bubble() : NULL;
}

/* Returns the number of the caller's bubble; 0: it is in none. */
static inline uint32_t my_bubble_id(void)
{
	const struct bubble *b = my_bubble();

	return b ? b->id : 0;
}

/* Returns b's clock. */
static inline int64_t bubble_now(const struct bubble *b)
{
	return load_relaxed(&b->now);
}

/* Pairs with the release of who adds a timer. */
static inline bool bubble_timer_due(struct bubble *b)
{
	return load_acquire(&b->p.timers.next) <= bubble_now(b);
}

/* Returns the time for the goroutine that calls; for any thread. */
int64_t goro__my_now(void);
/* Adds t, whose when is of goro__my_now(), to the heap for that clock. */
void goro__add_my_timer(struct timer *t);

/* Adds t to b's heap; the caller is in b. */
void goro__bubble_add_timer(struct bubble *b, struct timer *t);
/* Wakes b's root if one of b's timers is due. */
void goro__bubble_due(struct bubble *b);

/*
 * Says that what the caller is about to wait for is of bubble `id`: if that is
 * not 0 it is the caller's own, and the wait is durable.
 */
void goro__bubble_waits(uint32_t id);
/* Ends the process if bubble `id` is neither 0 nor that of the caller. */
void goro__bubble_check(uint32_t id, const char *text);

/* ---- changes of status, while there are bubbles --------------------------- */

/* g, which is new and on no queue, is in the bubble of the caller. */
void goro__bubble_new(struct g *g);
/* g, which runs, is about to wait. */
void goro__bubble_park(struct g *g, enum wait_reason why);
/* g, which waits, is about to be queued. */
void goro__bubble_ready(struct g *g);
/* g, which runs and is in a bubble, ends. */
void goro__bubble_leave(struct g *g);

/* Calls fn for each bubble, also for those that are over; the world is stopped. */
void goro__each_bubble(void (*fn)(struct bubble *b, void *arg), void *arg);

/* ---- for bubblerun.c ------------------------------------------------------ */

/*
 * Leaves the caller in *place, no longer counted, and returns when it was taken
 * from there.  b->lock is held, and is not any more on return.
 */
void goro__bubble_wait_in(struct bubble *b, struct g **place,
			  enum wait_reason why);

#endif
