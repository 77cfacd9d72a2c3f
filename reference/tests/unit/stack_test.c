/*
 * stack_test.c - classes of stacks, their guards and their reuse.
 */
#include <string.h>
#include <unistd.h>

#include "fake_p.h"
#include "sched/gfree.h"
#include "sched/stack.h"
#include "sched/runq.h"
#include "unit.h"

enum { KIB = 1024, GUARD = 4 * 4096, MANY = 3000 };

static struct fake fake;

static void classes(void)
{
	static const size_t sizes[] = {64 * KIB, 256 * KIB, 1024 * KIB,
				       8192 * KIB};

	UNIT_EQ(goro__stack_class(0), 0);
	UNIT_EQ(goro__stack_class(1), 0);
	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		UNIT_EQ(goro__stack_size(i), sizes[i]);
		UNIT_EQ(goro__stack_class(sizes[i]), i);
		UNIT_EQ(goro__stack_class(sizes[i] - 1), i);
	}
	UNIT_EQ(goro__stack_class(sizes[0] + 1), 1);
	UNIT_EQ(goro__stack_class(sizes[1] + 1), 2);
	UNIT_EQ(goro__stack_class(sizes[2] + 1), 3);
	UNIT_EQ(goro__stack_class(sizes[3] + 1), -1);
	UNIT_EQ(goro__stack_class(SIZE_MAX), -1);
}

static void default_class(void)
{
	goro__stack_init(64 * KIB / SAN_STACK_SCALE);
	UNIT_EQ(goro__default_class, 0);
	goro__stack_init(65 * KIB / SAN_STACK_SCALE);
	UNIT_EQ(goro__default_class, 1);
	goro__stack_init((size_t)1 << 40);
	UNIT_EQ(goro__default_class, GORO_STACK_CLASSES - 1);
	goro__stack_init(1);
	UNIT_EQ(goro__default_class, 0);
}

/* Whether the byte may be read, asked of the kernel. */
static bool readable(const char *p)
{
	int fd[2];
	bool yes;

	CU_ASSERT_FATAL(pipe(fd) == 0);
	yes = write(fd[1], p, 1) == 1;
	close(fd[0]);
	close(fd[1]);
	return yes;
}

static void begin(void)
{
	fake_begin(&fake);
	goro__default_class = 0;
}

/* A G as the go statement has it. */
static struct g *taken(int size_class)
{
	struct g *g = goro__gfget(&fake.p, size_class);

	CU_ASSERT_FATAL(g != NULL);
	san_fiber_new(&g->san);
	return g;
}

/* A G with a stack. */
static struct g *started(int size_class)
{
	struct g *g = taken(size_class);

	if (!g->stack)
		CU_ASSERT_TRUE_FATAL(goro__stack_take(&fake.p, g));
	return g;
}

/* A stack can be used from end to end, and nothing right below it. */
static void guards_of(int size_class)
{
	size_t size = goro__stack_size(size_class);
	struct g *g = started(size_class);
	struct g *owner;
	char *lo = g->stack->lo;
	char *hi = (char *)g->stack;

	UNIT_EQ(g->size_class, size_class);
	UNIT_EQ(g->stack->size_class, size_class);
	CU_ASSERT_TRUE(hi - lo >= (int64_t)size + GORO_ARG_MAX);
	CU_ASSERT_TRUE(hi - lo < (int64_t)size + 4096);
	UNIT_EQ((uintptr_t)hi % 64, 0);
	lo[0] = 1;
	hi[-1] = 1;
	for (int at = 1; at <= GUARD; at += 2047) {
		CU_ASSERT_FALSE(readable(lo - at));
		CU_ASSERT_TRUE(goro__is_guard(lo - at, &owner));
		CU_ASSERT_PTR_EQUAL(owner, g);
	}
	CU_ASSERT_FALSE(readable(lo - GUARD));
	CU_ASSERT_FALSE(goro__is_guard(lo, &owner));
	CU_ASSERT_FALSE(goro__is_guard(hi, &owner));
	CU_ASSERT_TRUE(goro__is_stack(lo - GUARD) && goro__is_stack(hi));
	CU_ASSERT_FALSE(goro__is_stack((char *)&owner));
	goro__gfput(&fake.p, g);
}

