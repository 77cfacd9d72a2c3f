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

/* The calling thread is that M from now on. */
struct m *harness_be(int i);

#endif
