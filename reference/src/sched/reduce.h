/*
 * reduce.h - which orders of steps need not be tried: sleep sets.
 *
 * Two steps next to each other that touch different objects may be swapped, and
 * the program does not notice.  So of all orders that are alike but for such
 * swaps one is enough.  Godefroid's sleep sets (1996): a goroutine that has been
 * chosen at a decision, with all that came of it, sleeps when another is chosen
 * there; it wakes at the first step that touches what its own next step does.
 * Where all sleep, the run would be one that has been, and ends.
 *
 * A step's objects are known before it is made: those of the call, the same
 * whenever it goes on after a wait.  What no object is known of touches all.
 * Memory that goroutines share is no object: it is nobody's business here who
 * reads it, as long as there is no data race.
 */
#ifndef GORO_REDUCE_H
#define GORO_REDUCE_H

#include "goro.h"
#include "sched/explored.h"
#include "sched/outside.h"
#include "sched/types.h"

struct explored_g;
struct options;

/* What a step touches: at most two objects, or all. */
struct touch {
	const void *a, *b;
	bool all;
	bool ever_all; /* and so does what the goroutine does later */
	bool commutes; /* with another such step on the same object */
};

/* The call that the program's code makes touches these; NULL: no object. */
COLD void goro__touches(const void *a, const void *b);
/* The same for one whose order among its like does not matter. */
COLD void goro__touches_alike(const void *a);
/* For a select. */
COLD void goro__touches_cases(const struct goro_case *cases, size_t n);
/* Each step of the caller touches all, from now on. */
COLD void goro__touches_ever_all(void);
/* Starts goroutines: their numbers depend on the order. */
extern const char goro__spawning;

/* Returns what the last of these said of the step that begins, and forgets it. */
struct touch goro__touched(void);

/* Returns t with one object for the channels of a select. */
struct touch goro__touch_by_object(const struct touch *t);

/* The options of a decision that sleep, as bits. */
uint64_t goro__sleepers(const struct options *o);
/* Option i is chosen. */
void goro__reduce_chosen(const struct options *o, uint32_t i);
/* Time goes on, which touches all: those of o wake. */
void goro__reduce_time(struct explored_g **who, uint32_t n);

/* FROM_OUTSIDE() and the like of a call that touches an object. */
#define FROM_OUTSIDE_ON(a, b, again)                                           \
	do {                                                                   \
		if (goro__outside()) {                                         \
			goro__touches(a, b);                                   \
			FROM_OUTSIDE(again);                                   \
		}                                                              \
	} while (0)

#define FROM_OUTSIDE_ON_GIVES(a, b, again)                                     \
	do {                                                                   \
		if (goro__outside()) {                                         \
			goro__touches(a, b);                                   \
			FROM_OUTSIDE_GIVES(again);                             \
		}                                                              \
	} while (0)

#endif
