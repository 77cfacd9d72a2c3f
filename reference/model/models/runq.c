/*
 * runq.c - the run queue of a P: its owner and thieves.
 *
 * Every goroutine comes out once, with what was written into it before it went
 * in, and a queue that holds one all the time is never seen empty.  The ring
 * has four slots here, so that it wraps and overflows soon.
 */
#include "harness.h"

static struct runq owners, thiefs[2];
static struct glist global;
static struct lock global_lock;
static int made;

static struct g *make(void)
{
	struct g *g = &harness_g[made++];

	g->goid = made;
	return g;
}

/* Plain memory: a missing edge is a race, a second taker too. */
static void take(struct g *g)
{
	if (!g)
		return;
	MODEL_CHECK(g->goid != 0);
	g->parent += g->goid;
}

static void put(struct runq *q, struct g *g)
{
	struct glist batch = {0};

	while (!runq_push(q, g)) {
		if (!goro__runq_overflow(q, g, &batch))
			continue;
		lock(&global_lock);
		glist_append(&global, &batch);
		unlock(&global_lock);
		return;
	}
}

static void take_all(struct runq *q)
{
	struct g *g;

	take(runq_take_next(q));
	while ((g = runq_pop(q)) != NULL)
		take(g);
}

static void steal(void *q)
{
	take(goro__runq_steal(q, &owners, false));
	take_all(q);
}

static void steal_next(void *q)
{
	take(goro__runq_steal(q, &owners, true));
	take_all(q);
}

static void reset(void)
{
	harness_reset(2, 0);
	owners = (struct runq){0};
	thiefs[0] = thiefs[1] = (struct runq){0};
	global = (struct glist){0};
	made = 0;
}

/* ---- push and pop against one thief, and against two ---------------------- */

static void push_and_pop(void *unused)
{
	(void)unused;
	put(&owners, make());
	put(&owners, make());
	take(runq_pop(&owners));
	put(&owners, make());
	take(runq_pop(&owners));
}

static void setup_steal(void)
{
	reset();
	model_thread("owner", push_and_pop, NULL);
	model_thread("thief", steal, &thiefs[0]);
}

static void setup_steal2(void)
{
	setup_steal();
	model_thread("thief2", steal, &thiefs[1]);
}

/* ---- a full ring, near the end of its numbers ----------------------------- */

static void push_to_full(void *unused)
{
	(void)unused;
	put(&owners, make());
	put(&owners, make());
	take(runq_pop(&owners));
}

static void setup_overflow(void)
{
	reset();
	store_relaxed(&owners.head, UINT32_MAX - 1);
	store_relaxed(&owners.tail, UINT32_MAX - 1);
	for (int i = 0; i < RUNQ_SIZE; i++)
		runq_push(&owners, make());
	model_thread("owner", push_to_full, NULL);
	model_thread("thief", steal, &thiefs[0]);
}

/* ---- slots that are written again while a thief copies -------------------- */

static void wrap(void *unused)
{
	(void)unused;
	for (int i = 0; i < 3; i++) {
		take(runq_pop(&owners));
		put(&owners, make());
	}
}

static void setup_wrap(void)
{
	reset();
	for (int i = 0; i < 3; i++)
		runq_push(&owners, make());
	model_thread("owner", wrap, NULL);
	model_thread("thief", steal, &thiefs[0]);
}

/* ---- next ----------------------------------------------------------------- */

static void use_next(void *unused)
{
	struct g *old = runq_set_next(&owners, make());

	(void)unused;
	MODEL_CHECK(!old);
	old = runq_set_next(&owners, make());
	if (old)
		put(&owners, old);
	take(runq_take_next(&owners));
}

static void setup_next(void)
{
	reset();
	model_thread("owner", use_next, NULL);
	model_thread("thief", steal_next, &thiefs[0]);
}

static void setup_next2(void)
{
	setup_next();
	model_thread("thief2", steal_next, &thiefs[1]);
}

/* What was made came out once or is still in; what is left is taken here. */
static void check_each_once(void)
{
	for (uint32_t h = load_relaxed(&owners.head);
	     h != load_relaxed(&owners.tail); h++)
		take(load_relaxed(&owners.ring[h % RUNQ_SIZE]));
	take(load_relaxed(&owners.next));
	for (struct g *g = global.head; g; g = g->schedlink)
		take(g);
	for (int i = 0; i < made; i++)
		MODEL_CHECK(harness_g[i].parent == harness_g[i].goid);
}

/* ---- never empty ---------------------------------------------------------- */

/* The first goes from next to the ring, the second in and out of next. */
static void keep(void *unused)
{
	struct g *old = runq_set_next(&owners, &harness_g[1]);

	(void)unused;
	runq_push(&owners, old);
	runq_take_next(&owners);
}

static void look(void *unused)
{
	(void)unused;
	MODEL_CHECK(!goro__runq_empty(&owners));
}

static void setup_empty(void)
{
	reset();
	store_relaxed(&owners.next, &harness_g[0]);
	model_thread("owner", keep, NULL);
	model_thread("looker", look, NULL);
}

const struct scenario model_scenarios[] = {
	{"steal", setup_steal, check_each_once, 3, 2},
	{"steal2", setup_steal2, check_each_once, 2, 1},
	{"overflow", setup_overflow, check_each_once, 3, 1},
	{"wrap", setup_wrap, check_each_once, 3, 1},
	{"next", setup_next, check_each_once, 3, 2},
	{"next2", setup_next2, check_each_once, 2, 1},
	{"empty", setup_empty, NULL, 4, 2},
	{NULL, NULL, NULL, 0, 0},
};
