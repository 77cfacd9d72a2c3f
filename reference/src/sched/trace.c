/*
 * trace.c - see trace.h.
 */
#include "sched/trace.h"

#include "base/text.h"
#include "sched/hooks.h"
#include "sched/state.h"
#include "sched/tracebuf.h"

/* Threads of the program have a G that is no goroutine. */
static bool shown(const struct g *g)
{
	return g->goid > 0;
}

static uint64_t here(void)
{
	return goro__hooks.trace_here();
}

void goro__trace_create(struct g *g)
{
	g->trace_seq = 0;
	TRACE_EVENT(TRACE_GO_CREATE, (uint64_t)g->goid, goro__hooks.trace_of(g),
		    here());
}

void goro__trace_unblock(struct g *g)
{
	if (shown(g))
		TRACE_EVENT(TRACE_GO_UNBLOCK, (uint64_t)g->goid, ++g->trace_seq,
			    here());
}

void goro__trace_run(struct g *g)
{
	if (shown(g))
		TRACE_EVENT(TRACE_GO_START, (uint64_t)g->goid, ++g->trace_seq);
}

void goro__trace_leave(const struct m *m, struct g *g)
{
	if (!shown(g) || g_is(g, GSYSCALL))
		return;
	if (g_is(g, GWAITING))
		TRACE_EVENT(TRACE_GO_BLOCK, TRACE_REASONS + (uint64_t)g->reason,
			    here());
	else
		TRACE_EVENT(TRACE_GO_STOP,
			    load_relaxed(&m->p->preempt) ? TRACE_PREEMPTED
							 : TRACE_YIELD,
			    here());
}

void goro__trace_preempted(void)
{
	TRACE_EVENT(TRACE_GO_STOP, TRACE_PREEMPTED, here());
}

void goro__trace_end(const struct g *g)
{
	if (shown(g))
		goro__trace_event(TRACE_GO_DESTROY, 0, NULL);
}

/* ---- blocking calls --------------------------------------------------------- */

void goro__trace_call(struct m *m)
{
	struct p *p = m->p;

	if (!shown(m->curg)) {
		p->trace_caller = 0;
		goro__trace_p_stop();
		return;
	}
	p->trace_caller = goro__trace_thread(m);
	TRACE_EVENT(TRACE_CALL_BEGIN, ++p->trace_seq, here());
}

void goro__trace_call_end(struct m *m, struct g *g)
{
	if (m->p->trace_caller == goro__trace_thread(m)) {
		goro__trace_event(TRACE_CALL_END, 0, NULL);
		return;
	}
	goro__trace_p_steal(m->p);
	goro__trace_call_lost(g);
	goro__trace_p_start(m->p);
	goro__trace_run(g);
}

void goro__trace_call_lost(const struct g *g)
{
	if (shown(g))
		goro__trace_event(TRACE_CALL_END_BLOCKED, 0, NULL);
}

/* ---- Ps ---------------------------------------------------------------------- */

void goro__trace_p_start(struct p *p)
{
	TRACE_EVENT(TRACE_P_START, (uint64_t)p->id, ++p->trace_seq);
}

void goro__trace_p_stop(void)
{
	goro__trace_event(TRACE_P_STOP, 0, NULL);
}

void goro__trace_p_steal(struct p *p)
{
	if (p->trace_caller)
		TRACE_EVENT(TRACE_P_STEAL, (uint64_t)p->id, ++p->trace_seq,
			    p->trace_caller);
}

/* ---- the world --------------------------------------------------------------- */

/* True if a goroutine of the trace runs: no thread of the program. */
static bool goroutine(void)
{
	const struct g *g = goro__m()->curg;

	return g && shown(g);
}

void goro__trace_stw(void)
{
	if (goroutine())
		TRACE_EVENT(TRACE_STW_BEGIN, TRACE_GOMAXPROCS, here());
}

void goro__trace_p_status(struct p *p, enum trace_p status)
{
	p->trace_seq = 0;
	TRACE_EVENT(TRACE_P_STATUS, (uint64_t)p->id, status);
}

void goro__trace_procs(int32_t old, int32_t n)
{
	for (int32_t i = old; i < n; i++) {
		goro__trace_p_status(goro__allp[i], TRACE_P_IDLE);
		store_relaxed(&goro__allp[i]->resched, no_resched());
	}
	if (goroutine())
		TRACE_EVENT(TRACE_PROCS_CHANGE, (uint64_t)n, here());
}

void goro__trace_stw_end(void)
{
	if (goroutine())
		goro__trace_event(TRACE_STW_END, 0, NULL);
}
