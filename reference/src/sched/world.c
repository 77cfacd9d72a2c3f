/*
 * world.c - stopping the world, and changing the number of Ps while it is
 * stopped.
 *
 * The stopper sets resched in all Ps and waits until each is idle, is taken
 * from a system call, or has come to the scheduler.  It keeps its own P.  There
 * is one at a time.
 */

#include "sched/user.h"
#include "sched/globq.h"
#include "sched/queue.h"
#include "sched/halt.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "base/note.h"
#include "sched/die.h"
#include "sched/stopm.h"
#include "sched/resched.h"
#include "sched/schedule.h"
#include "sched/hooks.h"
#include "sched/state.h"
#include "sched/timed.h"
#include "sched/timer.h"
#include "sched/trace.h"
#include "sched/watch.h"
#include "sched/world.h"
#include "base/sys.h"
#include "base/text.h"

#define ASK_AGAIN INT64_C(1000000)

struct sched goro__sched;
struct p *goro__allp[MAX_PROCS];

struct histogram goro__stopping_took, goro__pauses;
static int64_t stop_began; /* of the stopper, which there is one of */

/* Gives this M's P to the stopper and sleeps.  Returns with a P. */
void goro__world_park(void)
{
	struct sched *s = &goro__sched;
	struct m *m = goro__m();

	if (m->spinning)
		goro__stop_spinning(m);
	lock(&s->lock);
	if (!load_relaxed(&s->stopping)) {
		unlock(&s->lock);
		return;
	}
	goro__stop_p(goro__releasep());
	unlock(&s->lock);
	goro__stopm();
}

/* Does what resched asks for, on g0 of the owner of p. */
void goro__attend(struct p *p)
{
	store_relaxed(&p->resched, no_resched());
	/* Pairs with the store of stopping before that of resched. */
	fence_seq();
	if (unlikely(load_relaxed(&goro__sched.done)))
		goro__halt();
	goro__hooks.free_listed();
	if (load_relaxed(&goro__sched.stopping)) {
		goro__world_park();
		return;
	}
	if (unlikely(p->turn_began))
		goro__timed_end(p);
	if (tracing())
		goro__hooks.trace_turn();
	if (load_relaxed(&p->preempt)) {
		store_relaxed(&p->preempt, 0u);
		count_own(&p->stats.preemptions);
		goro__runq_next_to_tail(p);
	}
	if (explored())
		goro__hooks.explore_turn(p);
}

static void take_idle_and_syscall_ps(void)
{
	struct p *p;

	for (int32_t i = 0; i < goro__procs(); i++) {
		p = goro__allp[i];
		if (goro__retake(p))
			goro__stop_p(p);
	}
	while ((p = goro__pidleget()) != NULL)
		goro__stop_p(p);
}

/*
 * Asks each P that runs a goroutine to look at stopping, which is set.  It does
 * so at once if the signal finds it outside the runtime.
 */
static void ask_all(struct p *self)
{
	fence_seq(); /* stopping before resched; pairs with goro__attend() */
	for (int32_t i = 0; i < goro__procs(); i++) {
		struct p *p = goro__allp[i];

		if (p != self && load_relaxed(&p->status) != PSTOPPED)
			goro__preempt(p, STOPPED);
	}
}

/* Lets those run that have stopped; all: all but the caller's have. */
static void start(bool all);

bool goro__try_stop_world(int64_t patience)
{
	struct sched *s = &goro__sched;
	struct p *self;
	bool wait;

	self = goro__m()->p;
	lock(&s->lock);
	if (load_relaxed(&s->stopping)) {
		unlock(&s->lock);
		return false;
	}
	stop_began = sys_clock();
	s->stopwait = (uint32_t)goro__procs() - 1;
	store_relaxed(&s->stopnote, 0u);
	store_seq(&s->stopping, 1u);
	ask_all(self);
	take_idle_and_syscall_ps();
	wait = s->stopwait > 0;
	unlock(&s->lock);
	while (wait && !goro__note_sleep(&s->stopnote, ASK_AGAIN)) {
		if (patience >= 0 && sys_clock() - stop_began > patience) {
			start(false);
			return false;
		}
		ask_all(self);
	}
	histogram_add(&goro__stopping_took, sys_clock() - stop_began);
	return true;
}

