/*
 * runq_races.c - one owner that pushes, pops, overflows and uses next, and
 * three thieves that steal from it and from each other: every goroutine comes
 * out exactly once.
 *
 * What the owner writes into a goroutine before it is pushed is plain memory,
 * read and written by whoever takes it: under ThreadSanitizer a missing edge
 * of the queue is a report.
 */
#include <stdlib.h>

#include "sched/runq.h"
#include "base/sys.h"
#include "threads.h"

enum { THIEVES = 3, ITEMS = 20000, ROUNDS = STRESS_SCALE, PATIENCE = 1000 };

static struct g *items;
static struct runq queue[THIEVES + 1]; /* [THIEVES] is the owner's */
static struct lock global_lock;
static struct glist global; /* what overflowed */
static atomic_uint out;     /* goroutines taken */

struct thief {
	int id;
	uint64_t stolen, nexts;
};

/* Twice the same shows as a parent that is not 0. */
static void take(struct g *g)
{
	g->parent += g->goid;
	add_relaxed(&out, 1u);
}

static struct g *take_global(void)
{
	struct g *g;

	lock(&global_lock);
	g = glist_pop(&global);
	unlock(&global_lock);
	return g;
}

static void owner_put(struct runq *q, struct g *g, bool next)
{
	if (next)
		g = runq_set_next(q, g);
	while (g && !runq_push(q, g)) {
		struct glist batch = {0};

		if (!goro__runq_overflow(q, g, &batch))
			continue;
		lock(&global_lock);
		glist_append(&global, &batch);
		unlock(&global_lock);
		return;
	}
}

static void owner_take(struct runq *q)
{
	struct g *g = runq_take_next(q);

	if (!g)
		g = runq_pop(q);
	if (g)
		take(g);
}

/* Bursts that fill the ring, and stretches with one or two in it. */
static void own(struct runq *q)
{
	for (uint32_t i = 0; i < ITEMS; i++) {
		bool burst = i / 1000 % 2;

		items[i].goid = (int64_t)i + 1;
		owner_put(q, &items[i], i % 3 == 0);
		if (!burst || i % 16 == 0)
			owner_take(q);
	}
	while (!goro__runq_empty(q))
		owner_take(q);
}

static struct g *steal_somewhere(struct thief *t, uint32_t turn)
{
	struct runq *victim =
		&queue[turn % 4 ? THIEVES : (t->id + (int)turn / 4) % THIEVES];
	bool ring = runq_len(victim) > 0;
	struct g *g;

	if (victim == &queue[t->id])
		return take_global();
	g = goro__runq_steal(&queue[t->id], victim, turn % 2);
	t->stolen += g != NULL;
	t->nexts += g && !ring;
	return g;
}

static void *thieve(void *arg)
{
	struct thief *t = arg;
	struct g *g;

	for (uint32_t turn = 0; load_relaxed(&out) < ITEMS; turn++) {
		g = steal_somewhere(t, turn);
		if (!g && turn % 64 == 0)
			sys_yield();
		if (g)
			take(g);
		while ((g = runq_pop(&queue[t->id])) != NULL)
			take(g);
	}
	return NULL;
}

static int64_t round_of(struct thief *thieves)
{
	struct threads threads;
	int64_t wrong = 0;

	memset(items, 0, ITEMS * sizeof(*items));
	store_relaxed(&out, 0u);
	for (int i = 0; i < THIEVES; i++)
		thieves[i].id = i;
	threads_start(&threads, THIEVES, thieve, thieves, sizeof(*thieves));
	own(&queue[THIEVES]);
	threads_join(&threads);
	for (uint32_t i = 0; i < ITEMS; i++)
		wrong += items[i].parent != (int64_t)i + 1;
	return wrong;
}

static uint64_t stolen_by(const struct thief *thieves)
{
	uint64_t stolen = 0;

	for (int i = 0; i < THIEVES; i++)
		stolen += thieves[i].stolen;
	return stolen;
}

/* On a busy machine the owner may be done before a thief has had a CPU. */
static void each_once(void)
{
	struct thief thieves[THIEVES] = {{0}};

	items = aligned_alloc(CACHE_LINE, ITEMS * sizeof(*items));
	CU_ASSERT_FATAL(items != NULL);
	goro__mp = 1;
	for (int i = 0; i < ROUNDS || (i < PATIENCE && !stolen_by(thieves));
	     i++)
		UNIT_EQ(round_of(thieves), 0);
	goro__mp = 0;
	CU_ASSERT_TRUE(stolen_by(thieves) > 0);
	free(items);
}

/*
 * A goroutine is put in next, and sometimes moved from there into the ring;
 * it is there all the time, and nobody may see the queue empty.
 */
static struct runq kept;
static atomic_uint stop;

static void *look(void *arg)
{
	uint64_t *seen_empty = arg;

	while (!load_relaxed(&stop))
		*seen_empty += goro__runq_empty(&kept);
	return NULL;
}

static void never_empty(void)
{
	uint64_t seen_empty[2] = {0, 0};
	struct threads threads;
	static struct g g[2];

	goro__mp = 1;
	runq_set_next(&kept, &g[0]);
	threads_start(&threads, 2, look, seen_empty, sizeof(seen_empty[0]));
	for (int i = 0; i < ROUNDS * 10000; i++) {
		struct g *old = runq_set_next(&kept, &g[(i + 1) % 2]);

		runq_push(&kept, old);
		runq_pop(&kept);
	}
	store_relaxed(&stop, 1u);
	threads_join(&threads);
	goro__mp = 0;
	UNIT_EQ(seen_empty[0] + seen_empty[1], 0);
}

static const struct unit_test tests[] = {
	{"an owner and 3 thieves, each one once", each_once},
	{"not empty while one is moved", never_empty},
	{NULL, NULL},
};

const struct unit_suite runq_races = {"run queue", tests};
