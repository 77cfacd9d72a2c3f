/*
 * waitq_test.c - queues of waiting goroutines against an array that models
 * them.
 */
#include "wait/waitq.h"

#include <string.h>

#include "unit.h"

enum { ITEMS = 16 };

static struct sudog sudogs[ITEMS];

struct model {
	int at[ITEMS];
	int n;
};

static int number(const struct sudog *s)
{
	return s ? (int)(s - sudogs) : -1;
}

static int place_of(const struct model *m, int v)
{
	int i = 0;

	while (i < m->n && m->at[i] != v)
		i++;
	return i;
}

static void model_insert(struct model *m, int at, int v)
{
	memmove(m->at + at + 1, m->at + at, (size_t)(m->n - at) * sizeof(int));
	m->at[at] = v;
	m->n++;
}

static int model_take(struct model *m, int at)
{
	int v = at < m->n ? m->at[at] : -1;

	if (at >= m->n)
		return -1;
	m->n--;
	memmove(m->at + at, m->at + at + 1, (size_t)(m->n - at) * sizeof(int));
	return v;
}

static void same(const struct waitq *q, const struct model *m)
{
	const struct sudog *s = q->first, *prev = NULL;

	for (int i = 0; s && i < m->n; i++, prev = s, s = s->next) {
		UNIT_EQ(number(s), m->at[i]);
		CU_ASSERT_PTR_EQUAL(s->prev, prev);
	}
	CU_ASSERT_PTR_NULL(s);
	CU_ASSERT_PTR_EQUAL(q->last, prev);
	UNIT_EQ(number(prev), m->n ? m->at[m->n - 1] : -1);
}

static void step(struct waitq *q, struct model *m)
{
	int v = (int)unit_rand(ITEMS), at = place_of(m, v);

	switch (unit_rand(4)) {
	case 0:
		UNIT_EQ(number(waitq_pop(q)), model_take(m, 0));
		break;
	case 1: /* one that is off already is told */
		UNIT_EQ(waitq_remove(q, &sudogs[v]), at < m->n);
		model_take(m, at);
		break;
	case 2:
		if (at < m->n)
			break;
		waitq_push(q, &sudogs[v]);
		model_insert(m, m->n, v);
		break;
	default:
		if (at < m->n)
			break;
		waitq_push_front(q, &sudogs[v]);
		model_insert(m, 0, v);
	}
}

static void against_model(void)
{
	struct waitq q = {0};
	struct model m = {.n = 0};

	memset(sudogs, 0, sizeof(sudogs));
	for (int i = 0; i < 5000; i++) {
		step(&q, &m);
		same(&q, &m);
	}
	UNIT_EQ(number(waitq_take(&q)), m.n ? m.at[0] : -1);
	same(&q, &(struct model){.n = 0});
}

/* Those whose goroutine is woken by somebody else are passed by, and counted. */
static void claims(void)
{
	struct g free_g = {.goid = 1}, lost_g = {.goid = 2};
	struct waitq q = {0};
	uint32_t lost = 0;

	memset(sudogs, 0, sizeof(sudogs));
	store_relaxed(&lost_g.select_done, 1u);
	for (int i = 0; i < 5; i++) {
		sudogs[i].g = i == 2 ? &free_g : &lost_g;
		sudogs[i].contended = i != 3;
		waitq_push(&q, &sudogs[i]);
	}
	UNIT_EQ(number(waitq_claim(&q, &lost)), 2);
	UNIT_EQ(lost, 2);
	UNIT_EQ(load_relaxed(&free_g.select_done), 1);
	UNIT_EQ(number(waitq_claim(&q, &lost)), 3);
	UNIT_EQ(lost, 2);
	UNIT_EQ(number(waitq_claim(&q, &lost)), -1);
	UNIT_EQ(lost, 3);
}

static const struct unit_test tests[] = {
	{"push, pop, remove", against_model},
	{"claim", claims},
	{NULL, NULL},
};

const struct unit_suite waitq_suite = {"waitq", tests};
