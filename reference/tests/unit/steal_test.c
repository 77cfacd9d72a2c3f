/*
 * steal_test.c - what a thief takes from another P's queue, and what it
 * leaves.
 */
#include "ring.h"

static struct runq victim, thief;

/* The older half, rounded up; the last of it is returned. */
static void half_of(uint32_t start, uint32_t n)
{
	uint32_t taken = n - n / 2;
	struct g *g;

	ring_reset(&victim, start);
	ring_reset(&thief, start * 3 + 1);
	ring_fill(&victim, 0, n);
	g = goro__runq_steal(&thief, &victim, false);
	UNIT_EQ(number(g), (int)taken - 1);
	ring_expect(&thief, 0, taken ? taken - 1 : 0);
	ring_expect(&victim, taken, n - taken);
}

static void half_from(uint32_t start)
{
	for (uint32_t n = 0; n <= RUNQ_SIZE; n++)
		half_of(start, n);
}

static void half(void)
{
	ring_each(half_from);
}

/* A thief that has some of its own keeps them in front. */
static void beside_own(uint32_t start)
{
	struct g *g;

	ring_reset(&victim, start);
	ring_reset(&thief, start + 9);
	ring_fill(&victim, 0, RUNQ_SIZE);
	ring_fill(&thief, 600, 20);
	g = goro__runq_steal(&thief, &victim, false);
	UNIT_EQ(number(g), RUNQ_SIZE / 2 - 1);
	for (int i = 0; i < 20; i++)
		UNIT_EQ(number(runq_pop(&thief)), 600 + i);
	ring_expect(&thief, 0, RUNQ_SIZE / 2 - 1);
}

static void own_first(void)
{
	ring_each(beside_own);
}

/* Stolen again and again, each goroutine comes out once. */
static void repeated_from(uint32_t start)
{
	bool seen[RUNQ_SIZE] = {false};
	struct g *g;
	uint32_t n = 0;

	ring_reset(&victim, start);
	ring_reset(&thief, start);
	ring_fill(&victim, 0, RUNQ_SIZE);
	while ((g = goro__runq_steal(&thief, &victim, false)) != NULL) {
		do {
			CU_ASSERT_FALSE(seen[number(g)]);
			seen[number(g)] = true;
			n++;
		} while ((g = runq_pop(&thief)) != NULL);
	}
	UNIT_EQ(n, RUNQ_SIZE);
}

static void repeated(void)
{
	ring_each(repeated_from);
}

static void next_only_if_allowed(uint32_t start)
{
	ring_reset(&victim, start);
	ring_reset(&thief, start);
	runq_set_next(&victim, item(5));
	CU_ASSERT_PTR_NULL(goro__runq_steal(&thief, &victim, false));
	CU_ASSERT_FALSE(goro__runq_empty(&victim));
	UNIT_EQ(number(goro__runq_steal(&thief, &victim, true)), 5);
	CU_ASSERT_TRUE(goro__runq_empty(&victim));
	CU_ASSERT_TRUE(goro__runq_empty(&thief));
	CU_ASSERT_PTR_NULL(goro__runq_steal(&thief, &victim, true));
}

static void next_when_allowed(void)
{
	ring_each(next_only_if_allowed);
}

static void ring_before(uint32_t start)
{
	ring_reset(&victim, start);
	ring_reset(&thief, start);
	runq_set_next(&victim, item(5));
	ring_fill(&victim, 10, 1);
	UNIT_EQ(number(goro__runq_steal(&thief, &victim, true)), 10);
	UNIT_EQ(number(runq_take_next(&victim)), 5);
}

static void ring_before_next(void)
{
	ring_each(ring_before);
}

static const struct unit_test tests[] = {
	{"half rounded up, sizes 0 to 256", half},
	{"behind the thief's own", own_first},
	{"each one once", repeated},
	{"next only when allowed", next_when_allowed},
	{"the ring before next", ring_before_next},
	{NULL, NULL},
};

const struct unit_suite steal_suite = {"stealing", tests};
