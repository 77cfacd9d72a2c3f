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

struct bubble *goro__my_bubble(void)
{
	const struct m *m = goro__m() ? goro__m() : goro__explored_m();

	return m && m->curg ? m->curg->stack->bubble : NULL;
}

int64_t goro__my_now(void)
{
	const struct bubble *b = my_bubble();

	return b ? bubble_now(b) : goro__now();
}

uint32_t goro__clock_of_caller(void)
{
	return my_bubble_id();
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
