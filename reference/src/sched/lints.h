/*
 * lints.h - what a goroutine does that its program may not want: it computes
 * for long and never gives its turn up, or it yields again and again while
 * nobody else is there.  Dumps say so: diag/dump.c.
 *
 * Both are noted where a goroutine comes by seldom.  One that computes is
 * stopped by the signal at the end of each time slice.  If the P that it was
 * given then has switched to nobody by its next stop, it has not switched
 * either.  And a goroutine that is alone asks the scheduler on each 61st yield;
 * if the P has made one switch when that comes back, it was to itself.
 */
#ifndef GORO_LINTS_H
#define GORO_LINTS_H

#include "base/sys.h"
#include "sched/monitor.h"
#include "sched/types.h"

/* One in so many of those yields is looked at, and stands for the others. */
#define LINT_EVERY 8
#define LONE_BATCH (61 * LINT_EVERY)

/* True if g, on m with p, has run since its last stop and p to nobody else. */
static inline bool same_run(struct m *m, const struct g *g, struct p *p)
{
	/* relaxed, as all of m->run: a dump may be wrong by a moment */
	return load_relaxed(&m->run.goid) == g->goid &&
	       load_relaxed(&m->run.p) == p &&
	       load_relaxed(&m->run.switches) ==
		       load_relaxed(&p->stats.switches);
}

/* g, which runs on m with p, is stopped at the end of its slice. */
static inline void lint_stopped(struct m *m, const struct g *g, struct p *p)
{
	if (same_run(m, g, p))
		return;
	store_relaxed(&m->run.goid, g->goid);
	store_relaxed(&m->run.since, sys_clock() - SLICE);
}

/* g goes on with p. */
static inline void lint_resumed(struct m *m, struct p *p)
{
	store_relaxed(&m->run.p, p);
	store_relaxed(&m->run.switches, load_relaxed(&p->stats.switches));
}

/*
 * g has yielded by way of the scheduler; p had made so many switches before.
 * Each that went to another one takes part of the count away.
 */
static inline void lint_yielded(const struct m *m, struct g *g,
				const struct p *p, uint64_t switches)
{
	struct stack *s = g->stack;
	bool lone =
		m->p == p && load_relaxed(&p->stats.switches) == switches + 1;
	uint32_t n = load_relaxed(&s->lone.n);

	if (load_relaxed(&s->lone.goid) != g->goid)
		n = 0; /* the stack was another's */
	store_relaxed(&s->lone.goid, g->goid);
	store_relaxed(&s->lone.at, load_relaxed(&goro__seconds));
	n = lone ? n + LONE_BATCH : n - n / 4;
	store_relaxed(&s->lone.n, n);
}

#endif
