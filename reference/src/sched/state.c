/*
 * state.c - see state.h.
 */
#include "sched/state.h"

#include "base/note.h"
#include "base/text.h"
#include "sched/timed.h"
#include "sched/trace.h"

/* The release pairs with the acquire of a thief or of sysmon. */
void goro__acquirep(struct p *p)
{
	goro_check(p_is(p, PIDLE), "a thread takes a P that is not idle");
	state_has(goro__m(), p);
	store_release(&p->status, PRUNNING);
	if (tracing())
		goro__trace_p_start(p);
}

struct p *goro__take_nextp(void)
{
	struct m *m = goro__m();
	struct p *p = m->nextp;

	m->nextp = NULL;
	goro__acquirep(p);
	return p;
}

struct p *goro__releasep(void)
{
	struct m *m = goro__m();
	struct p *p = m->p;

	goro_check(p && load_relaxed(&p->m) == m && p_is(p, PRUNNING),
		   "a thread gives up a P that it has not");
	if (tracing())
		goro__trace_p_stop();
	if (unlikely(p->turn_began))
		goro__timed_end(p);
	m->p = NULL;
	store_relaxed(&p->m, NULL);
	store_release(&p->status, PIDLE);
	return p;
}

bool goro__retake(struct p *p)
{
	uint32_t in_call = PSYSCALL;

	if (!cas_acq_rel(&p->status, &in_call, PIDLE))
		return false;
	add_relaxed(&p->syscalltick, 1u);
	p->turn_began = 0;
	if (tracing())
		goro__trace_p_steal(p);
	return true;
}

void goro__stop_p(struct p *p)
{
	struct sched *s = &goro__sched;

	goro_check(p_is(p, PIDLE) && s->stopwait > 0,
		   "a P stops that is not idle");
	store_release(&p->status, PSTOPPED);
	if (--s->stopwait == 0)
		goro__note_wake(&s->stopnote);
}

void goro__start_p(struct p *p)
{
	goro_check(!load_relaxed(&p->m), "a P of a thread was stopped");
	store_release(&p->status, PIDLE);
}
