/*
 * gomain.c - the bottom of a goroutine's stack, which only the switch enters
 * (switch.S).
 */
#include "base/text.h"
#include "sched/goroutine.h"
#include "sched/panic.h"
#include "sched/switch.h"

void *goro__gomain(void)
{
	struct g *g;

	san_arrive(&goro__self()->san);
	run_after(goro__m());
	g = goro__self();
	san_acquire(g);
	g->fn(g->arg);
	if (goro__outside())
		goro__refuse("return from a goroutine");
	if (unlikely(g->stack->defers != NULL))
		goro__run_defers(g);
	if (unlikely(g->stack->at_end))
		goro__at_end(g);
	return goro__end(goro__m(), g);
}
