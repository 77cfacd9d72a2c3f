/*
 * proc.c - goroutines: made, parked, made ready, ended.
 *
 * Go's gopark and goready are goro__park and goro__ready; newproc is goro__newg
 * and goro__start.  How an M finds the next goroutine is in schedule.c.
 */
#include "sched/bubble.h"
#include "sched/die.h"
#include "sched/reduce.h"
#include "sched/user.h"
#include "sched/gfree.h"
#include "sched/goroutine.h"
#include "sched/hooks.h"
#include "sched/lockthread.h"
#include "sched/schedule.h"
#include "sched/stack.h"
#include "sched/world.h"

#include <string.h>

#include "sched/errtext.h"
#include "sched/globq.h"
#include "sched/labels.h"
#include "sched/lints.h"
#include "sched/queue.h"
#include "sched/panic.h"
#include "sched/switch.h"
#include "sched/timed.h"
#include "base/sys.h"
#include "base/text.h"

#define GOID_BATCH 16

const char *const goro__wait_text[] = {
#define WAIT_TEXT(name, text) text,
	WAIT_REASON_MAP(WAIT_TEXT)
#undef WAIT_TEXT
};

void goro__park_after(after_fn fn, void *arg, enum wait_reason why)
{
	struct m *m = goro__m();

	after(m, m->curg, fn, arg);
	if (park_watched())
		goro__watch_park(m->curg, why);
	park_now(m, m->curg, why);
}

void goro__park(struct lock *l, enum wait_reason why)
{
	goro__park_after(l ? after_unlock : NULL, l, why);
}

void goro__park_in(uint32_t id, struct lock *l, enum wait_reason why)
{
	goro__bubble_waits(id);
	goro__park(l, why);
}

void goro__ready(struct g *g)
{
	ready(g);
}

/* Queues the goroutine that yields.  If the slice is over, next goes first. */
static void after_yield(struct m *m, struct g *prev, void *arg)
{
	(void)arg;
	if (unlikely(load_relaxed(&m->p->preempt)))
		goro__runq_next_to_tail(m->p);
	goro__runqput(m->p, prev, false);
}

static void after_yield_global(struct m *m, struct g *prev, void *arg)
{
	(void)m, (void)arg;
	goro__globrunqput(prev);
}

/* Apart, so that the way without g0 has no more registers to save. */
static COLD void yield_by_g0(struct m *m, struct g *g, bool global)
{
	struct p *p = m->p;
	uint64_t switches = load_relaxed(&p->stats.switches);

	time_ready(p, g);
	after(m, g, global ? after_yield_global : after_yield, NULL);
	switch_to_g0(m, g);
	if (switches % LINT_EVERY == 0)
		lint_yielded(goro__m(), g, p, switches);
}

/*
 * Go puts the caller on the global queue.  The end of its own P's queue is as
 * fair and takes no shared lock; the look at the global queue on each 61st turn
 * keeps that from starving.  If the time slice is over, g0 does the switch.
 */
void goro__yield_to(bool global)
{
	struct m *m = goro__m();
	struct g *g = m->curg;
	struct g *to;

	state_yield(g);
	to = global ? NULL : next_here(m->p);
	if (likely(to != NULL)) {
		/* With one P nobody takes g before its stack is free. */
		if (mp() || !runq_push(&m->p->runq, g))
			after(m, g, after_yield, NULL);
		switch_to(m, g, to);
		return;
	}
	yield_by_g0(m, g, global);
}

/* In a run that is explored the step is all that is to be done. */
static COLD void yield_from_outside(const char *call)
{
	goro__touches(NULL, NULL);
	if (goro__user_calls(call))
		goro__user_goes_on();
	else
		sys_yield();
}

void goro_yield(void)
{
	struct m *m = goro__m();
	struct p *p;

	if (unlikely(!m)) {
		yield_from_outside("goro_yield");
		return;
	}
	p = m->p;
	/* Alone on this P: asks the scheduler once in 61 times. */
	if (runq_none(&p->runq) && !load_relaxed(&p->resched) &&
	    globq_len(&goro__sched.globq) == 0 && ++p->schedtick % 61 &&
	    !timers_may_be_due(p))
		return;
	goro__yield_to(false);
}

void goro_checkpoint(void)
{
	struct m *m = goro__m();

	if (unlikely(!m)) {
		goro__touches(NULL, NULL);
		if (goro__user_calls("goro_checkpoint"))
			goro__user_goes_on();
		return;
	}
	if (unlikely(load_relaxed(&m->p->resched)) &&
	    (load_relaxed(&m->p->preempt) ||
	     load_relaxed(&goro__sched.stopping)))
		goro__yield_to(true);
}

static int64_t new_goid(struct p *p)
{
	if (p->goid == p->goid_end) {
		p->goid = add_relaxed(&goro__sched.goidgen, GOID_BATCH) + 1;
		p->goid_end = p->goid + GOID_BATCH;
		if (p->goid % TIMED_STARTS == 1)
			time_soon(p);
	}
	return p->goid++;
}

