/*
 * samples_races.c - stacks put by many threads into a ring that one reads: each
 * arrives once and whole, or is counted as lost.
 */
#include <stdlib.h>

#include "diag/samples.h"
#include "threads.h"

enum { WRITERS = 3, EACH = 2000 * STRESS_SCALE };

static struct samples *ring;
static atomic_uint writing;

/* The words of sample i of a writer depend on both. */
static struct sample made(uint64_t writer, uint64_t i)
{
	struct sample s = {.count = 1, .tag = writer};

	s.depth = (uint32_t)(i % (SAMPLE_DEPTH + 1));
	for (uint32_t k = 0; k < s.depth; k++)
		s.pcs[k] = (writer << 48) + i * 100 + k;
	return s;
}

static void *put_all(void *arg)
{
	uint64_t writer = *(uint64_t *)arg;

	for (uint64_t i = 0; i < EACH; i++) {
		struct sample s = made(writer, i);

		goro__samples_put(ring, &s);
	}
	sub_release(&writing, 1u);
	return NULL;
}

static bool whole(const struct sample *s)
{
	for (uint32_t k = 1; k < s->depth; k++)
		if (s->pcs[k] != s->pcs[0] + k)
			return false;
	return s->count == 1 && s->tag < WRITERS &&
	       (s->depth == 0 || s->pcs[0] >> 48 == s->tag);
}

static void all_arrive(void)
{
	uint64_t ids[WRITERS], got = 0, torn = 0;
	struct threads threads;
	struct sample s;
	bool last;

	ring = calloc(1, sizeof(*ring));
	CU_ASSERT_FATAL(ring != NULL);
	for (uint64_t i = 0; i < WRITERS; i++)
		ids[i] = i;
	store_relaxed(&writing, WRITERS);
	threads_start(&threads, WRITERS, put_all, ids, sizeof(ids[0]));
	do {
		/* pairs with the release above: all is in the ring */
		last = load_acquire(&writing) == 0;
		while (goro__samples_take(ring, &s)) {
			got++;
			torn += !whole(&s);
		}
	} while (!last);
	threads_join(&threads);
	UNIT_EQ(torn, 0);
	UNIT_EQ(got + load_relaxed(&ring->lost), WRITERS * EACH);
	UNIT_EQ(load_relaxed(&ring->head), load_relaxed(&ring->tail));
	free(ring);
}

static const struct unit_test tests[] = {
	{"each sample arrives once and whole", all_arrive},
	{NULL, NULL},
};

const struct unit_suite samples_races = {"samples", tests};
