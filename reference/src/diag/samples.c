/*
 * samples.c - see samples.h.
 */
#include "diag/samples.h"

#include "base/text.h"

enum { LEAD = 3 }; /* words before the stack: depth + 1, count, tag */

static _Atomic(uint64_t) *word(struct samples *s, uint64_t i)
{
	return &s->words[i % SAMPLES_WORDS];
}

/* Takes n words, from *at on. */
static bool reserve(struct samples *s, uint64_t n, uint64_t *at)
{
	*at = load_relaxed(&s->head);
	do {
		/* Pairs with the release in take(): these words are zero. */
		if (*at + n - load_acquire(&s->tail) > SAMPLES_WORDS)
			return false;
	} while (!cas_acq_rel(&s->head, at, *at + n));
	return true;
}

bool goro__samples_put(struct samples *s, const struct sample *from)
{
	uint64_t at;

	if (!reserve(s, LEAD + from->depth, &at)) {
		add_relaxed(&s->lost, from->count);
		return false;
	}
	store_relaxed(word(s, at + 1), from->count);
	store_relaxed(word(s, at + 2), from->tag);
	for (uint32_t i = 0; i < from->depth; i++)
		store_relaxed(word(s, at + LEAD + i), from->pcs[i]);
	/* Pairs with the acquire in take(): the others are written. */
	store_release(word(s, at), from->depth + 1u);
	return true;
}

bool goro__samples_take(struct samples *s, struct sample *to)
{
	uint64_t at = load_relaxed(&s->tail);
	uint64_t first = load_acquire(word(s, at)); /* pairs with put() */

	if (first == 0)
		return false;
	to->depth = (uint32_t)first - 1;
	to->count = load_relaxed(word(s, at + 1));
	to->tag = load_relaxed(word(s, at + 2));
	for (uint32_t i = 0; i < to->depth; i++)
		to->pcs[i] = load_relaxed(word(s, at + LEAD + i));
	for (uint32_t i = 0; i < LEAD + to->depth; i++)
		store_relaxed(word(s, at + i), UINT64_C(0));
	/* Pairs with the acquire in reserve(). */
	store_release(&s->tail, at + LEAD + to->depth);
	return true;
}