/* Copies *arg to g's stack, which g needs now.  False without memory. */
static bool copy_arg(struct p *p, struct g *g, const void **arg, size_t n)
{
	char *top;

	if (!g->stack && unlikely(!goro__stack_take(p, g)))
		return false;
	top = (char *)g->stack - ((n + 15) & ~(size_t)15);
	san_read(*arg, n);
	san_copy(top, *arg, n);
	g->sp = arch_first_frame(top);
	*arg = top;
	return true;
}

struct g *goro__newg(goro_fn fn, const void *arg, size_t n, int size_class,
		     void *creator)
{
	struct m *m = goro__m();
	struct g *g = goro__gfget(m->p, size_class);

	if (unlikely(!g))
		return NULL;
	san_fiber_new(&g->san);
	if (g->stack)
		goro__stack_give(g, g->stack);
	if (n > 0 && unlikely(!copy_arg(m->p, g, &arg, n))) {
		goro__gfput(m->p, g);
		return NULL;
	}
	g->fn = fn;
	g->arg = (void *)(uintptr_t)arg;
	g->creator = creator;
	g->parent = 0;
	if (likely(m->curg != NULL)) {
		g->parent = m->curg->goid;
		if (unlikely(m->curg->labels != NULL))
			goro__labels_share(g, m->curg);
	}
	g->goid = new_goid(m->p);
	return g;
}

void goro__start(struct g *g)
{
	struct p *p = goro__m()->p;

	count_own(&p->stats.spawned);
	state_start(g);
	san_release(g);
	submit(p, g, goro__trace_create);
}

static int start_new(goro_fn fn, const void *arg, size_t n, int size_class,
		     void *creator, const char *call);

static COLD int start_from_outside(goro_fn fn, const void *arg, size_t n,
				   int size_class, void *creator,
				   const char *call)
{
	int status;

	goro__touches(&goro__spawning, NULL);
	goro__call_begin(call);
	status = start_new(fn, arg, n, size_class, creator, call);
	goro__call_end(call);
	return status;
}

static int start_new(goro_fn fn, const void *arg, size_t n, int size_class,
		     void *creator, const char *call)
{
	struct g *g;

	if (goro__outside())
		return start_from_outside(fn, arg, n, size_class, creator,
					  call);
	if (unlikely(!fn))
		goro__fatal("go of nil func value");
	g = goro__newg(fn, arg, n, size_class, creator);
	if (unlikely(!g))
		return GORO_ENOMEM;
	goro__start(g);
	return GORO_OK;
}

void goro_go(goro_fn fn, void *arg)
{
	if (start_new(fn, arg, 0, goro__default_class,
		      __builtin_return_address(0), __func__))
		goro__fatal("runtime: cannot allocate a goroutine's stack");
}

int goro_go_copy(goro_fn fn, const void *arg, size_t n)
{
	if (n > GORO_ARG_MAX || (n > 0 && !arg))
		return GORO_EINVAL;
	return start_new(fn, arg, n, goro__default_class,
			 __builtin_return_address(0), __func__);
}

int goro_go_stack(goro_fn fn, void *arg, size_t stack)
{
	int size_class = goro__stack_class(stack);

	if (size_class < 0)
		return GORO_EINVAL;
	return start_new(fn, arg, 0, size_class, __builtin_return_address(0),
			 __func__);
}

static void after_exit(struct m *m, struct g *prev, void *arg)
{
	(void)arg;
	goro__gfput(m->p, prev);
}

/* `to` has no stack yet: it takes over the stack of `ended`. */
static void pass_stack(struct g *ended, struct g *to)
{
	goro__stack_give(to, ended->stack);
	ended->stack = NULL;
	ended->sp = NULL;
}

void goro__at_end(struct g *g)
{
	if (g->stack->errtexts)
		goro__drop_error_texts();
	if (g->stack->bubble)
		goro__hooks.bubble_leave(g);
	g->stack->at_end = false;
}

void *goro__end(struct m *m, struct g *g)
{
	const void *lo = g->stack->lo;
	struct g *to;
	bool to_g0;

	state_end(g);
	if (unlikely(g->labels != NULL))
		goro__labels_drop(g);
	count_own(&m->p->stats.finished);
	if (unlikely(g->goid == 1))
		goro__sched.main_exited = true;
	after(m, g, after_exit, NULL);
	to_g0 = end_keeping(m, g);
	to_g0 |= goro__exit_locked(m, g);
	to = to_g0 ? NULL : next_here(m->p);
	if (unlikely(!to)) {
		if (tracing())
			goro__trace_end(g);
		m->curg = NULL;
		san_die(&g->san, &m->san, lo);
		return m->g0_sp;
	}
	if (!SAN_STACKS_APART && !to->sp && to->size_class == g->size_class)
		pass_stack(g, to);
	take_up(m, to);
	san_die(&g->san, &to->san, lo);
	return to->sp;
}

_Noreturn void goro__goexit0(void)
{
	struct g *g = goro__self();

	goro__leave_catches();
	if (unlikely(g->stack->at_end))
		goro__at_end(g);
	goro__leave(goro__end(goro__m(), g));
}

int64_t goro_id(void)
{
	const struct m *m = goro__m();

	if (unlikely(!m))
		m = goro__explored_m();
	return likely(m != NULL) ? m->curg->goid : 0;
}
