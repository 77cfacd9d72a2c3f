/*
 * harness.h - a runtime without goroutines' stacks, for models: Ps, Ms and Gs
 * in a known state, and stubs for what the models do not link.
 */
#ifndef MODEL_HARNESS_H
#define MODEL_HARNESS_H

#include "model.h"
#include "sched/types.h"
#include "sched/runq.h"

enum {
	HARNESS_PS = 4,
	HARNESS_MS = 5,
	HARNESS_GS = 8,
	HARNESS_TIMERS = 8 /* without growing */
};

extern struct p harness_p[];
extern struct m harness_m[];
extern struct g harness_g[];

/* All anew: n Ps, of which the first running belong to the first Ms. */
void harness_reset(int n, int running);

/*
 * A goroutine with a stack of its own, the next on the ring of that P, for Ms
 * that run goro__schedule() as it is.  It is ended once fn has returned.
 */
struct g *harness_go(int i, struct p *p, void (*fn)(void *));
/* A thread that is that M, and schedules; it sleeps at first if it has no P. */
void harness_m_thread(const char *name, int i);
/* The calling thread is that M from now on. */
struct m *harness_be(int i);

#endif
