/*
 * schedule.c - how an M finds the next goroutine.
 *
 * It looks at the global queue on each 61st turn, next, the ring, the global
 * queue, the network, then takes half of another P's ring from victims in a
 * random order, their timers included.
 *
 * When threads are woken and put to sleep is in idle.h and poll.h.
 */
#include "sched/clock.h"
#include "sched/rand.h"
#include "sched/lockthread.h"
#include "sched/timed.h"
#include "sched/timer.h"
#include "sched/world.h"
#include "sched/globq.h"
#include "sched/queue.h"
#include "sched/idle.h"
#include "sched/stopm.h"
#include "sched/tools.h"
#include "sched/poll.h"
#include "base/order.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/switch.h"

enum { STEAL_ROUNDS = 4 };

/* Takes p's share of the global queue, at most max.  Owner of p only. */
static struct g *globrunqget(struct p *p, uint32_t max)
{
	struct sched *s = &goro__sched;
	struct g *first;

	if (globq_len(&s->globq) == 0)
		return NULL;
	lock(&s->lock);
	first = goro__globq_take(&s->globq, &p->runq, (uint32_t)goro__procs(),
				 max);
	unlock(&s->lock);
	return first;
}

/*
 * True if v will soon run its own next, on a warm cache.  Naps first: if v has
 * not switched meanwhile, its goroutine computes for long.
 */
static bool next_is_about_to_run(struct p *v)
{
	uint64_t ticks = load_relaxed(&v->stats.switches);

	if (load_acquire(&v->status) != PRUNNING ||
	    !load_relaxed(&v->runq.next) || runq_len(&v->runq) > 0)
		return false;
	sys_nanosleep(3000);
	return load_relaxed(&v->stats.switches) != ticks;
}

/* Steals half of v's ring; last: runs v's due timers and takes its next too. */
static struct g *steal_from(struct m *m, struct p *v, bool last, int64_t now)
{
	struct p *p = m->p;
	struct g *g;

	if (last && load_relaxed(&v->timers.next) <= now) {
		goro__timers_run(v, now);
		g = runq_take_next(&p->runq);
		if (!g)
			g = runq_pop(&p->runq);
		if (g)
			return g;
	}
	if (last && next_is_about_to_run(v))
		return NULL;
	g = goro__runq_steal(&p->runq, &v->runq, last);
	if (g)
		count_own(&p->stats.steals);
	return g;
}

static struct g *steal(struct m *m)
{
	uint32_t n = (uint32_t)goro__procs();
	uint32_t step = coprime_step(n, (uint32_t)goro__rand(m));

	for (int round = 0; round < STEAL_ROUNDS; round++) {
		bool last = round == STEAL_ROUNDS - 1;
		int64_t now = last ? goro__now() : 0;
		uint32_t at = goro__rand_below(m, n);

		for (uint32_t i = 0; i < n; i++, at = (at + step) % n) {
			struct g *g;

			if (load_relaxed(&goro__sched.stopping))
				return NULL;
			if (goro__allp[at] == m->p)
				continue;
			g = steal_from(m, goro__allp[at], last, now);
			if (g)
				return g;
		}
	}
	return NULL;
}

/* Runs due timers, then takes from the P's own queues or the global one. */
static struct g *find_local(struct m *m)
{
	struct p *p = m->p;
	struct g *g;

	if (load_relaxed(&p->timers.next) != INT64_MAX) {
		goro__timers_run(p, goro__now());
		p->timer_check_at = arch_ticks() + arch_ticks_20us();
	}
	if (unlikely(load_relaxed(&goro__real_p.timers.next) != INT64_MAX))
		goro__timers_run(&goro__real_p, sys_clock());
	if (p->schedtick % 61 == 60) {
		store_relaxed(&p->tick_seen, ++p->schedtick);
		if (p->schedtick / 61 % TIMED_LOOKS == 0)
			time_soon(p);
		g = globrunqget(p, 1);
		if (g)
			return g;
	}
	g = runq_take_next(&p->runq);
	if (g)
		return g;
	store_relaxed(&p->tick_seen, ++p->schedtick);
	g = runq_pop(&p->runq);
	return g ? g : globrunqget(p, RUNQ_SIZE / 2);
}

/* Blocks until there is a goroutine to run; the M has a P then. */
static struct g *search(struct m *m)
{
	for (;;) {
		struct g *g;

		if (unlikely(load_relaxed(&m->p->resched)))
			goro__attend(m->p);
		g = find_local(m);
		if (g)
			return g;
		if (goro__poll_network())
			continue;
		if (goro__may_spin(m)) {
			goro__start_spinning(m);
			g = steal(m);
			if (g)
				return g;
			if (!goro__runq_empty(&m->p->runq))
				continue; /* timers of other Ps made some */
		}
		if (goro__give_up_p() && !goro__search_again(m) &&
		    !goro__poll_idle(m))
			goro__stopm();
	}
}

struct g *goro__find_runnable(struct m *m)
{
	struct g *g = search(m);

	if (m->spinning)
		goro__search_found(m);
	if (unlikely(m->watch))
		goro__watch_timers(m);
	return g;
}

/* Runs g until a goroutine comes back to the scheduler on this M. */
static void execute(struct m *m, struct g *g)
{
	take_up(m, g);
	if (tracing())
		goro__trace_run(g);
	san_leave(&m->san, &g->san);
	if (unlikely(goro__tools))
		goro__tools_switch(m, NULL, g);
	goro__switch(&m->g0_sp, g->sp);
	san_arrive(&m->san);
	run_after(m);
}

void goro__schedule(void)
{
	struct m *m = goro__m();

	while (!m->dying) {
		struct g *g;

		if (unlikely(m->lockedg != NULL)) {
			execute(m, goro__stoplockedm(m));
			continue;
		}
		if (unlikely(!m->p)) /* after a system call: no P was free */
			goro__stopm();
		g = goro__find_runnable(m);
		if (unlikely(g->lockedm != NULL) && !goro__timed_turn(m->p, g))
			goro__startlockedm(g);
		else
			execute(m, g);
	}
	goro__mexit(m);
}
