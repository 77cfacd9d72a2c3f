/*
 * runq.h - the ring of a P, and the global queue's list.
 *
 * A ring has one producer, its owner, and many consumers, the owner and
 * thieves.
 *
 *	push   the owner writes the slot, then tail with release: a thief that
 *	       reads tail with acquire sees the slot.
 *	pop    reads the slot, then moves head from the value it knew by
 *	       compare and swap: the winner has the goroutine.  The release in
 *	       it pairs with the owner's acquire of head in push, so that a slot
 *	       is not written before its old content was read.
 *	next   exchanged by the owner, which is also the barrier between the
 *	       work and the look at nmspinning (idle.h); a thief takes it by
 *	       compare and swap.
 *
 * With one P there is no thief, and plain loads and stores do.
 */
#ifndef GORO_RUNQ_H
#define GORO_RUNQ_H

#include "sched/types.h"

enum { FRAME_LINES = 6 }; /* of shallow frames and struct stack */

static inline void glist_push(struct glist *l, struct g *g)
{
	g->schedlink = NULL;
	if (l->tail)
		l->tail->schedlink = g;
	else
		l->head = g;
	l->tail = g;
	l->n++;
}

static inline struct g *glist_pop(struct glist *l)
{
	struct g *g = l->head;

	if (!g)
		return NULL;
	l->head = g->schedlink;
	if (!l->head)
		l->tail = NULL;
	l->n--;
	if (CHECKED)
		g->schedlink = NULL;
	return g;
}

/* Last in, first out: for free lists. */
static inline void glist_push_front(struct glist *l, struct g *g)
{
	g->schedlink = l->head;
	l->head = g;
	if (!l->tail)
		l->tail = g;
	l->n++;
}

static inline void slist_push(struct slist *l, struct stack *s)
{
	s->next = l->head;
	l->head = s;
	l->n++;
}

static inline void prefetch_g(const struct g *g)
{
	arch_prefetch(g);
	arch_prefetch((const char *)g + CACHE_LINE);
}

/* Fetches s, the next to be taken, and where its first frames will be. */
static inline void prefetch_stack(const struct stack *s)
{
	for (int i = 0; s && i < FRAME_LINES; i++)
		arch_prefetch((const char *)s - i * CACHE_LINE);
}

/* Fetches the stack of g, which is to run soon and waited for long. */
static inline void prefetch_frames(const struct g *g)
{
	const char *sp = g->sp;

	prefetch_g(g);
	for (int i = 0; sp && i < FRAME_LINES; i++)
		arch_prefetch(sp + i * CACHE_LINE);
}

static inline struct stack *slist_pop(struct slist *l)
{
	struct stack *s = l->head;

	if (!s)
		return NULL;
	l->head = s->next;
	l->n--;
	prefetch_stack(l->head);
	return s;
}

/* Takes the one that was pushed first. */
static inline struct stack *slist_pop_first(struct slist *l)
{
	struct stack **at = &l->head;
	struct stack *s;

	while (*at && (*at)->next)
		at = &(*at)->next;
	s = *at;
	*at = NULL;
	l->n -= s != NULL;
	return s;
}

/* Moves all of from to the end of to. */
static inline void glist_append(struct glist *to, struct glist *from)
{
	if (!from->head)
		return;
	if (to->tail)
		to->tail->schedlink = from->head;
	else
		to->head = from->head;
	to->tail = from->tail;
	to->n += from->n;
	*from = (struct glist){0};
}

/* Pushes g at the tail.  False if the ring is full.  Owner only. */
static inline bool runq_push(struct runq *q, struct g *g)
{
	uint32_t h = load_acquire(&q->head);
	uint32_t t = load_relaxed(&q->tail);

	goro_check(t - h <= RUNQ_SIZE, "a ring has more than it holds");
	if (unlikely(t - h >= RUNQ_SIZE))
		return false;
	store_relaxed(&q->ring[t % RUNQ_SIZE], g);
	store_release(&q->tail, t + 1);
	return true;
}

/* Takes the oldest of the ring, or NULL.  Owner only. */
static inline struct g *runq_pop(struct runq *q)
{
	uint32_t t = load_relaxed(&q->tail);
	uint32_t h = load_acquire(&q->head);
	struct g *g;

	if (likely(!mp())) {
		if (h == t)
			return NULL;
		store_relaxed(&q->head, h + 1);
		return load_relaxed(&q->ring[h % RUNQ_SIZE]);
	}
	do {
		if (h == t)
			return NULL;
		g = load_relaxed(&q->ring[h % RUNQ_SIZE]);
	} while (!cas_acq_rel(&q->head, &h, h + 1));
	return g;
}

/* runq_set_next() with one P. */
static inline struct g *runq_set_next_alone(struct runq *q, struct g *g)
{
	struct g *old = load_relaxed(&q->next);

	store_relaxed(&q->next, g);
	return old;
}

/* Makes g next; returns the one before.  Owner only. */
static inline struct g *runq_set_next(struct runq *q, struct g *g)
{
	return unlikely(mp()) ? xchg_seq(&q->next, g)
			      : runq_set_next_alone(q, g);
}

/* Takes next, or NULL.  Owner only. */
static inline struct g *runq_take_next(struct runq *q)
{
	struct g *g = load_relaxed(&q->next);

	if (!g)
		return NULL;
	if (unlikely(mp()))
		return cas_acq_rel(&q->next, &g, NULL) ? g : NULL;
	store_relaxed(&q->next, NULL);
	return g;
}

static inline uint32_t runq_len(struct runq *q)
{
	uint32_t h = load_acquire(&q->head);
	uint32_t n = load_acquire(&q->tail) - h;

	return n > RUNQ_SIZE ? RUNQ_SIZE : n;
}

/* True if the ring is empty and there is no next.  Owner only. */
static inline bool runq_none(const struct runq *q)
{
	return !load_relaxed(&q->next) &&
	       load_relaxed(&q->head) == load_relaxed(&q->tail);
}

/* The same; anyone may ask. */
bool goro__runq_empty(struct runq *q);

/*
 * Takes the older half of a full ring, and g, for the global queue.  False if
 * a thief made room meanwhile.  Owner only.
 */
bool goro__runq_overflow(struct runq *q, struct g *g, struct glist *out);

/*
 * Moves the older half (rounded up) of victim's ring to q, whose P the caller
 * owns, and returns the last of them, which is not in q.  If the ring is empty,
 * takes the victim's next if next is set.
 */
struct g *goro__runq_steal(struct runq *q, struct runq *victim, bool next);

#endif
