/*
 * steps.h - the steps of a run that is explored, as text.
 */
#ifndef GORO_STEPS_H
#define GORO_STEPS_H

#include "sched/types.h"

/*
 * Counts g's step, the caller's, if goro-explore does (pairs.h), and prints it if
 * the environment has GORO_STEPS=1.
 */
void goro__steps_say(const struct g *g, uint32_t step, const char *call);

#endif
