/*
 * lockthread.h - Ms that are locked to a goroutine.
 */
#ifndef GORO_LOCKTHREAD_H
#define GORO_LOCKTHREAD_H

#include "sched/types.h"

struct g *goro__stoplockedm(struct m *m);
void goro__startlockedm(struct g *g);
bool goro__exit_locked(struct m *m, struct g *g);
void goro__mexit(struct m *m);

#endif
