/*
 * goroutines.c - all goroutines, or those that are leaked, by their stacks.
 *
 * The world is stopped meanwhile, so the profile is of one instant: each
 * goroutine is in it once.  One that is stopped may hold a lock of the C
 * library, so nothing of that is called until the world goes on.
 */
#include <string.h>

#include "base/text.h"
#include "diag/leaked.h"
#include "diag/leaksearch.h"
#include "diag/profile.h"
#include "diag/tallylabels.h"
#include "diag/unwind.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "wait/stopper.h"

enum { OWN_FRAMES = 16 }; /* of the runtime, between a goroutine and its park */

uint32_t goro__user_stack(const struct g *g, uintptr_t pcs[TALLY_DEPTH])
{
	struct unwind_start from = {.g = g};
	uintptr_t all[TALLY_DEPTH + OWN_FRAMES];
	int n, first = 0;

	n = goro__unwind(&from, all, TALLY_DEPTH + OWN_FRAMES);
	while (first < n && goro__in_runtime(all[first]))
		first++;
	while (n > first && goro__in_runtime(all[n - 1]))
		n--;
	if (n > first + TALLY_DEPTH)
		n = first + TALLY_DEPTH;
	for (int i = first; i < n; i++)
		pcs[i - first] = all[i];
	if (n > first)
		return (uint32_t)(n - first);
	/* Its function's last deed was a call of goro, made by a jump. */
	memcpy(pcs, g ? &g->fn : &goro__self()->fn, sizeof(*pcs));
	return 1;
}

struct taking {
	struct tally *tally;
	bool (*which)(const struct g *g);
};

static void add(struct g *g, void *taking)
{
	const struct taking *t = taking;
	uint32_t status = load_relaxed(&g->status), depth;
	uintptr_t pcs[TALLY_DEPTH + LABEL_WORDS], labels;

	if (status == GIDLE || status == GDEAD || g->system || g->goid <= 0 ||
	    !t->which(g))
		return;
	depth = goro__user_stack(g == goro__self() ? NULL : g, pcs);
	labels = label_words(g->labels, pcs + depth);
	goro__tally_add(t->tally, pcs, depth + (uint32_t)labels, labels, 1, 0);
}

static int take(struct tally_list *l, bool (*which)(const struct g *g))
{
	struct tally *t = sys_map(sizeof(*t));
	struct taking taking = {t, which};
	bool ok;

	if (!t)
		return GORO_ENOMEM;
	goro__stop_all();
	goro__each_g(add, &taking);
	goro__start_all();
	ok = !t->memory.failed && goro__tally_copy(l, t);
	goro__tally_free(t);
	sys_unmap(t, sizeof(*t));
	if (!ok)
		return GORO_ENOMEM;
	goro__tally_sort(l);
	return GORO_OK;
}

static bool any(const struct g *g)
{
	(void)g;
	return true;
}

int goro__goroutine_profile(struct tally_list *l)
{
	return take(l, any);
}

/* Those that the search has marked stay as they are. */
int goro__leak_profile(struct tally_list *l)
{
	int64_t n = goro__find_leaks();

	return n < 0 ? (int)n : take(l, goro__leaked);
}
