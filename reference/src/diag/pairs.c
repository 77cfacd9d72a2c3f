/*
 * pairs.c - see pairs.h.  One goroutine at a time runs, so there is no lock.
 */
#include "diag/pairs.h"

#include "base/text.h"
#include "sched/decide.h"
#include "sched/explore.h"

/* Objects beyond these are not looked at. */
enum { OBJECTS = 512 };

/* Who was the last to use an object. */
static struct last {
	const void *object;
	int64_t goid;
	uint32_t site;
} last[OBJECTS];

bool goro__pairs_wanted(void)
{
	return goro__explored_run && goro__explored_run->count_pairs;
}

static uint32_t mix(uintptr_t x)
{
	return (uint32_t)(((uint64_t)x * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* Returns the object's place, or NULL: there is no room. */
static struct last *last_of(const void *object)
{
	uint32_t at = mix((uintptr_t)object) % OBJECTS;

	for (uint32_t i = 0; i < OBJECTS; i++) {
		struct last *l = &last[(at + i) % OBJECTS];

		if (!l->object)
			l->object = object;
		if (l->object == object)
			return l;
	}
	return NULL;
}

/* Puts a pair into the set that the tool reads, if there is room. */
static void put(struct explored *run, uint64_t pair)
{
	uint32_t at = mix(pair) % EXPLORED_PAIRS;

	for (uint32_t i = 0; i < EXPLORED_PAIRS; i++) {
		uint64_t *p = &run->pairs[(at + i) % EXPLORED_PAIRS];

		if (*p == 0)
			*p = pair;
		if (*p == pair)
			return;
	}
}

static void add(const struct g *g, uint32_t site, const void *object)
{
	struct last *l = object ? last_of(object) : NULL;

	if (!l)
		return;
	if (l->goid != 0 && l->goid != g->goid)
		put(goro__explored_run, (uint64_t)l->site << 32 | site);
	l->goid = g->goid;
	l->site = site;
}

void goro__pairs_add(const struct g *g, uintptr_t pc)
{
	struct touch t = goro__explored_touch(g);
	uint32_t site = mix(pc) | 1; /* no pair is 0 */

	add(g, site, t.a);
	add(g, site, t.b);
}
