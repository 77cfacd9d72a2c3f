/*
 * stats.c - counts.  They are sums over the Ps, taken without stopping
 * anything: exact when nothing changes meanwhile.
 */
#include "sched/stack.h"
#include "sched/world.h"
#include "sched/runq.h"
#include "base/text.h"

static struct pstats sum(void)
{
	struct pstats all = {0};

	goro__add_stats(&all, &goro__sched.gone);
	for (int32_t i = 0; i < goro__procs(); i++)
		goro__add_stats(&all, &goro__allp[i]->stats);
	return all;
}

int64_t goro_num_goroutine(void)
{
	struct pstats s = sum();

	return (int64_t)(load_relaxed(&s.spawned) - load_relaxed(&s.finished));
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

static uint64_t count_timers(void)
{
	uint64_t n = 0;

	for (int32_t i = 0; i < goro__procs(); i++) {
		struct timers *h = &goro__allp[i]->timers;

		plock(&h->lock);
		n += h->len;
		punlock(&h->lock);
	}
	return n;
}

void goro_read_stats(struct goro_stats *out)
{
	struct sched *s = &goro__sched;
	struct pstats all = sum();

	*out = (struct goro_stats){
		.spawned = load_relaxed(&all.spawned),
		.live = load_relaxed(&all.spawned) -
			load_relaxed(&all.finished),
		.switches = load_relaxed(&all.switches),
		.parks = load_relaxed(&all.parks),
		.steals = load_relaxed(&all.steals),
		.preemptions = load_relaxed(&all.preemptions),
		.handoffs = load_relaxed(&s->handoffs),
		.threads =
			load_relaxed(&s->mcount) + 2, /* sysmon, the caller */
		.threads_made = s->mmade + 2,
		.stack_bytes = goro__stack_bytes(),
		.timers = count_timers(),
	};
}
