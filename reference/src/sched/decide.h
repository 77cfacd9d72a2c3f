/*
 * decide.h - the decisions of a run that is explored: each is a number, taken
 * from the schedule that is given or drawn by a strategy, and written down.
 */
#ifndef GORO_DECIDE_H
#define GORO_DECIDE_H

#include "sched/explored.h"
#include "sched/reduce.h"
#include "sched/types.h"

/* What the strategies know of a goroutine. */
struct explored_g {
	goro_fn fn; /* its function, which explore.c calls */
	void *arg;
	int64_t priority;  /* of PCT: the highest goes on */
	struct touch next; /* what it touches up to its next step */
	bool all_ever;     /* that is all, always */
	bool sleeps;       /* reduce.h */
	struct explored_g *free;
};

/* The options of a decision; who[i] is NULL for one that is no goroutine. */
struct options {
	struct explored_g **who;
	uint32_t n;
	enum explored_kind kind;
	bool clock; /* the last is that time goes on */
};

/* The run's schedule, once it is explored. */
extern struct explored *goro__explored_run
	__attribute__((visibility("hidden")));

/* Sets up the strategy. */
void goro__decide_start(struct explored *run);
/* Returns which of o is chosen. */
uint32_t goro__decide(const struct options *o);
/* There is but one option, or none: nothing is to be decided. */
void goro__decide_alone(const struct options *o);
/* The run asks the world outside: it may do otherwise when it is repeated. */
void goro__decide_outside(void);
static inline void decided_outside(void)
{
	if (unlikely(mp() & MP_EXPLORED))
		goro__decide_outside();
}

/* g is new. */
void goro__decide_new(struct explored_g *g);
/* g gives way to all others. */
void goro__decide_yields(struct explored_g *g);

#endif
