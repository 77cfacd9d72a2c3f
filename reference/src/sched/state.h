/*
 * state.h - every change of a G's status and of a P's, and of which M has
 * which P.  No other file stores g->status, p->status, m->p or p->m (make lint).
 *
 *	G  start   idle, dead -> runnable     park   running -> waiting
 *	   run     runnable -> running        ready  waiting -> runnable
 *	   yield   running -> runnable        end    running -> dead
 *	   resume  runnable -> running, on an M of its own that sleeps yet
 *	   call    running -> syscall -> running, or runnable without a P
 *
 *	P  acquirep   idle -> running         stop   idle -> stopped
 *	   releasep   running -> idle         start  stopped -> idle
 *	   call       running -> syscall -> running, or idle if it is taken
 *
 * One thread at a time may change a G's status: the one that runs it, or has
 * taken it off a queue or a list of waiters.  The same goes for a P, its owner or
 * whoever has taken it from one; only in a call two may want it, its M and
 * whoever takes it, and a compare and swap decides.  A queue or a lock orders
 * one such thread after the other, so relaxed stores do but where one is said
 * to pair.
 */
#ifndef GORO_STATE_H
#define GORO_STATE_H

#include "base/check.h"
#include "sched/types.h"

static inline bool g_is(const struct g *g, enum gstatus s)
{
	return load_relaxed(&g->status) == s;
}

static inline bool p_is(const struct p *p, enum pstatus s)
{
	return load_relaxed(&p->status) == s;
}

/* g is about to be queued on p. */
static inline void check_queued(struct p *p, struct g *g)
{
	goro_check(load_relaxed(&p->m) == goro__m(),
		   "a goroutine is queued on a P of another thread");
	goro_check(g_is(g, GRUNNABLE),
		   "a goroutine is queued that is not runnable");
}

/* ---- goroutines ----------------------------------------------------------- */

/* g is new, or was dead. */
static inline void state_start(struct g *g)
{
	goro_check(g_is(g, GIDLE) || g_is(g, GDEAD),
		   "a goroutine starts that is none yet");
	store_relaxed(&g->status, GRUNNABLE);
}

/* g is what runs on m from here on.  One that was resumed runs already. */
static inline void state_run(struct m *m, struct g *g)
{
	goro_check(!g->schedlink, "a goroutine runs that is on a list");
	goro_check(!g->lockedm || g->lockedm == m,
		   "a goroutine runs on another thread than its own");
	goro_check(g_is(g, GRUNNABLE) || (g->lockedm && g_is(g, GRUNNING)),
		   "a goroutine runs that is not runnable");
	m->curg = g;
	g->m = m;
	store_relaxed(&g->status, GRUNNING);
}

static inline void state_yield(struct g *g)
{
	goro_check(g_is(g, GRUNNING), "a goroutine yields that does not run");
	store_relaxed(&g->status, GRUNNABLE);
}

/* g is running on m, which has a P. */
static inline void state_park(struct m *m, struct g *g, enum wait_reason why)
{
	goro_check(m->curg == g && m->p && g_is(g, GRUNNING),
		   "a goroutine parks that does not run");
	g->reason = (uint16_t)why;
	g->since = load_relaxed(&goro__seconds);
	store_relaxed(&g->status, GWAITING);
}

/* g waits, and is on no list of waiters any more; it is on no queue yet. */
static inline void state_ready(struct g *g)
{
	goro_check(g_is(g, GWAITING), "a goroutine is made ready twice");
	store_relaxed(&g->status, GRUNNABLE);
}

/* g runs next on g->lockedm, which is woken for it then. */
static inline void state_resume(struct g *g)
{
	goro_check(g_is(g, GRUNNABLE),
		   "a goroutine goes on that is not runnable");
	/* Pairs with ask_runner(): g->m is set. */
	store_release(&g->status, GRUNNING);
}

/* All that it had deferred has run. */
static inline void state_end(struct g *g)
{
	goro_check(!g->stack->defers && !g->stack->frame,
		   "a goroutine ends with calls that it has deferred");
	goro_check(g_is(g, GRUNNING), "a goroutine ends that does not run");
	store_relaxed(&g->status, GDEAD);
}

/* ---- blocking calls ------------------------------------------------------- */

static inline void state_call(struct g *g)
{
	goro_check(g_is(g, GRUNNING), "a goroutine calls that does not run");
	g->since = load_relaxed(&goro__seconds);
	store_relaxed(&g->status, GSYSCALL);
}

/* The call is over.  A thread of the program is as in one before its first. */
static inline void state_call_over(struct g *g, enum gstatus next)
{
	goro_check(g_is(g, GSYSCALL) || (g->system && g_is(g, GIDLE)),
		   "a goroutine ends a call that is in none");
	store_relaxed(&g->status, next);
}

/* The P of m is left behind, m->oldp. */
static inline void state_leave_p(struct m *m)
{
	struct p *p = m->p;

	add_relaxed(&p->syscalltick, 1u);
	m->oldp = p;
	m->p = NULL;
	store_relaxed(&p->m, NULL);
	/* From here the P may be taken; before a look at stopping. */
	store_seq(&p->status, PSYSCALL);
}

/* m has the P p from here on. */
static inline void state_has(struct m *m, struct p *p)
{
	goro_check(!m->p && !load_relaxed(&p->m),
		   "a thread takes a second P, or a P a second thread");
	m->p = p;
	store_relaxed(&p->m, m);
	if (unlikely(m->lockedg != NULL)) /* lockthread.c */
		store_relaxed(&p->resched, 1u);
}

/* Takes the P back that m left behind; false: somebody else has. */
static inline bool state_take_back_p(struct m *m)
{
	uint32_t in_call = PSYSCALL;

	if (!cas_acq_rel(&m->oldp->status, &in_call, PRUNNING))
		return false;
	state_has(m, m->oldp);
	add_relaxed(&m->p->syscalltick, 1u);
	return true;
}

/* ---- Ps ------------------------------------------------------------------- */

/* The calling M, which has none, has p, which is idle and in no list. */
void goro__acquirep(struct p *p);
/* The same with the P that whoever has woken it gave it; returns that. */
struct p *goro__take_nextp(void);
/* The P of the calling M is idle, and nobody's; returns it. */
struct p *goro__releasep(void);
/* Takes p from the blocking call it is left in; false: it is in none. */
bool goro__retake(struct p *p);
/* p, idle and nobody's, is the stopper's of the world.  sched.lock is held. */
void goro__stop_p(struct p *p);
/* With the world stopped: p is idle.  sched.lock is held. */
void goro__start_p(struct p *p);

#endif
