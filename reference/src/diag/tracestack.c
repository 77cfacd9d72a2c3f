/*
 * tracestack.c - see tracestack.h.
 */
#include "diag/tracestack.h"

#include <string.h>

#include "base/godebug.h"
#include "base/text.h"
#include "diag/tracetab.h"
#include "diag/unwind.h"
#include "sched/state.h"
#include "sched/tracebuf.h"

static bool wanted;

void goro__tracestack_init(void)
{
	wanted = goro__godebug("tracestacks") > 0;
}

static uint64_t number_of(const uintptr_t *pcs, int n)
{
	return goro__tracetab_put(goro__trace.now->tables, TRACE_STACK_TABLE,
				  pcs, (size_t)n * sizeof(*pcs));
}

uint64_t goro__tracestack_here(void)
{
	const struct m *m = goro__m();
	uintptr_t pcs[TRACE_FRAMES_MAX];
	int n, first = 0;

	if (!wanted || !m->curg || m->outsider || !load_relaxed(&goro__tracing))
		return 0;
	n = goro__unwind(&(struct unwind_start){0}, pcs, TRACE_FRAMES_MAX);
	/* Of the runtime's frames, the call that the program has made. */
	while (first + 1 < n && goro__in_runtime(pcs[first + 1]))
		first++;
	return n > first ? number_of(pcs + first, n - first) : 0;
}

uint64_t goro__tracestack_of(const struct g *g)
{
	uintptr_t pcs[TRACE_FRAMES_MAX];
	int n = 0;

	if (!load_relaxed(&goro__tracing))
		return 0;
	if (wanted && g_is(g, GWAITING))
		n = goro__unwind(&(struct unwind_start){.g = g}, pcs,
				 TRACE_FRAMES_MAX);
	if (n == 0) {
		memcpy(&pcs[0], &g->fn, sizeof(pcs[0]));
		n = 1;
	}
	return number_of(pcs, n);
}
