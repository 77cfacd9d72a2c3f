/*
 * switch.h - how a goroutine's stack is left and taken up.
 *
 * A goroutine that parks goes straight to the next one where there is one: the
 * scheduler's own stack (g0) is only entered when the queue of this P is empty
 * or resched is set.  What must not happen before the old stack is free (unlock
 * the channel, queue the yielding goroutine, free the dead one) is left in
 * m->after.  The goroutine that comes next on this M, or g0, runs it first.
 */
#ifndef GORO_SWITCH_H
#define GORO_SWITCH_H

#include "sched/bubble.h"
#include "sched/keep.h"
#include "sched/outside.h"
#include "sched/globq.h"
#include "sched/queue.h"
#include "sched/idle.h"
#include "sched/die.h"
#include "sched/gfree.h"
#include "sched/goroutine.h"
#include "sched/schedule.h"
#include "sched/state.h"
#include "sched/watch.h"
#include "sched/runq.h"
#include "sched/trace.h"

static inline void after(struct m *m, struct g *g, after_fn fn, void *arg)
{
	goro_check(!m->after, "two things are to be done after one switch");
	m->after = fn;
	m->after_g = g;
	m->after_arg = arg;
}

static inline void run_after(struct m *m)
{
	after_fn fn = m->after;

	if (fn) {
		m->after = NULL;
		fn(m, m->after_g, m->after_arg);
	}
}

/* g is locked to another M: leaves it in next, for g0 to hand over. */
static inline struct g *leave_for_g0(struct p *p, struct g *g)
{
	runq_set_next(&p->runq, g);
	return NULL;
}

/*
 * True every 20 us while there are timers: goroutines that switch among
 * themselves, each computing for a while, must not make them late.  sysmon sets
 * resched when one is due, but may not get a CPU itself.
 */
static inline bool timers_may_be_due(const struct p *p)
{
	return load_relaxed(&p->timers.next) != INT64_MAX &&
	       arch_ticks() >= p->timer_check_at;
}

/*
 * Returns the next goroutine of p if a few loads find it, else NULL: if resched
 * is set, if timers may be due, and on each 61st turn, which looks at the
 * global queue.  Taking next is no turn: it goes on with the time slice of the
 * goroutine that made it runnable.
 */
static inline struct g *next_here(struct p *p)
{
	struct g *g;

	if (unlikely(load_relaxed(&p->resched) || timers_may_be_due(p)))
		return NULL;
	g = runq_take_next(&p->runq);
	if (g)
		return likely(!g->lockedm) ? g : leave_for_g0(p, g);
	if (unlikely(p->schedtick % 61 == 60))
		return NULL;
	g = runq_pop(&p->runq);
	if (!g)
		return NULL;
	store_relaxed(&p->tick_seen, ++p->schedtick);
	return likely(!g->lockedm) ? g : leave_for_g0(p, g);
}

/* Makes `to` run on m.  At its first turn it gets a stack. */
static inline void take_up(struct m *m, struct g *to)
{
	if (unlikely(!to->sp))
		goro__stack_first(m->p, to);
	goro_check(to->stack->g == to, "a goroutine runs on another's stack");
	count_own(&m->p->stats.switches);
	state_run(m, to);
}

/* Switches from g to `to`.  Returns when g runs again, on any M. */
static inline void switch_to(struct m *m, struct g *g, struct g *to)
{
	goro_check(!(mp() & MP_BY_G0), "a trace misses a switch");
	take_up(m, to);
	san_leave(&g->san, &to->san);
	switch_keeping(m, g, to->sp);
	m = goro__m();
	san_arrive(&m->curg->san);
	run_after(m);
}

/* Switches from g to the scheduler of m.  Returns when g runs again. */
static inline void switch_to_g0(struct m *m, struct g *g)
{
	if (unlikely(m->outsider)) {
		goro__park_outsider(m, g);
		return;
	}
	if (tracing())
		goro__trace_leave(m, g);
	m->curg = NULL;
	if (unlikely(g->stack->g != g))
		goro__off_stack(g);
	if (unlikely(load_relaxed(&m->mask_changed)))
		goro__keep(g);
	san_leave(&g->san, &m->san);
	switch_keeping(m, g, m->g0_sp);
	m = goro__m();
	san_arrive(&m->curg->san);
	run_after(m);
}

static inline void leave(struct m *m, struct g *g)
{
	struct g *to = next_here(m->p);

	if (likely(to != NULL))
		switch_to(m, g, to);
	else
		switch_to_g0(m, g);
}

static inline void after_unlock(struct m *m, struct g *prev, void *l)
{
	(void)m, (void)prev;
	punlock(l);
}

/* Parks g.  m->after is set already if there is something to do. */
static inline void park_now(struct m *m, struct g *g, enum wait_reason why)
{
	state_park(m, g, why);
	count_own(&m->p->stats.parks);
	leave(m, g);
}

/*
 * goro__park(), inline for channels: with one P no lock was taken.  *bubble is
 * the number of the bubble that the channel is of.
 */
static inline void park(struct m *m, struct g *g, struct lock *l,
			const uint32_t *bubble, enum wait_reason why)
{
	if (unlikely(mp())) {
		if (park_watched()) {
			goro__park_in(*bubble, l, why);
			return;
		}
		after(m, g, after_unlock, l);
	}
	park_now(m, g, why);
}

/*
 * Makes g next on p, the caller's.  A displaced next stands behind others now,
 * so its wake-up is not skipped.  A trace gets an event before others can take
 * g.
 */
static inline void submit(struct p *p, struct g *g, void (*event)(struct g *))
{
	uint32_t how = load_relaxed(&p->mp);
	struct g *old;

	check_queued(p, g);
	if (likely(!how)) {
		old = runq_set_next_alone(&p->runq, g);
		if (unlikely(old != NULL))
			goro__runqput(p, old, false);
		return;
	}
	if (unlikely(how & (MP_SEEN | MP_TIMED))) {
		goro__submit_seen(p, g, event);
		return;
	}
	old = runq_set_next(&p->runq, g);
	if (unlikely(old != NULL)) {
		goro__runqput(p, old, false);
		goro__wake_now();
	} else {
		goro__wakep();
	}
}

/* goro__ready(), inline for channels. */
static inline void ready(struct g *g)
{
	state_ready(g);
	submit(goro__m()->p, g, goro__trace_unblock);
}

#endif
