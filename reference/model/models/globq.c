/*
 * globq.c - the global queue: a P takes its share, others steal from the ring
 * that it goes to, run what they got, and reuse its link, all at once.
 *
 * Each goroutine is run once, and none is lost on the way.
 */
#include "harness.h"

#include "sched/globq.h"

enum { ITEMS = 4 };

static struct globq queue;
static struct lock queue_lock;
static struct glist ended[HARNESS_MS]; /* the free list of each */

/* It ends at once, and is on another list then. */
static void run(struct m *m, struct g *g)
{
	g->parent++; /* plain: two that run it are a race */
	glist_push_front(&ended[m->id], g);
}

static void take_share(void *unused)
{
	struct m *m = harness_be(0);
	struct g *g;

	(void)unused;
	lock(&queue_lock);
	g = goro__globq_take(&queue, &m->p->runq, 2, 4);
	unlock(&queue_lock);
	run(m, g);
	while ((g = runq_pop(&m->p->runq)) != NULL)
		run(m, g);
}

static void steal_and_end(void *unused)
{
	struct m *m = harness_be(1);
	struct g *g = goro__runq_steal(&m->p->runq, &harness_p[0].runq, false);

	(void)unused;
	while (g) {
		run(m, g);
		g = runq_pop(&m->p->runq);
	}
}

static void push_one(void *unused)
{
	harness_be(1);
	(void)unused;
	lock(&queue_lock);
	globq_push(&queue, &harness_g[ITEMS]);
	unlock(&queue_lock);
}

static void setup(void (*other)(void *))
{
	harness_reset(2, 2);
	queue = (struct globq){0};
	queue_lock = (struct lock){0};
	for (int i = 0; i < HARNESS_MS; i++)
		ended[i] = (struct glist){0};
	for (int i = 0; i < ITEMS; i++)
		globq_push(&queue, &harness_g[i]);
	model_thread("share", take_share, NULL);
	model_thread("other", other, NULL);
}

static void setup_steal(void)
{
	setup(steal_and_end);
}

static void setup_push(void)
{
	setup(push_one);
}

/* Of n goroutines each has run, or is on the queue in one piece. */
static void check_of(uint32_t n)
{
	uint32_t queued = 0, ran = 0;

	for (struct g *g = queue.list.head; g; g = g->schedlink, queued++)
		MODEL_CHECK(g->parent == 0);
	for (int i = 0; i < HARNESS_GS; i++)
		ran += harness_g[i].parent == 1;
	MODEL_CHECK(queued == queue.list.n);
	MODEL_CHECK(queued == globq_len(&queue));
	MODEL_CHECK((queue.list.tail == NULL) == (queued == 0));
	MODEL_CHECK(ran + queued == n);
}

static void check_steal(void)
{
	check_of(ITEMS);
}

static void check_push(void)
{
	check_of(ITEMS + 1);
}

const struct scenario model_scenarios[] = {
	{"share", setup_steal, check_steal, 2, 1},
	{"push", setup_push, check_push, 2, 0},
	{NULL, NULL, NULL, 0, 0},
};
