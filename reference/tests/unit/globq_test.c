/*
 * globq_test.c - the global queue: shares, a ring without room, and those that
 * were stopped.
 */
#include "ring.h"

#include "sched/globq.h"

static void fill(struct globq *q, uint32_t from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		globq_push(q, item(from + i));
}

/* The queue holds from, from + 1, ..., in one piece; it is empty then. */
static void expect(struct globq *q, uint32_t from, uint32_t n)
{
	uint32_t wrong = 0;

	UNIT_EQ(globq_len(q), n);
	UNIT_EQ(q->list.n, n);
	for (uint32_t i = 0; i < n; i++)
		wrong += number(glist_pop(&q->list)) != (int)(from + i);
	UNIT_EQ(wrong, 0);
	CU_ASSERT_PTR_NULL(q->list.head);
	CU_ASSERT_PTR_NULL(q->list.tail);
	*q = (struct globq){0};
}

/* Of n in the queue, one of ps Ps takes want. */
static void take_from(uint32_t n, uint32_t ps, uint32_t most, uint32_t want)
{
	struct globq q = {0};
	struct runq ring;
	struct g *first;

	ring_reset(&ring, UINT32_MAX - 3);
	fill(&q, 0, n);
	first = goro__globq_take(&q, &ring, ps, most);
	UNIT_EQ(number(first), n ? 0 : -1);
	ring_expect(&ring, 1, want ? want - 1 : 0);
	expect(&q, want, n - want);
}

static void shares(void)
{
	goro__mp = 1;
	take_from(0, 1, 128, 0);
	take_from(1, 1, 128, 1);
	take_from(1, 4, 128, 1);
	take_from(10, 1, 128, 10);
	take_from(10, 4, 128, 3);
	take_from(10, 4, 1, 1);
	take_from(12, 4, 2, 2);
	take_from(1000, 2, 128, 128);
	goro__mp = 0;
}

/* Whom the ring has no room for stays at the head. */
static void no_room(void)
{
	struct globq q = {0};
	struct runq ring;

	ring_reset(&ring, 7);
	ring_fill(&ring, 100, RUNQ_SIZE - 1);
	fill(&q, 0, 10);
	UNIT_EQ(number(goro__globq_take(&q, &ring, 1, 128)), 0);
	UNIT_EQ(runq_len(&ring), RUNQ_SIZE);
	expect(&q, 2, 8);
}

static void push_all(void)
{
	struct globq q = {0};
	struct glist l = {0};

	globq_push_all(&q, &l);
	expect(&q, 0, 0);
	for (uint32_t i = 1; i < 4; i++)
		glist_push(&l, item(i));
	globq_push(&q, item(0));
	globq_push_all(&q, &l);
	CU_ASSERT_PTR_NULL(l.head);
	globq_push(&q, item(4));
	expect(&q, 0, 5);
}

/* Of three the one at, or none, sleeps in its handler. */
static void stopped_at(int at)
{
	struct globq q = {0};
	uint32_t left = at < 0 ? 3 : 2;

	for (int i = 0; i < 3; i++)
		store_relaxed(&item((uint32_t)i)->preempted, i == at);
	fill(&q, 0, 3);
	UNIT_EQ(number(goro__globq_take_stopped(&q, false)), at);
	UNIT_EQ(globq_len(&q), left);
	globq_push(&q, item(3));
	for (int i = 0; i < 4; i++)
		if (i != at)
			UNIT_EQ(number(glist_pop(&q.list)), i);
	CU_ASSERT_PTR_NULL(glist_pop(&q.list));
	for (uint32_t i = 0; i < 3; i++)
		store_relaxed(&item(i)->preempted, 0u);
}

static void stopped(void)
{
	struct globq none = {0};

	CU_ASSERT_PTR_NULL(goro__globq_take_stopped(&none, true));
	for (int at = -1; at < 3; at++)
		stopped_at(at);
}

/* Who was stopped asleep is taken last, and only if that is asked for. */
static void stopped_asleep(void)
{
	struct globq q = {0};

	fill(&q, 0, 3);
	store_relaxed(&item(0)->preempted, STOPPED_ASLEEP);
	store_relaxed(&item(2)->preempted, STOPPED);
	UNIT_EQ(number(goro__globq_take_stopped(&q, true)), 2);
	CU_ASSERT_PTR_NULL(goro__globq_take_stopped(&q, false));
	UNIT_EQ(number(goro__globq_take_stopped(&q, true)), 0);
	store_relaxed(&item(0)->preempted, NOT_STOPPED);
	store_relaxed(&item(2)->preempted, NOT_STOPPED);
}

static const struct unit_test tests[] = {
	{"a P takes its share", shares},
	{"a ring that gets full", no_room},
	{"push all of a list", push_all},
	{"take one that was stopped", stopped},
	{"take one that was stopped asleep", stopped_asleep},
	{NULL, NULL},
};

const struct unit_suite globq_suite = {"global queue", tests};
