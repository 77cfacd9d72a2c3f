/*
 * ring.h - run queues for tests: goroutines that are only numbers.
 */
#ifndef GORO_UNIT_RING_H
#define GORO_UNIT_RING_H

#include <string.h>

#include "sched/runq.h"
#include "unit.h"

#define RING_ITEMS 1024

static struct g ring_items[RING_ITEMS];

static inline struct g *item(uint32_t i)
{
	store_relaxed(&ring_items[i].status, GRUNNABLE);
	return &ring_items[i];
}

/* -1: none. */
static inline int number(const struct g *g)
{
	return g ? (int)(g - ring_items) : -1;
}

/* An empty queue whose head and tail have come to start. */
static inline void ring_reset(struct runq *q, uint32_t start)
{
	memset(q, 0, sizeof(*q));
	store_relaxed(&q->head, start);
	store_relaxed(&q->tail, start);
}

/* Pushes items from, from + 1, ... */
static inline void ring_fill(struct runq *q, uint32_t from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		CU_ASSERT_FATAL(runq_push(q, item(from + i)));
}

/* Pops items from, from + 1, ... and finds the ring empty then. */
static inline void ring_expect(struct runq *q, uint32_t from, uint32_t n)
{
	uint32_t wrong = 0;

	UNIT_EQ(runq_len(q), n);
	for (uint32_t i = 0; i < n; i++)
		wrong += number(runq_pop(q)) != (int)(from + i);
	UNIT_EQ(wrong, 0);
	CU_ASSERT_PTR_NULL(runq_pop(q));
	UNIT_EQ(runq_len(q), 0);
}

/* Where head and tail start: plain, about to wrap in the ring, in 32 bits. */
static const uint32_t ring_starts[] = {
	0,
	1,
	200,
	RUNQ_SIZE - 1,
	UINT32_MAX,
	UINT32_MAX - 3,
	UINT32_MAX - RUNQ_SIZE / 2,
	UINT32_MAX - RUNQ_SIZE + 1,
};

#define RING_STARTS (sizeof(ring_starts) / sizeof(ring_starts[0]))

/* Calls fn for each start, with one P and with several. */
static inline void ring_each(void (*fn)(uint32_t start))
{
	for (goro__mp = 0; goro__mp <= 1; goro__mp++)
		for (size_t i = 0; i < RING_STARTS; i++)
			fn(ring_starts[i]);
	goro__mp = 0;
}

#endif
