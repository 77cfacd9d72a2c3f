/*
 * globq_races.c - Ps that take shares of the global queue, steal from each
 * other, run what they got and queue it anew: every goroutine runs as often as
 * it was queued, and is on one list at a time.
 *
 * A goroutine that has run is linked into the free list of its P at once, and
 * from there into the queue.  One that a thief could see before it was off the
 * queue would take the rest of it along.
 */
#include <stdlib.h>

#include "base/sys.h"
#include "sched/globq.h"
#include "threads.h"

enum { PS = 4, ITEMS = 64, FREE = 4, TURNS = 20000 * STRESS_SCALE };

static struct globq queue;
static struct lock queue_lock;
static struct runq ring[PS];
static struct g *items;
static _Atomic(int64_t) turns; /* left */

struct owner {
	uint32_t id;
	struct glist ended;
	uint64_t shares, stolen;
};

static struct g *take(struct owner *o)
{
	struct g *g;

	if (globq_len(&queue) == 0)
		return NULL;
	lock(&queue_lock);
	g = goro__globq_take(&queue, &ring[o->id], PS, RUNQ_SIZE / 2);
	unlock(&queue_lock);
	o->shares += g != NULL;
	return g;
}

static struct g *find(struct owner *o, uint32_t turn)
{
	struct g *g = runq_pop(&ring[o->id]);
	uint32_t victim = (o->id + 1 + turn % (PS - 1)) % PS;

	if (g)
		return g;
	if (turn % 2 && (g = take(o)) != NULL)
		return g;
	g = goro__runq_steal(&ring[o->id], &ring[victim], false);
	o->stolen += g != NULL;
	return g;
}

/* parent is plain: two that run it at once are a race, and lose a turn. */
static void run(struct owner *o, struct g *g)
{
	g->parent++;
	glist_push(&o->ended, g);
	if (o->ended.n < FREE)
		return;
	lock(&queue_lock);
	globq_push(&queue, glist_pop(&o->ended));
	globq_push_all(&queue, &o->ended);
	unlock(&queue_lock);
}

static void *own(void *arg)
{
	struct owner *o = arg;

	for (uint32_t turn = 0; load_relaxed(&turns) > 0; turn++) {
		struct g *g = find(o, turn);

		if (!g && turn % 64 == 0)
			sys_yield();
		if (!g)
			continue;
		add_relaxed(&turns, -1);
		run(o, g);
	}
	return NULL;
}

/* All are where they can be found, once each; their turns add up. */
static void check_all_there(void)
{
	int64_t ran = 0;
	uint32_t there = 0, twice = 0;
	struct g *g;

	for (int i = 0; i < PS; i++)
		while ((g = runq_pop(&ring[i])) != NULL)
			globq_push(&queue, g);
	UNIT_EQ(globq_len(&queue), ITEMS);
	while (there <= ITEMS && (g = glist_pop(&queue.list)) != NULL) {
		twice += g->goid != 0;
		g->goid = 1;
		ran += g->parent;
		there++;
	}
	UNIT_EQ(there, ITEMS);
	UNIT_EQ(twice, 0);
	UNIT_EQ(ran, TURNS - load_relaxed(&turns));
}

static void share_steal_end(void)
{
	struct owner owners[PS] = {{0}};
	struct threads threads;
	uint64_t shares = 0;

	items = aligned_alloc(CACHE_LINE, ITEMS * sizeof(*items));
	CU_ASSERT_FATAL(items != NULL);
	memset(items, 0, ITEMS * sizeof(*items));
	for (uint32_t i = 0; i < ITEMS; i++)
		globq_push(&queue, &items[i]);
	store_relaxed(&turns, (int64_t)TURNS);
	for (uint32_t i = 0; i < PS; i++)
		owners[i].id = i;
	goro__mp = 1;
	threads_start(&threads, PS, own, owners, sizeof(*owners));
	threads_join(&threads);
	goro__mp = 0;
	for (int i = 0; i < PS; i++) {
		shares += owners[i].shares;
		globq_push_all(&queue, &owners[i].ended);
	}
	CU_ASSERT_TRUE(shares > 0);
	check_all_there();
	queue = (struct globq){0};
	free(items);
}

static const struct unit_test tests[] = {
	{"4 Ps share, steal, run and queue anew", share_steal_end},
	{NULL, NULL},
};

const struct unit_suite globq_races = {"global queue", tests};
