/*
 * steps.h - the steps of a run that is explored, as text.
 */
#ifndef GORO_STEPS_H
#define GORO_STEPS_H

#include "sched/types.h"

/* Prints g's step, the caller's, if the environment has GORO_STEPS=1. */
void goro__steps_say(const struct g *g, uint32_t step, const char *call);

#endif
