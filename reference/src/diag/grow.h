/*
 * grow.h - memory that grows at its end, straight from the kernel: a goroutine
 * that is stopped may hold malloc's lock.  It may move when it grows.  If there
 * is no more, it stays as it is and says so at the end.
 */
#ifndef GORO_GROW_H
#define GORO_GROW_H

#include "base/sys.h"

struct grow {
	char *at;
	size_t len, cap;
	bool failed; /* something was left out */
};

enum { GROW_FIRST = 1 << 16 };

static inline bool grow_room(struct grow *g, size_t n)
{
	size_t cap = g->cap ? g->cap : GROW_FIRST;
	void *at;

	while (cap < g->len + n)
		cap *= 2;
	at = g->cap == cap ? g->at
	     : g->cap      ? sys_remap(g->at, g->cap, cap)
			   : sys_map(cap);
	if (!at) {
		g->failed = true;
		return false;
	}
	g->at = at;
	g->cap = cap;
	return true;
}

/* Returns n more bytes, or NULL.  They are zero if it was never cleared. */
static inline void *grow_add(struct grow *g, size_t n)
{
	void *at;

	if (!grow_room(g, n))
		return NULL;
	at = g->at + g->len;
	g->len += n;
	return at;
}

static inline void grow_free(struct grow *g)
{
	if (g->at)
		sys_unmap(g->at, g->cap);
	*g = (struct grow){0};
}

#endif
