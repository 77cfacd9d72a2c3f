/*
 * globq.c - the parts of the global run queue that are off the fast path.
 */
#include "sched/globq.h"

static uint32_t share(uint32_t n, uint32_t ps, uint32_t most)
{
	n = n / ps + 1;
	return n < most ? n : most;
}

/*
 * The ring is filled while the lock is held: who gives its P up under the lock
 * finds each goroutine here, or there by its second look.
 */
struct g *goro__globq_take(struct globq *q, struct runq *ring, uint32_t ps,
			   uint32_t most)
{
	uint32_t n = share(q->list.n, ps, most);
	struct g *first = glist_pop(&q->list);
	struct g *g;

	while (--n > 0 && (g = glist_pop(&q->list)) != NULL) {
		fetch(g); /* as long as it is nobody else's */
		if (!runq_push(ring, g)) {
			glist_push_front(&q->list, g);
			break;
		}
	}
	store_relaxed(&q->n, q->list.n);
	return first;
}

struct g *goro__globq_take_stopped(struct globq *q)
{
	struct glist *l = &q->list;
	struct g *prev = NULL;
	struct g *g = l->head;

	while (g && load_relaxed(&g->preempted) == 0) {
		prev = g;
		g = g->schedlink;
	}
	if (!g)
		return NULL;
	if (prev)
		prev->schedlink = g->schedlink;
	else
		l->head = g->schedlink;
	if (l->tail == g)
		l->tail = prev;
	store_relaxed(&q->n, --l->n);
	g->schedlink = NULL;
	return g;
}