void goro__stop_world(void)
{
	while (!goro__try_stop_world(-1))
		goro_yield();
}

void goro__start_world(void)
{
	start(true);
}

static void start(bool all)
{
	struct sched *s = &goro__sched;
	struct p *self = goro__m()->p;
	struct p *busy = NULL;

	lock(&s->lock);
	store_seq(&s->stopping, 0u);
	s->stopwait = 0;
	for (int32_t i = goro__procs() - 1; i >= 0; i--) {
		struct p *p = goro__allp[i];

		if (p == self || (!all && !p_is(p, PSTOPPED)))
			continue;
		goro__start_p(p);
		if (goro__runq_empty(&p->runq)) {
			goro__pidleput(p);
			continue;
		}
		p->link = busy;
		busy = p;
	}
	if (stop_began) /* else the run begins */
		histogram_add(&goro__pauses, sys_clock() - stop_began);
	unlock(&s->lock);
	while (busy) {
		struct p *p = busy;

		busy = p->link;
		goro__startm(p, false);
	}
	goro__wake_now(); /* also for timers that no M sleeps for */
	goro__poll_network();
}

static struct p *new_p(int32_t id)
{
	struct p *p = sys_map(sizeof(*p)); /* the world is stopped */

	if (!p)
		goro__fatal("runtime: cannot allocate a P");
	p->id = id;
	store_relaxed(&p->timers.next, INT64_MAX);
	return p;
}

void goro__add_stats(struct pstats *to, struct pstats *from)
{
	_Atomic(uint64_t) *t = (_Atomic(uint64_t) *)to;
	_Atomic(uint64_t) *f = (_Atomic(uint64_t) *)from;

	for (size_t i = 0; i < sizeof(*to) / sizeof(*t); i++)
		store_relaxed(&t[i], load_relaxed(&t[i]) + load_relaxed(&f[i]));
}

/* Moves the goroutines of gone to the global queue, its timers to p. */
static void destroy_p(struct p *gone, struct p *p)
{
	struct sched *s = &goro__sched;
	struct stack *stack;
	struct g *g;

	lock(&s->lock);
	while ((g = runq_take_next(&gone->runq)) != NULL ||
	       (g = runq_pop(&gone->runq)) != NULL)
		globq_push(&s->globq, g);
	goro__add_stats(&s->gone, &gone->stats);
	unlock(&s->lock);
	glist_append(&p->gfree, &gone->gfree);
	while ((stack = slist_pop(&gone->sfree)) != NULL)
		slist_push(&p->sfree, stack);
	goro__timers_move(&p->timers, &gone->timers);
	gone->stats = (struct pstats){0}; /* no call: it may not stop here */
}

/*
 * Sets the number of Ps to n, with the world stopped.  The caller's M is left
 * with a P below n; allp keeps the structures of the others for the next time.
 */
void goro__procresize(int32_t n)
{
	struct sched *s = &goro__sched;
	struct m *m = goro__m();

	for (int32_t i = 0; i < n; i++)
		if (!goro__allp[i])
			goro__allp[i] = new_p(i);
	if (!m->p || m->p->id >= n) {
		if (m->p)
			goro__releasep();
		goro__start_p(goro__allp[0]);
		goro__acquirep(goro__allp[0]);
	}
	for (int32_t i = n; i < goro__procs(); i++)
		destroy_p(goro__allp[i], m->p);
	if (tracing())
		goro__trace_procs(goro__procs(), n);
	lock(&s->lock);
	goro__settle_time();
	store_release(&s->gomaxprocs, n);
	unlock(&s->lock);
	state_set_mp(goro__mp_for(n));
}
