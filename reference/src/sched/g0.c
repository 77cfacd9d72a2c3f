/*
 * g0.c - calls on the scheduler's own stack, g0.
 */
#include "base/text.h"
#include "sched/goroutine.h"
#include "sched/state.h"
#include "sched/tools.h"

struct call {
	void (*fn)(void *);
	void *arg;
	struct g *g;
};

static void call_on_g0(void *arg)
{
	struct call *c = arg;
	struct m *m = goro__m();

	san_arrive(&m->san);
	if (unlikely(goro__tools))
		goro__tools_stepped(m, NULL);
	c->fn(c->arg);
	san_step(&goro__m()->san, &c->g->san);
	if (unlikely(goro__tools))
		goro__tools_step(goro__m(), NULL, c->g);
}

/*
 * Calls fn(arg) on g0.  The goroutine stays current, so fn may not park.  With
 * no goroutine the caller is on g0 already; a thread of the program has none.
 */
void goro__systemstack(void (*fn)(void *), void *arg)
{
	struct m *m = goro__m();
	struct call c = {.fn = fn, .arg = arg, .g = m->curg};
	void *unused;

	if (!c.g || m->outsider) {
		fn(arg);
		return;
	}
	san_step(&c.g->san, &m->san);
	if (unlikely(goro__tools))
		goro__tools_step(m, c.g, NULL);
	goro__call_on(m->g0_sp, call_on_g0, &c,
		      g_is(c.g, GSYSCALL) ? &unused : &c.g->sp);
	san_arrive(&c.g->san);
	if (unlikely(goro__tools))
		goro__tools_stepped(goro__m(), c.g);
}