static void guards(void)
{
	begin();
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		for (int n = 0; n < 3; n++)
			guards_of(i);
	fake_end(&fake);
}

/* Each G comes back with the stack that it had. */
static void warmest_first(void)
{
	struct stack *stack;
	struct g *a, *b;

	begin();
	a = started(0);
	b = started(0);
	stack = b->stack;
	CU_ASSERT_PTR_NOT_EQUAL(a, b);
	CU_ASSERT_PTR_NOT_EQUAL(a->stack, b->stack);
	goro__gfput(&fake.p, a);
	goro__gfput(&fake.p, b);
	CU_ASSERT_PTR_EQUAL(taken(0), b);
	CU_ASSERT_PTR_EQUAL(b->stack, stack);
	CU_ASSERT_PTR_EQUAL(taken(0), a);
	goro__gfput(&fake.p, a);
	goro__gfput(&fake.p, b);
	fake_end(&fake);
}

/* A G without a stack gets that of the one that ended last. */
static void of_the_ended(void)
{
	struct stack *stack;
	struct g *a, *b;

	begin();
	a = started(0);
	b = taken(0);
	while (b->stack) /* of earlier tests */
		b = taken(0);
	CU_ASSERT_PTR_NULL(b->sp);
	stack = a->stack;
	while (fake.p.sfree.head)
		slist_pop(&fake.p.sfree);
	goro__gfput(&fake.p, a);
	CU_ASSERT_TRUE(goro__stack_take(&fake.p, b));
	CU_ASSERT_PTR_EQUAL(b->stack, stack);
	CU_ASSERT_PTR_EQUAL(stack->g, b);
	CU_ASSERT_PTR_NULL(a->stack);
	CU_ASSERT_PTR_NULL(a->sp);
	CU_ASSERT_PTR_EQUAL(taken(0), a);
	CU_ASSERT_PTR_NULL(a->stack);
	goro__gfput(&fake.p, a);
	goro__gfput(&fake.p, b);
	fake_end(&fake);
}

/* Other sizes than the default are shared by all Ps, and keep their size. */
static void other_classes(void)
{
	struct g *g[GORO_STACK_CLASSES];

	begin();
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		g[i] = started(i);
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		goro__gfput(&fake.p, g[i]);
	UNIT_EQ(fake.p.gfree.head == g[0], 1);
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		CU_ASSERT_PTR_EQUAL(started(i), g[i]);
	fake_end(&fake);
}

static struct g *many[MANY];

static int overlaps(void)
{
	int wrong = 0;

	for (int i = 0; i < MANY; i++) {
		many[i] = started(0);
		memcpy(many[i]->stack->lo, &i, sizeof(i));
		memcpy((char *)many[i]->stack - sizeof(i), &i, sizeof(i));
		many[i]->goid = i;
	}
	for (int i = 0; i < MANY; i++) {
		struct stack *s = many[i]->stack;

		wrong += memcmp(s->lo, &i, sizeof(i)) != 0;
		wrong += memcmp((char *)s - sizeof(i), &i, sizeof(i)) != 0;
		wrong += many[i]->goid != i || s->g != many[i];
	}
	return wrong;
}

static void count_g(struct g *g, void *arg)
{
	(void)g;
	++*(int *)arg;
}

/* More than a slab holds; freed, the surplus leaves the P and comes back. */
static void many_at_once(void)
{
	uint64_t bytes;
	int made = 0, after = 0;

	begin();
	UNIT_EQ(overlaps(), 0);
	goro__each_g(count_g, &made);
	CU_ASSERT_TRUE(made >= MANY);
	bytes = goro__stack_bytes();
	CU_ASSERT_TRUE(bytes >= (uint64_t)MANY * 64 * KIB);
	for (int i = 0; i < MANY; i++)
		goro__gfput(&fake.p, many[i]);
	CU_ASSERT_TRUE(fake.p.gfree.n < 512);
	UNIT_EQ(overlaps(), 0);
	goro__each_g(count_g, &after);
	CU_ASSERT_TRUE(after < made + 64);
	CU_ASSERT_TRUE(goro__stack_bytes() < bytes + (uint64_t)4096 * KIB);
	for (int i = 0; i < MANY; i++)
		goro__gfput(&fake.p, many[i]);
	fake_end(&fake);
}

