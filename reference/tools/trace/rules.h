/*
 * rules.h - what is known of goroutines, Ps and threads while a trace is read,
 * and which event may come next.
 */
#ifndef GORO_TRACE_RULES_H
#define GORO_TRACE_RULES_H

#include "tables.h"

/* A thread, over all generations. */
struct m {
	int64_t id, p, g; /* -1: none */
};

struct known {
	struct reader *r;
	int first;     /* the first generation is being read */
	struct g *g;   /* open addressing, by id */
	size_t ng, gs; /* used, room */
	struct p *p;
	size_t ps;
	struct m *m; /* room for all */
	size_t ms;
};

void tr_known_init(struct known *k, struct reader *r);
void tr_known_free(struct known *k);
/*
 * Forgets the goroutines that have ended and the threads that hold nothing: a
 * trace without end has ever new ones.
 */
void tr_forget_ended(struct known *k);
/* The thread of that number; it stays where it is until threads are forgotten. */
struct m *tr_m(struct known *k, int64_t id);
/*
 * True if it is e's turn, by the thread m; the state is the one after it then.
 * Fails if its turn can never come.
 */
int tr_advance(struct known *k, struct m *m, const struct tr_event *e);

#endif
