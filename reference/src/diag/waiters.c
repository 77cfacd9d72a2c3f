/*
 * waiters.c - see waiters.h.
 */
#include "diag/waiters.h"

#include "base/text.h"
#include "sched/stack.h"
#include "sched/state.h"

bool goro__waits_for_others(const struct g *g)
{
	if (load_relaxed(&g->status) != GWAITING || g->system)
		return false;
	switch (g->reason) {
	case WAIT_CHAN_RECV_NIL:
	case WAIT_CHAN_SEND_NIL:
	case WAIT_CHAN_RECV:
	case WAIT_CHAN_SEND:
	case WAIT_SELECT:
	case WAIT_SELECT_NO_CASES:
	case WAIT_MUTEX:
	case WAIT_RW_RLOCK:
	case WAIT_RW_LOCK:
	case WAIT_WAITGROUP:
	case WAIT_COND:
		return true;
	default:
		return false;
	}
}

bool goro__waits_for_nothing(const struct g *g)
{
	return g->reason == WAIT_CHAN_RECV_NIL ||
	       g->reason == WAIT_CHAN_SEND_NIL ||
	       g->reason == WAIT_SELECT_NO_CASES;
}

bool goro__exists(const struct g *g)
{
	uint32_t status = load_relaxed(&g->status);

	return status != GIDLE && status != GDEAD;
}

static void count_g(struct g *g, void *n)
{
	*(uint32_t *)n += goro__exists(g);
}

uint32_t goro__waiters_most(void)
{
	uint32_t n = 0;

	goro__each_g(count_g, &n);
	return n;
}

static void add_waiter(struct g *g, void *waiters)
{
	struct waiters *w = waiters;

	if (goro__waits_for_others(g) && w->n < w->cap)
		w->v[w->n++] = (struct waiter){.g = g};
}

/* Sorts w by address.  They come in a few runs, each sorted already. */
static void sort_waiters(struct waiters *w)
{
	for (uint32_t gap = w->n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < w->n; i++) {
			struct waiter x = w->v[i];
			uint32_t j = i;

			for (; j >= gap && w->v[j - gap].g > x.g; j -= gap)
				w->v[j] = w->v[j - gap];
			w->v[j] = x;
		}
}

void goro__waiters_list(struct waiters *w)
{
	goro__each_g(add_waiter, w);
	sort_waiters(w);
}

struct waiter *goro__waiter_of(const struct waiters *w, const struct g *g)
{
	uint32_t lo = 0, hi = w->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (w->v[mid].g < g)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < w->n && w->v[lo].g == g ? &w->v[lo] : NULL;
}
