/*
 * runq_test.c - the ring of a P as its owner sees it.
 */
#include "ring.h"

static struct runq q;

static void fifo_from(uint32_t start)
{
	for (uint32_t n = 0; n <= RUNQ_SIZE; n++) {
		ring_reset(&q, start);
		ring_fill(&q, 0, n);
		ring_expect(&q, 0, n);
	}
}

static void fifo(void)
{
	ring_each(fifo_from);
}

/* Pushed and popped in turn, with a few inside all the time. */
static void rolling_from(uint32_t start)
{
	uint32_t wrong = 0;

	ring_reset(&q, start);
	ring_fill(&q, 0, 7);
	for (uint32_t i = 7; i < RING_ITEMS; i++) {
		CU_ASSERT_FATAL(runq_push(&q, item(i)));
		wrong += number(runq_pop(&q)) != (int)i - 7;
	}
	UNIT_EQ(wrong, 0);
	UNIT_EQ(runq_len(&q), 7);
}

static void rolling(void)
{
	ring_each(rolling_from);
}

static void full_from(uint32_t start)
{
	ring_reset(&q, start);
	ring_fill(&q, 0, RUNQ_SIZE);
	CU_ASSERT_FALSE(runq_push(&q, item(500)));
	ring_expect(&q, 0, RUNQ_SIZE);
	CU_ASSERT_TRUE(runq_push(&q, item(500)));
	ring_expect(&q, 500, 1);
}

static void full(void)
{
	ring_each(full_from);
}

/* Half of a full ring and the new one, in the order they would have run. */
static void overflow_from(uint32_t start)
{
	struct glist out = {0};
	uint32_t wrong = 0;

	ring_reset(&q, start);
	ring_fill(&q, 0, RUNQ_SIZE);
	CU_ASSERT_TRUE(goro__runq_overflow(&q, item(500), &out));
	UNIT_EQ(out.n, RUNQ_SIZE / 2 + 1);
	for (int i = 0; i < RUNQ_SIZE / 2; i++)
		wrong += number(glist_pop(&out)) != i;
	UNIT_EQ(wrong, 0);
	UNIT_EQ(number(glist_pop(&out)), 500);
	CU_ASSERT_PTR_NULL(glist_pop(&out));
	ring_expect(&q, RUNQ_SIZE / 2, RUNQ_SIZE / 2);
}

static void overflow(void)
{
	ring_each(overflow_from);
}

static void no_overflow_with_room(void)
{
	struct glist out = {0};

	for (uint32_t n = 0; n < RUNQ_SIZE; n++) {
		ring_reset(&q, 77);
		ring_fill(&q, 0, n);
		CU_ASSERT_FALSE(goro__runq_overflow(&q, item(500), &out));
		UNIT_EQ(out.n, 0);
		ring_expect(&q, 0, n);
	}
}

static void next_slot(uint32_t start)
{
	ring_reset(&q, start);
	CU_ASSERT_PTR_NULL(runq_take_next(&q));
	CU_ASSERT_PTR_NULL(runq_set_next(&q, item(1)));
	UNIT_EQ(number(runq_set_next(&q, item(2))), 1);
	UNIT_EQ(runq_len(&q), 0);
	UNIT_EQ(number(runq_take_next(&q)), 2);
	CU_ASSERT_PTR_NULL(runq_take_next(&q));
}

static void next(void)
{
	ring_each(next_slot);
}

static void empty_from(uint32_t start)
{
	ring_reset(&q, start);
	CU_ASSERT_TRUE(goro__runq_empty(&q));
	runq_set_next(&q, item(1));
	CU_ASSERT_FALSE(goro__runq_empty(&q));
	runq_push(&q, item(2));
	runq_take_next(&q);
	CU_ASSERT_FALSE(goro__runq_empty(&q));
	runq_pop(&q);
	CU_ASSERT_TRUE(goro__runq_empty(&q));
}

static void empty(void)
{
	ring_each(empty_from);
}

static const struct unit_test tests[] = {
	{"first in, first out, any length", fifo},
	{"rolls over", rolling},
	{"full at 256", full},
	{"overflow takes the older half and the new one", overflow},
	{"no overflow while there is room", no_overflow_with_room},
	{"next holds one", next},
	{"empty looks at ring and next", empty},
	{NULL, NULL},
};

const struct unit_suite runq_suite = {"run queue", tests};
