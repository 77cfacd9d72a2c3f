/*
 * explore.h - runs whose schedule is decided step by step: goro-explore.
 *
 * There is one P, no preemption, and time is virtual.  A step is a call of goro
 * by a goroutine.  Before each, and whenever a goroutine has parked or ended,
 * goro__decide() says which one goes on.
 *
 * Off is free, by two detours that are there already.  The program's code runs
 * as if it were outside of goroutines: goro__m() is NULL, so each public call
 * comes to goro__call_begin(), which makes the step and gives the thread its M
 * for the time of the call.  And goro__mp has MP_EXPLORED, with which p->resched
 * stays set: each switch goes over g0, where goro__attend() puts the goroutine
 * that was chosen first.
 */
#ifndef GORO_EXPLORE_H
#define GORO_EXPLORE_H

#include "sched/reduce.h"
#include "sched/types.h"
#include "sched/user.h"

/* The run that begins is explored; no P runs anything yet. */
void goro__explore_start(void);
/* The caller waits for all others, by yields. */
void goro__explore_gives_way(void);
/* Main has returned: waits for the others; the process ends if any is left. */
void goro__explore_main_ended(void);

/* g is new, and on no queue yet. */
void goro__explore_new(struct g *g);
/* Returns what g's step touches; as one object those of a select. */
struct touch goro__explored_touch(const struct g *g);
/* Returns g's function, which is not g->fn. */
goro_fn goro__explored_fn(const struct g *g);
/* On g0: puts the goroutine that is to go on first in p's queue. */
void goro__explore_turn(struct p *p);
/* A goroutine is about to draw one of n cases, on its own M. */
void goro__explore_draw(uint32_t n);
/* g, which runs, is about to make that call: others may go first. */
void goro__explore_step(struct g *g, const char *call);

#endif
