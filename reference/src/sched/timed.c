/*
 * timed.c - see timed.h.
 */
#include "sched/timed.h"

#include "base/sys.h"
#include "base/text.h"

struct histogram goro__latencies, goro__turns;

static void note_time(struct g *g, int64_t now)
{
	if (now && !g->lockedm)
		g->lockedm = (struct m *)((uintptr_t)now << 1 | 1);
}

/* The clock is random enough to choose how many are left out next time. */
static int64_t time_if_its_turn(struct p *p)
{
	int64_t now;

	if (p->not_timed > 0) {
		p->not_timed--;
		return 0;
	}
	and_relaxed(&p->mp, ~(uint32_t)MP_TIMED);
	now = sys_clock();
	p->not_timed = (uint32_t)(now / 64 % TIMED_APART);
	return now;
}

void goro__time_ready(struct p *p, struct g *g)
{
	note_time(g, time_if_its_turn(p));
}

void goro__time_some(struct g *g)
{
	if (++goro__sched.made_apart % TIMED_APART == 0)
		note_time(g, sys_clock());
}

static void begin_turn(struct p *p, int64_t since)
{
	int64_t now = sys_clock();

	histogram_add(&goro__latencies, now - since);
	p->turn_began = now;
	store_relaxed(&p->resched, 1u);
}

bool goro__timed_turn(struct p *p, struct g *g)
{
	uintptr_t at = (uintptr_t)g->lockedm;

	if (!(at & 1))
		return false;
	g->lockedm = NULL;
	begin_turn(p, (int64_t)(at >> 1));
	return true;
}

void goro__timed_end(struct p *p)
{
	histogram_add(&goro__turns, sys_clock() - p->turn_began);
	p->turn_began = 0;
}

int64_t goro__timed_stop(struct p *p)
{
	return load_relaxed(&p->mp) & MP_TIMED ? time_if_its_turn(p) : 0;
}

void goro__timed_resume(struct p *p, int64_t since)
{
	if (since)
		begin_turn(p, since);
}
