/*
 * queue.c - see queue.h.
 */
#include "sched/queue.h"

#include "base/text.h"
#include "sched/globq.h"
#include "sched/runq.h"
#include "sched/state.h"
#include "sched/timed.h"
#include "sched/trace.h"

void goro__globrunqput(struct g *g)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	globq_push(&s->globq, g);
	unlock(&s->lock);
	fence_seq(); /* before a look at nmspinning; pairs with recheck() */
}

void goro__globrunqput_all(struct glist *l)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	globq_push_all(&s->globq, l);
	unlock(&s->lock);
	fence_seq(); /* as above */
}

void goro__ready_all(const struct glist *l)
{
	for (struct g *g = l->head; g; g = g->schedlink) {
		state_ready(g);
		if (tracing())
			goro__trace_unblock(g);
	}
}

/* In one step: a trace may not begin in between. */
void goro__globrunqput_ready(struct glist *l)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	if (l->head)
		goro__time_some(l->head);
	goro__ready_all(l);
	globq_push_all(&s->globq, l);
	unlock(&s->lock);
	fence_seq(); /* as above */
}

void goro__runqput(struct p *p, struct g *g, bool next)
{
	check_queued(p, g);
	if (unlikely(load_relaxed(&p->runq.tail) % TIMED_QUEUED == 0))
		time_soon(p);
	if (next)
		g = runq_set_next(&p->runq, g);
	while (g && unlikely(!runq_push(&p->runq, g))) {
		struct glist batch = {0};

		if (goro__runq_overflow(&p->runq, g, &batch)) {
			count_own(&p->stats.overflows);
			goro__globrunqput_all(&batch);
			return;
		}
	}
}

void goro__runq_next_to_tail(struct p *p)
{
	struct g *g = runq_take_next(&p->runq);

	if (g)
		goro__runqput(p, g, false);
}

/* True if a goroutine on p's queue sleeps in its handler.  p's owner only. */
static bool has_stopped(struct p *p)
{
	uint32_t tail = load_relaxed(&p->runq.tail);
	struct g *g = load_relaxed(&p->runq.next);

	if (g && load_relaxed(&g->preempted))
		return true;
	for (uint32_t i = load_acquire(&p->runq.head); i != tail; i++) {
		g = load_relaxed(&p->runq.ring[i % RUNQ_SIZE]);
		if (g && load_relaxed(&g->preempted))
			return true;
	}
	return false;
}

struct m *goro__stopped_m(struct p *p, bool asleep_too)
{
	struct sched *s = &goro__sched;
	struct g *g;

	/* Move p's queue to the global one, to reach a stopped one. */
	if (has_stopped(p))
		while ((g = runq_take_next(&p->runq)) != NULL ||
		       (g = runq_pop(&p->runq)) != NULL)
			globq_push(&s->globq, g);
	g = goro__globq_take_stopped(&s->globq, asleep_too);
	if (!g || xchg_acq_rel(&g->preempted, NOT_STOPPED) == NOT_STOPPED)
		return NULL; /* main has returned */
	state_resume(g);     /* halt.c looks for running ones */
	return g->lockedm;
}