/* Gs that never ran cost no stack. */
static void lazy(void)
{
	uint64_t bytes = goro__stack_bytes();

	begin();
	for (int i = 0; i < MANY; i++) {
		many[i] = taken(0);
		CU_ASSERT_FATAL(many[i] != NULL);
	}
	UNIT_EQ(goro__stack_bytes(), bytes);
	for (int i = 0; i < MANY; i++)
		goro__gfput(&fake.p, many[i]);
	fake_end(&fake);
}

/* What is free globally is given back, and reads as zero then. */
static void release(void)
{
	struct stack *s;
	struct g *g;

	begin();
	g = started(2);
	s = g->stack;
	memset(s->lo, 7, 64 * KIB);
	goro__gfput(&fake.p, g);
	goro__scavenge(true);
	UNIT_EQ(s->lo[0], 0);
	UNIT_EQ(s->lo[60 * KIB], 0);
	UNIT_EQ(g->size_class, 2);
	CU_ASSERT_FALSE(readable(s->lo - 1));
	CU_ASSERT_PTR_EQUAL(started(2), g);
	CU_ASSERT_PTR_EQUAL(g->stack, s);
	s->lo[0] = 9;
	goro__gfput(&fake.p, g);
	fake_end(&fake);
}

/* Used again and freed again, it is given back again. */
static void release_again(void)
{
	struct g *g;

	begin();
	for (int i = 0; i < 3; i++) {
		struct stack *s;

		g = started(1);
		s = g->stack;
		s->lo[0] = 5;
		goro__gfput(&fake.p, g);
		goro__scavenge(true);
		UNIT_EQ(s->lo[0], 0);
	}
	fake_end(&fake);
}

/* Not what somebody took since the last time. */
static void release_surplus(void)
{
	struct stack *s;
	struct g *g;

	begin();
	goro__scavenge(true);
	g = started(1);
	s = g->stack;
	for (int i = 0; i < 3; i++) {
		s->lo[0] = 5;
		goro__gfput(&fake.p, g);
		goro__scavenge(false);
		UNIT_EQ(s->lo[0], 5);
		CU_ASSERT_PTR_EQUAL(started(1), g);
		CU_ASSERT_PTR_EQUAL(g->stack, s);
	}
	goro__gfput(&fake.p, g);
	goro__scavenge(false);
	goro__scavenge(false);
	UNIT_EQ(s->lo[0], 0);
	fake_end(&fake);
}

/* Below those that come and go. */
static void release_below(void)
{
	struct g *g[3];
	struct stack *s[3];

	begin();
	goro__scavenge(true);
	for (int i = 0; i < 3; i++) {
		g[i] = started(1);
		s[i] = g[i]->stack;
		s[i]->lo[0] = 5;
	}
	for (int i = 0; i < 3; i++)
		goro__gfput(&fake.p, g[i]);
	goro__scavenge(false);
	CU_ASSERT_PTR_EQUAL(started(1)->stack, s[2]);
	goro__gfput(&fake.p, g[2]);
	goro__scavenge(false);
	UNIT_EQ(s[2]->lo[0], 5);
	UNIT_EQ(s[1]->lo[0], 0);
	UNIT_EQ(s[0]->lo[0], 0);
	CU_ASSERT_PTR_EQUAL(started(1)->stack, s[2]);
	CU_ASSERT_PTR_EQUAL(started(1)->stack, s[1]);
	CU_ASSERT_PTR_EQUAL(started(1)->stack, s[0]);
	for (int i = 0; i < 3; i++)
		goro__gfput(&fake.p, g[i]);
	fake_end(&fake);
}

static const struct unit_test tests[] = {
	{"classes", classes},
	{"default class", default_class},
	{"guards", guards},
	{"warmest first", warmest_first},
	{"of the one that ended", of_the_ended},
	{"other classes", other_classes},
	{"many at once", many_at_once},
	{"none before the first turn", lazy},
	{"given back when idle", release},
	{"given back each time", release_again},
	{"given back if not used", release_surplus},
	{"given back below the used", release_below},
	{NULL, NULL},
};

const struct unit_suite stack_suite = {"stacks", tests};
