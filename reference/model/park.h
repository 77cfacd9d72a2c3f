/*
 * park.h - the twin of switch.h for models in which a goroutine is a thread of
 * the model: it parks by sleeping there, and what is to be done once its stack
 * is free is done first, as another M may run it from then on.
 */
#ifndef GORO_SWITCH_H
#define GORO_SWITCH_H

#include "harness.h"

static inline void after(struct m *m, struct g *g, after_fn fn, void *arg)
{
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

/* The goroutine is off its stack: who finds it may ready it. */
static inline void harness_park(struct m *m, struct g *g, enum wait_reason why)
{
	g->reason = (uint8_t)why;
	store_relaxed(&g->status, GWAITING);
	run_after(m);
	model_sleep(g, goro__wait_text[why]);
	/* The edge that the run queue would make. */
	xchg_acq_rel(&g->status, GRUNNING);
}

static inline void after_unlock(struct m *m, struct g *prev, void *l)
{
	(void)m, (void)prev;
	unlock(l);
}

static inline void park(struct m *m, struct g *g, struct lock *l,
			const uint32_t *bubble, enum wait_reason why)
{
	(void)bubble;
	after(m, g, after_unlock, l);
	harness_park(m, g, why);
}

static inline void ready(struct g *g)
{
	MODEL_CHECK(load_relaxed(&g->status) == GWAITING);
	xchg_acq_rel(&g->status, GRUNNABLE);
	model_wake(g);
}

#endif
