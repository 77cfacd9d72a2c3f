/*
 * stats.c - counts.  They are sums over the Ps, taken without stopping
 * anything: exact when nothing changes meanwhile.
 */
#include "diag/stats.h"

#include "sched/stack.h"
#include "sched/world.h"
#include "sched/runq.h"
#include "base/text.h"

struct pstats goro__all_stats(void)
{
	struct pstats all = {0};

	goro__add_stats(&all, &goro__sched.gone);
	for (int32_t i = 0; i < goro__procs(); i++)
		goro__add_stats(&all, &goro__allp[i]->stats);
	return all;
}

/* Each that has finished was spawned before: so the ends are read first. */
uint64_t goro__live(void)
{
	struct pstats ends = goro__all_stats(), starts = goro__all_stats();

	return load_relaxed(&starts.spawned) - load_relaxed(&ends.finished);
}

int64_t goro_num_goroutine(void)
{
	return (int64_t)goro__live();
}

static void count_waiting(struct g *g, void *n)
{
	if (load_relaxed(&g->status) == GWAITING && !g->system)
		++*(int64_t *)n;
}

int64_t goro_num_waiting(void)
{
	int64_t n = 0;

	goro__each_g(count_waiting, &n);
	return n;
}

int64_t goro_runq_len(int p)
{
	struct runq *q;

	if (p < 0)
		return load_relaxed(&goro__sched.globq.n);
	if (p >= goro__procs())
		return 0;
	q = &goro__allp[p]->runq;
	return runq_len(q) + (load_relaxed(&q->next) ? 1 : 0);
}

uint64_t goro__count_timers(void)
{
	uint64_t n = 0;

	for (int32_t i = 0; i < goro__procs(); i++)
		n += load_relaxed(&goro__allp[i]->timers.len);
	return n;
}

uint64_t goro__count_threads(void)
{
	return load_relaxed(&goro__sched.mcount) + 2; /* sysmon, the caller */
}

void goro_read_stats(struct goro_stats *out)
{
	struct sched *s = &goro__sched;
	struct pstats all = goro__all_stats();

	*out = (struct goro_stats){
		.spawned = load_relaxed(&all.spawned),
		.live = goro__live(),
		.switches = load_relaxed(&all.switches),
		.parks = load_relaxed(&all.parks),
		.steals = load_relaxed(&all.steals),
		.preemptions = load_relaxed(&all.preemptions),
		.handoffs = load_relaxed(&s->handoffs),
		.threads = goro__count_threads(),
		.threads_made = s->mmade + 2,
		.stack_bytes = goro__stack_bytes(),
		.timers = goro__count_timers(),
	};
}
