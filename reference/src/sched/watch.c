/*
 * watch.c - see watch.h.
 */
#include "sched/watch.h"

#include "base/sys.h"
#include "base/text.h"
#include "sched/bubble.h"
#include "sched/user.h"
#include "sched/hooks.h"
#include "sched/idle.h"
#include "sched/queue.h"
#include "sched/timed.h"
#include "sched/trace.h"

static unsigned watched; /* enum watch; goro__stopper guards it in a run */

int64_t goro__watched_since;

void goro__set_watch(enum watch what, bool on)
{
	if (!watched)
		goro__watched_since = sys_clock();
	watched = on ? watched | what : watched & ~(unsigned)what;
}

uint32_t goro__mp_for(int32_t procs)
{
	return (mp() & (MP_BY_G0 | MP_OWNED | MP_BUBBLED)) |
	       (procs > 1 ? MP_MANY : 0) | (watched ? MP_WATCHED : 0);
}

void goro__submit_seen(struct p *p, struct g *g, void (*event)(struct g *))
{
	time_ready(p, g);
	if (bubbled() && event == goro__trace_create)
		goro__bubble_new(g);
	else if (bubbled())
		goro__bubble_ready(g);
	if (explored() && event == goro__trace_create)
		goro__hooks.explore_new(g);
	if (mp() & MP_TRACED)
		event(g);
	if (watching() && event == goro__trace_unblock)
		goro__hooks.ready(g);
	goro__runqput(p, g, true);
	goro__wake_now();
}

void goro__watch_park(struct g *g, enum wait_reason why)
{
	if (watching())
		g->stack->parked = sys_clock();
	if (bubbled())
		goro__hooks.bubble_park(g, why);
}
