/*
 * deadline.c - see deadline.h.
 */
#include "wait/deadline.h"

#include "base/text.h"
#include "sched/bubble.h"
#include "sched/goroutine.h"
#include "sched/timer.h"

static void deadline_passed(struct timer *t, int64_t now)
{
	struct deadline *d = t->arg;
	struct g *g = d->g;
	uint32_t undecided = 0;

	(void)now;
	/* Pairs with the CAS of waitq_claim(). */
	if (!cas_acq_rel(&g->select_done, &undecided, 1u)) {
		goro__timer_done(t);
		return;
	}
	/* g's M holds this lock until g's stack is free. */
	plock(d->l);
	punlock(d->l);
	g->wake = NULL;
	goro__timer_done(t);
	goro__ready(g);
}

void goro__deadline_start(struct deadline *d, struct g *g, struct lock *l,
			  int64_t when)
{
	arch_zero(d, sizeof(*d)); /* memset may be a call: l is held */
	d->g = g;
	d->l = l;
	d->t.when = when;
	d->t.fn = deadline_passed;
	d->t.arg = d;
	goro__add_my_timer(&d->t);
}

void goro__deadline_stop(struct deadline *d)
{
	goro__timer_del_sync(&d->t);
}
