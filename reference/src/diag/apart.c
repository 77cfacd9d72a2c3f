/*
 * apart.c - memory that is not alive as a whole: stacks, the variables of the
 * runtime, and those of malloc.
 *
 * They have old pointers, which would hide goroutines that are lost.  The frames
 * on stacks do count: roots.c scans those.
 */
#include "diag/apart.h"

#include <string.h>

#include "base/text.h"
#include "diag/maps.h"
#include "sched/bubble.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "sched/state.h"
#include "sched/thread.h"

static void set_apart(struct search *s, const void *at, size_t n)
{
	add_span(s, &s->apart, (uintptr_t)at, (uintptr_t)at + n);
}

static void slab_apart(uintptr_t lo, uintptr_t hi, void *search)
{
	struct search *s = search;

	add_span(s, &s->apart, lo, hi);
}

/* The ring of a queue has old entries, and so has a heap behind its last. */
static void p_apart(struct search *s, const struct p *p)
{
	const struct timers *h = &p->timers;

	set_apart(s, p, sizeof(*p));
	set_apart(s, h->heap + h->len, (h->cap - h->len) * sizeof(*h->heap));
}

static void bubble_apart(struct bubble *b, void *search)
{
	set_apart(search, b, sizeof(*b));
	p_apart(search, &b->p);
}

/* Returns where the frames on m's own stack begin. */
static uintptr_t frames_of(const struct search *s, const struct m *m)
{
	uintptr_t lo = (uintptr_t)m->g0_lo;

	if (m->g0_sp && (!m->curg || !g_is(m->curg, GSYSCALL)))
		return (uintptr_t)m->g0_sp;
	for (uint32_t i = 0; i < s->tasks.n; i++)
		if (s->tasks.v[i].sp - lo < m->g0_size)
			return s->tasks.v[i].sp - RED_ZONE;
	return lo;
}

/* An M has pointers to what it did last.  Of its stack the frames count. */
static void m_apart(struct search *s, const struct m *m)
{
	uintptr_t hi = (uintptr_t)m->g0_lo + m->g0_size;

	set_apart(s, m, sizeof(*m));
	if (m->sigstack)
		set_apart(s, m->sigstack, goro__sigstack_size());
	if (!m->g0_lo)
		return;
	set_apart(s, m->g0_lo, m->g0_size);
	add_span(s, &s->frames, frames_of(s, m), hi);
}

void goro__runtime_apart(struct search *s)
{
	set_apart(s, s, sizeof(*s));
	set_apart(s, &goro__sched, sizeof(goro__sched));
	goro__each_slab(slab_apart, s);
	for (struct m *m = goro__sched.allm; m; m = m->alllink)
		m_apart(s, m);
	for (int32_t i = 0; i < MAX_PROCS && goro__allp[i]; i++)
		p_apart(s, goro__allp[i]);
	p_apart(s, &goro__real_p);
	goro__each_bubble(bubble_apart, s);
}

/*
 * True if m is the stack that sp is in.  A stack has that name, or a guard right
 * below it.
 */
static bool is_stack(const struct mapping *m, uintptr_t guard, uintptr_t sp)
{
	return sp >= m->lo && sp < m->hi &&
	       (strcmp(m->path, "[stack]") == 0 || guard == m->lo);
}

/* Sets apart what is below the frames, where m is the stack of a thread. */
static void stacks_apart(struct search *s, const struct mapping *m,
			 uintptr_t guard)
{
	for (uint32_t i = 0; i < s->tasks.n; i++) {
		uintptr_t sp = s->tasks.v[i].sp;

		if (is_stack(m, guard, sp))
			add_span(s, &s->apart, m->lo, sp - RED_ZONE);
	}
}

/*
 * Sets apart the state of malloc's main arena, where m has it, among libc's
 * variables.  top is the last chunk of that arena; 0: it has none.
 */
static void main_arena_apart(struct search *s, const struct mapping *m,
			     uintptr_t top)
{
	if (!top || !m->readable || !m->writable || m->path[0] != '/')
		return;
	for (uintptr_t at = m->lo; m->hi - at >= ARENA_STATE; at += 8)
		if (goro__is_main_arena(at, m->hi, top))
			set_apart(s, (const void *)at, ARENA_STATE);
}

static void sort_spans(struct spans *l)
{
	for (uint32_t gap = l->n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < l->n; i++) {
			struct span x = l->v[i];
			uint32_t j = i;

			for (; j >= gap && l->v[j - gap].lo > x.lo; j -= gap)
				l->v[j] = l->v[j - gap];
			l->v[j] = x;
		}
}

bool goro__memory_apart(struct search *s)
{
	struct mapping m;
	struct maps maps;
	struct area heap = {0};
	uintptr_t guard = 0; /* where the last that cannot be read ends */

	if (!goro__maps_open(&maps))
		return false;
	while (goro__maps_next(&maps, &m)) {
		if (strcmp(m.path, "[heap]") == 0 &&
		    !goro__area_main(&heap, m.lo, m.hi))
			heap.top = 0;
		stacks_apart(s, &m, guard);
		main_arena_apart(s, &m, heap.top);
		if (!m.readable)
			guard = m.hi;
	}
	goro__maps_close(&maps);
	sort_spans(&s->apart);
	return true;
}
