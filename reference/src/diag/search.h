/*
 * search.h - what the parts of the search for lost goroutines share.
 */
#ifndef GORO_SEARCH_H
#define GORO_SEARCH_H

#include "diag/blocks.h"
#include "diag/tasks.h"
#include "diag/waiters.h"

/* Bytes below the stack pointer that a function may use. */
enum { RED_ZONE = 128 };

struct span {
	uintptr_t lo, hi;
};

struct spans {
	struct span *v;
	uint32_t n, cap;
};

struct areas {
	struct area *v;
	uint32_t n, cap;
};

/* What was reached and is still to be scanned.  Each thing comes once. */
struct work {
	struct block **block;
	struct g **g;
	uint32_t nblock, ng;
};

enum { WINDOW = 1 << 16, ACROSS = sizeof(uintptr_t) - 1, PAGES_AT_ONCE = 512 };
enum { MOST_SPANS = 1 << 16 };

/* The result is GORO_ENOTSUP, GORO_ENOMEM, or how many are lost. */
struct search {
	struct spans apart;  /* memory that is not alive as a whole */
	struct spans frames; /* those on the stacks of Ms */
	struct spans roots;
	struct areas areas;
	struct blocks blocks;
	struct waiters waiters;
	struct work work;
	uintptr_t lo, span; /* where all blocks, stacks and Gs are */
	int mem, pagemap;   /* the kernel's view of this process */
	uintptr_t page;     /* bytes of one */
	uintptr_t here; /* a thread's call: where its frames begin; else 0 */
	bool in_frames; /* what is scanned now is frames */
	bool full;      /* there was too little room */
	int64_t found;  /* the result */
	_Alignas(uintptr_t) char window[WINDOW + ACROSS];
	uint64_t present[PAGES_AT_ONCE];
	struct tasks tasks;
	struct span apart_room[MOST_SPANS], roots_room[MOST_SPANS];
	struct span frames_room[MOST_SPANS];
	struct area area_room[MOST_SPANS];
};

/* Adds [lo, hi), unless that is empty. */
static inline void add_span(struct search *s, struct spans *to, uintptr_t lo,
			    uintptr_t hi)
{
	if (lo >= hi)
		return;
	if (to->n == to->cap)
		s->full = true;
	else
		to->v[to->n++] = (struct span){lo, hi};
}

#endif
