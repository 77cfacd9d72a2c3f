/*
 * tally.h - how often each stack was seen, and with what sum.  What a profile
 * consists of.
 */
#ifndef GORO_TALLY_H
#define GORO_TALLY_H

#include "diag/grow.h"

enum { TALLY_DEPTH = 64, TALLY_LISTS = 1024 };

struct tally_entry {
	uint64_t count, sum;
	uintptr_t tag; /* what else tells two entries apart: see profile.h */
	uint32_t next; /* in its list: offset in memory, 0 at the end */
	uint32_t depth;
	uintptr_t pcs[];
};

/* All zero is empty. */
struct tally {
	struct grow memory;
	uint32_t entries;
	uint32_t lists[TALLY_LISTS];
};

/* A copy to read from, in order. */
struct tally_list {
	struct grow memory, order;
	const struct tally_entry **entries;
	uint32_t n;
};

/* Adds to the entry of this stack and tag.  The caller alone uses t. */
void goro__tally_add(struct tally *t, const uintptr_t *pcs, uint32_t depth,
		     uintptr_t tag, uint64_t count, uint64_t sum);
/* Makes a copy of t for goro__tally_sort().  False: no memory. */
bool goro__tally_copy(struct tally_list *l, const struct tally *t);
/* Puts the entries in order: the largest sum or, if all are 0, count first. */
void goro__tally_sort(struct tally_list *l);
void goro__tally_list_free(struct tally_list *l);
void goro__tally_free(struct tally *t);

#endif
