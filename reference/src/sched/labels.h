/*
 * labels.h - names that a program gives its goroutines, which those inherit
 * that they start.
 */
#ifndef GORO_LABELS_H
#define GORO_LABELS_H

#include "sched/types.h"

/*
 * A set of labels, sorted by key, that never changes: its goroutines share it.
 * The memory of one that nobody has any more is used again, but never goes
 * away; so a signal handler may read the set of any goroutine, and sees at
 * worst parts of two.
 */
struct labels;

/* Gives g, which is new, the labels of parent. */
void goro__labels_share(struct g *g, const struct g *parent);
/* Takes g's labels from it. */
void goro__labels_drop(struct g *g);

/* Finds the label at *at, 0 at first, and moves on.  False: there is none. */
bool goro__labels_next(const struct labels *l, size_t *at, const char **key,
		       const char **value);

/* Where a debugger finds the text: layout.c. */
struct labels_layout {
	uint64_t size, text;
};
extern const struct labels_layout goro__labels_layout
	__attribute__((visibility("hidden")));

#endif
