/*
 * grow.h - memory that must not grow with the number of operations.
 *
 * A leak shows in every window of operations, whatever else the process does
 * shows in some: a heap that is collected grows between two collections, and
 * an allocator takes memory in large pieces.  So one quiet window of many is
 * enough.
 */
#ifndef ASSAY_CASES_GROW_H
#define ASSAY_CASES_GROW_H

#include <stdint.h>

struct growth {
	const char *name;
	void (*op)(void *arg);
	void *arg;
	int64_t n; /* calls of op in a window */
};

/*
 * Checks that a window can be found, after a first one, in which resident
 * memory grows by less than 40 bytes a call, and what malloc has given out by
 * less than 16.
 */
void check_no_growth(const struct growth *g);

#endif
