/*
 * globq.c - the parts of the global run queue that are off the fast path.
 */
#include "sched/globq.h"
#include "base/text.h"

static uint32_t share(uint32_t n, uint32_t ps, uint32_t most)
{
	n = n / ps + 1;
	return n < most ? n : most;
}

/*
 * The ring is filled while the lock is held.  So an M that gives its P up under
 * the lock finds each goroutine here, or in the ring by its second look.
 */
struct g *goro__globq_take(struct globq *q, struct runq *ring, uint32_t ps,
			   uint32_t most)
{
	uint32_t n = share(q->list.n, ps, most);
	struct g *first = glist_pop(&q->list);
	struct g *g;

	while (--n > 0 && (g = glist_pop(&q->list)) != NULL) {
		prefetch_frames(g); /* as long as it is nobody else's */
		if (!runq_push(ring, g)) {
			glist_push_front(&q->list, g);
			break;
		}
	}
	globq_changed(q);
	return first;
}

/* Finds the entry before the first stopped goroutine; false: there is none. */
static bool find_stopped(const struct glist *l, uint32_t how, struct g **prev)
{
	*prev = NULL;
	for (struct g *g = l->head; g; g = g->schedlink) {
		if (load_relaxed(&g->preempted) == how)
			return true;
		*prev = g;
	}
	return false;
}

/* Unlinks the goroutine behind prev; behind NULL stands the first. */
static struct g *unlink_after(struct glist *l, struct g *prev)
{
	struct g **at = prev ? &prev->schedlink : &l->head;
	struct g *g = *at;

	*at = g->schedlink;
	if (l->tail == g)
		l->tail = prev;
	l->n--;
	g->schedlink = NULL;
	return g;
}

struct g *goro__globq_take_stopped(struct globq *q, bool asleep_too)
{
	struct g *prev, *g;

	if (!find_stopped(&q->list, STOPPED, &prev) &&
	    !(asleep_too && find_stopped(&q->list, STOPPED_ASLEEP, &prev)))
		return NULL;
	g = unlink_after(&q->list, prev);
	globq_changed(q);
	return g;
}
