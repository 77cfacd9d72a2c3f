/*
 * reduce.c - see reduce.h.
 *
 * A select that waits is taken by whoever comes first on any of its channels.
 * So channels that have been in one select count as one object: a forest, with
 * a tree for each such group.
 */
#include "sched/reduce.h"

#include "base/text.h"
#include "sched/decide.h"
#include "sched/user.h"

enum { GROUPED = 1024, SLEEPERS = 64 };

static const struct touch all = {.all = true};

const char goro__spawning;

/* What the call that begins touches.  One goroutine at a time runs. */
static struct touch next = {.all = true};

/* ---- channels of one select --------------------------------------------------- */

static struct {
	const void *c[GROUPED];
	uint32_t parent[GROUPED];
	uint32_t n;
} groups;

/* Returns c's place, or groups.n if it has none. */
static uint32_t place_of(const void *c)
{
	uint32_t i = 0;

	while (i < groups.n && groups.c[i] != c)
		i++;
	return i;
}

static uint32_t root_of(uint32_t i)
{
	while (groups.parent[i] != i)
		i = groups.parent[i];
	return i;
}

static const void *object_of(const void *c)
{
	uint32_t i = place_of(c);

	return i < groups.n ? groups.c[root_of(i)] : c;
}

/* Returns the root of c's group, or GROUPED: there is no room. */
static uint32_t group_of(const void *c)
{
	uint32_t i = place_of(c);

	if (i == GROUPED)
		return GROUPED;
	if (i == groups.n) {
		groups.c[i] = c;
		groups.parent[i] = i;
		groups.n++;
	}
	return root_of(i);
}

/* Makes the groups of a and b one.  False: there is no room. */
static bool join(const void *a, const void *b)
{
	uint32_t x = group_of(a), y = group_of(b);

	if (x == GROUPED || y == GROUPED)
		return false;
	groups.parent[x] = y;
	return true;
}

/* ---- what a call touches ------------------------------------------------------- */

void goro__touches(const void *a, const void *b)
{
	if (explored())
		next = (struct touch){.a = a, .b = b};
}

void goro__touches_alike(const void *a)
{
	if (explored())
		next = (struct touch){.a = a, .commutes = true};
}

void goro__touches_cases(const struct goro_case *cases, size_t n)
{
	const void *first = NULL;

	if (!explored())
		return;
	next = all;
	for (size_t i = 0; cases && i < n; i++) {
		if (!cases[i].c)
			continue;
		if (first && !join(first, cases[i].c))
			return;
		first = cases[i].c;
	}
	next = (struct touch){.a = first};
}

void goro__touches_ever_all(void)
{
	if (explored())
		next = (struct touch){.all = true, .ever_all = true};
}

struct touch goro__touched(void)
{
	struct touch t = next;

	next = all;
	return t;
}

/* ---- sleeping ------------------------------------------------------------------- */

struct touch goro__touch_by_object(const struct touch *t)
{
	struct touch u = *t;

	u.a = u.a ? object_of(u.a) : NULL;
	u.b = u.b ? object_of(u.b) : NULL;
	return u;
}

static bool same(const void *a, const void *b)
{
	return a && b && object_of(a) == object_of(b);
}

static bool depend(const struct touch *x, const struct touch *y)
{
	if (x->all || y->all)
		return true;
	if (!same(x->a, y->a) && !same(x->a, y->b) && !same(x->b, y->a) &&
	    !same(x->b, y->b))
		return false;
	return !x->commutes || !y->commutes;
}

uint64_t goro__sleepers(const struct options *o)
{
	uint64_t set = 0;

	for (uint32_t i = 0; i < o->n && i < SLEEPERS; i++)
		if (o->who[i] && o->who[i]->sleeps)
			set |= UINT64_C(1) << i;
	return set;
}

void goro__reduce_chosen(const struct options *o, uint32_t chosen)
{
	const struct explored_g *goes = o->who[chosen];
	const struct touch *t = goes ? &goes->next : &all;

	for (uint32_t i = 0; i < o->n; i++) {
		struct explored_g *e = o->who[i];

		if (!e)
			continue;
		if (i < chosen && i < SLEEPERS)
			e->sleeps = true;
		if (e == goes || depend(&e->next, t))
			e->sleeps = false;
	}
}

void goro__reduce_time(struct explored_g **who, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (who[i])
			who[i]->sleeps = false;
}
