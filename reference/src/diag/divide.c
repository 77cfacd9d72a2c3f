/*
 * divide.c - the rest of memory: areas of malloc, and roots.
 *
 * A block of malloc is alive once it is reached.  Memory that is neither apart
 * nor in an area of malloc is a root, if it may have pointers of the program.
 */
#include "diag/divide.h"

#include <string.h>

#include "base/text.h"
#include "diag/maps.h"

static void add_area(struct search *s, const struct area *a)
{
	if (s->areas.n == s->areas.cap)
		s->full = true;
	else
		s->areas.v[s->areas.n++] = *a;
}

/* Returns the next multiple of ARENA_ALIGN. */
static uintptr_t next_arena(uintptr_t at)
{
	return (at + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
}

/* Divides [lo, hi): large blocks are at its start, arenas anywhere. */
static void divide(struct search *s, uintptr_t lo, uintptr_t hi)
{
	struct area a;
	uintptr_t arena;

	while (lo % s->page == 0 && goro__area_large(&a, lo, hi)) {
		add_area(s, &a);
		lo = a.hi;
	}
	for (arena = next_arena(lo); arena < hi; arena = next_arena(arena)) {
		if (!goro__area_arena(&a, arena, hi)) {
			arena++;
			continue;
		}
		add_span(s, &s->roots, lo, a.begin);
		add_area(s, &a);
		arena = lo = a.end;
	}
	add_span(s, &s->roots, lo, hi);
}

static void divide_heap(struct search *s, const struct mapping *m)
{
	struct area a;

	if (goro__area_main(&a, m->lo, m->hi))
		add_area(s, &a);
	else
		add_span(s, &s->roots, m->lo, m->hi);
}

/* Divides the parts of m that are not apart. */
static void divide_mapping(struct search *s, const struct mapping *m)
{
	uintptr_t lo = m->lo;

	for (uint32_t i = 0; i < s->apart.n; i++) {
		const struct span *a = &s->apart.v[i];

		if (a->hi <= lo || a->lo >= m->hi)
			continue;
		if (a->lo > lo)
			divide(s, lo, a->lo);
		lo = a->hi;
	}
	if (lo == m->lo && strcmp(m->path, "[heap]") == 0)
		divide_heap(s, m);
	else if (lo < m->hi)
		divide(s, lo, m->hi);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/*
 * True if the program may have put pointers into m, and m can be read: a device
 * may act when it is read.  What the kernel maps itself begins with "[v".
 */
static bool holds_pointers(const struct mapping *m)
{
	if (!m->readable || begins(m->path, "[v"))
		return false;
	if (begins(m->path, "/dev/"))
		return begins(m->path, "/dev/shm/") ||
		       begins(m->path, "/dev/zero");
	return m->writable || m->path[0] != '/';
}

bool goro__divide(struct search *s)
{
	struct mapping m;
	struct maps maps;

	if (!goro__maps_open(&maps))
		return false;
	while (goro__maps_next(&maps, &m))
		if (holds_pointers(&m))
			divide_mapping(s, &m);
	goro__maps_close(&maps);
	return true;
}
