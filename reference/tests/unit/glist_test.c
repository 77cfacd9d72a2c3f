/*
 * glist_test.c - lists of goroutines against an array that models them.
 */
#include "ring.h"

struct model {
	int at[RING_ITEMS];
	uint32_t n;
};

static void same(struct glist *l, const struct model *m)
{
	uint32_t i = 0;
	struct g *g = l->head;

	UNIT_EQ(l->n, m->n);
	for (; g && i < m->n; g = g->schedlink, i++)
		UNIT_EQ(number(g), m->at[i]);
	UNIT_EQ(i, m->n);
	CU_ASSERT_PTR_NULL(g);
	UNIT_EQ(number(l->tail), m->n ? m->at[m->n - 1] : -1);
}

static void model_insert(struct model *m, uint32_t at, int v)
{
	memmove(m->at + at + 1, m->at + at, (m->n - at) * sizeof(int));
	m->at[at] = v;
	m->n++;
}

static int model_pop(struct model *m)
{
	int v = m->n ? m->at[0] : -1;

	if (m->n == 0)
		return -1;
	m->n--;
	memmove(m->at, m->at + 1, m->n * sizeof(int));
	return v;
}

static void step(struct glist *l, struct model *m, struct glist *spare)
{
	struct g *g;
	int v;

	if (unit_rand(5) < 2) {
		v = model_pop(m);
		g = glist_pop(l);
		UNIT_EQ(number(g), v);
		if (g)
			glist_push(spare, g);
		return;
	}
	g = glist_pop(spare);
	if (!g)
		return;
	if (unit_rand(2)) {
		model_insert(m, m->n, number(g));
		glist_push(l, g);
	} else {
		model_insert(m, 0, number(g));
		glist_push_front(l, g);
	}
}

static void against_model(void)
{
	struct glist l = {0}, spare = {0};
	struct model m = {.n = 0};

	for (uint32_t i = 0; i < 40; i++)
		glist_push(&spare, item(i));
	for (int i = 0; i < 5000; i++) {
		step(&l, &m, &spare);
		same(&l, &m);
	}
}

static void append_sizes(uint32_t a, uint32_t b)
{
	struct glist to = {0}, from = {0};
	struct model m = {.n = 0};

	for (uint32_t i = 0; i < a + b; i++) {
		glist_push(i < a ? &to : &from, item(i));
		model_insert(&m, m.n, (int)i);
	}
	glist_append(&to, &from);
	same(&to, &m);
	UNIT_EQ(from.n, 0);
	CU_ASSERT_PTR_NULL(from.head);
	CU_ASSERT_PTR_NULL(from.tail);
	glist_push(&to, item(500));
	model_insert(&m, m.n, 500);
	same(&to, &m);
}

static void append(void)
{
	for (uint32_t a = 0; a < 4; a++)
		for (uint32_t b = 0; b < 4; b++)
			append_sizes(a, b);
}

static const struct unit_test tests[] = {
	{"push, push in front, pop", against_model},
	{"append", append},
	{NULL, NULL},
};

const struct unit_suite glist_suite = {"list", tests};
