/*
 * bubble.c - see bubble.h.
 */
#include "sched/bubble.h"

#include "base/text.h"
#include "sched/die.h"
#include "sched/gfree.h"
#include "sched/goroutine.h"
#include "sched/outside.h"

/* ---- the clock ------------------------------------------------------------- */

/* Returns the M whose goroutine calls, also from its goro_blocking(). */
static struct m *m_of_caller(void)
{
	if (goro__m())
		return goro__m();
	return goro__explored_m() ? goro__explored_m() : goro__blocking_m();
}

int64_t goro__my_now(void)
{
	const struct m *m = bubbled() ? m_of_caller() : NULL;
	const struct bubble *b = m && m->curg ? m->curg->stack->bubble : NULL;

	return b ? bubble_now(b) : goro__now();
}

/* ---- who is in it ---------------------------------------------------------- */

void goro__bubble_new(struct g *g)
{
	struct m *m = goro__m();
	struct bubble *b = my_bubble();

	if (!b)
		return;
	if (!g->stack)
		goro__stack_first(m->p, g);
	g->stack->bubble = b;
	g->stack->at_end = true;
	add_relaxed(&b->total, 1);
	add_relaxed(&b->running, 1);
}

void goro__bubble_waits(uint32_t id)
{
	if (id)
		goro__self()->stack->durable = true;
}

void goro__bubble_ready(struct g *g)
{
	struct stack *s = g->stack;

	if (!s->durable)
		return;
	s->durable = false;
	add_relaxed(&s->bubble->running, 1);
}

/* ---- isolation ------------------------------------------------------------- */

void goro__bubble_check(uint32_t id, const char *text)
{
	if (unlikely(id && id != my_bubble_id()))
		goro__fatal(text);
}
