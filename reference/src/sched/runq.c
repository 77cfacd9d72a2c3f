/*
 * runq.c - the parts of the run queue that are off the fast path.
 */
#include "sched/runq.h"
#include "base/text.h"

/*
 * The owner may move next into the ring between two reads.  If tail is the same
 * after the reads of head and next as before, it did not.
 */
bool goro__runq_empty(struct runq *q)
{
	for (;;) {
		uint32_t t = load_acquire(&q->tail);
		uint32_t h = load_acquire(&q->head);
		struct g *next = load_seq(&q->next);

		if (load_acquire(&q->tail) == t)
			return h == t && !next;
	}
}

bool goro__runq_overflow(struct runq *q, struct g *g, struct glist *out)
{
	struct g *batch[RUNQ_SIZE / 2];
	uint32_t h = load_acquire(&q->head);
	uint32_t n = (load_relaxed(&q->tail) - h) / 2;

	if (n != RUNQ_SIZE / 2)
		return false;
	for (uint32_t i = 0; i < n; i++)
		batch[i] = load_relaxed(&q->ring[(h + i) % RUNQ_SIZE]);
	if (!cas_acq_rel(&q->head, &h, h + n))
		return false;
	for (uint32_t i = 0; i < n; i++)
		glist_push(out, batch[i]);
	glist_push(out, g);
	return true;
}

/*
 * Copies half of victim's ring into ring from slot t on and takes it with one
 * compare and swap.  The copy may be stale: then head has moved, and the swap
 * fails.
 */
static uint32_t grab(struct runq *victim, _Atomic(struct g *) *ring, uint32_t t)
{
	for (;;) {
		uint32_t h = load_acquire(&victim->head);
		uint32_t n = load_acquire(&victim->tail) - h;

		n -= n / 2;
		if (n == 0)
			return 0;
		if (n > RUNQ_SIZE / 2)
			continue; /* head and tail are of different moments */
		for (uint32_t i = 0; i < n; i++) {
			struct g *g = load_relaxed(
				&victim->ring[(h + i) % RUNQ_SIZE]);

			store_relaxed(&ring[(t + i) % RUNQ_SIZE], g);
		}
		if (cas_acq_rel(&victim->head, &h, h + n))
			return n;
	}
}

struct g *goro__runq_steal(struct runq *q, struct runq *victim, bool next)
{
	uint32_t t = load_relaxed(&q->tail);
	uint32_t n = grab(victim, q->ring, t);

	if (n == 0) {
		struct g *g = next ? load_relaxed(&victim->next) : NULL;

		return g && cas_acq_rel(&victim->next, &g, NULL) ? g : NULL;
	}
	n--;
	if (n > 0)
		store_release(&q->tail, t + n);
	return load_relaxed(&q->ring[(t + n) % RUNQ_SIZE]);
}
