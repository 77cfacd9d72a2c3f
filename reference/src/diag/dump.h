/*
 * dump.h - what goroutines do, as text on stderr.
 */
#ifndef GORO_DUMP_H
#define GORO_DUMP_H

#include "sched/types.h"

void goro__dump_all(struct g *first);
void goro__dump_g(struct g *g, const char *state);

#endif
