/*
 * state.h - every change of a G's status and of a P's, and of which M has which
 * P.  No other file stores g->status, p->status, m->p or p->m (make lint).
 *
 *	G  start   idle, dead -> runnable     park   running -> waiting
 *	   run     runnable -> running        ready  waiting -> runnable
 *	   yield   running -> runnable        end    running -> dead
 *	   resume  runnable -> running, on an M of its own that still sleeps
 *	   call    running -> syscall -> running, or runnable without a P
 *
 *	P  acquirep   idle -> running         stop   idle -> stopped
 *	   releasep   running -> idle         start  stopped -> idle
 *	   call       running -> syscall -> running, or idle if it is taken
 *
 * One thread at a time may change a G's status: the thread that runs it, or
 * that has taken it off a queue or a list of waiters.  The same goes for a P:
 * its owner, or the thread that has taken it off a list.  Only in a call two
 * threads may want it, its M and one that retakes it, and a compare and swap
 * decides.  A queue or a lock orders one such thread after the other, so
 * relaxed stores do, except where a comment names a pair.
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

/* Checks g, which is about to be queued on p. */
static inline void check_queued(struct p *p, struct g *g)
{
	goro_check(load_relaxed(&p->m) == goro__m(),
		   "a goroutine is queued on a P of another thread");
	goro_check(g_is(g, GRUNNABLE),
		   "a goroutine is queued that is not runnable");
}

/* ---- goroutines ----------------------------------------------------------- */

/* Makes g, which is new or was dead, runnable. */
static inline void state_start(struct g *g)
{
	goro_check(g_is(g, GIDLE) || g_is(g, GDEAD),
		   "a goroutine starts that is none yet");
	store_relaxed(&g->status, GRUNNABLE);
}

/* Makes g run on m.  If it was resumed it is GRUNNING already. */
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

/* Makes g wait; it runs on m, and m has a P. */
static inline void state_park(struct m *m, struct g *g, enum wait_reason why)
{
	goro_check(m->curg == g && m->p && g_is(g, GRUNNING),
		   "a goroutine parks that does not run");
	g->reason = (uint8_t)why;
	g->since = load_relaxed(&goro__seconds);
	store_relaxed(&g->status, GWAITING);
}

/* Makes g runnable; it is off all lists of waiters and on no queue yet. */
static inline void state_ready(struct g *g)
{
	goro_check(g_is(g, GWAITING), "a goroutine is made ready twice");
	store_relaxed(&g->status, GRUNNABLE);
}

/* Makes g running on g->lockedm, which is woken for it next. */
static inline void state_resume(struct g *g)
{
	goro_check(g_is(g, GRUNNABLE),
		   "a goroutine goes on that is not runnable");
	/* Pairs with ask_runner(): g->m is set. */
	store_release(&g->status, GRUNNING);
}

/* Makes g dead; its deferred calls have all run. */
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

/* Ends g's call.  An outsider's G is GIDLE before its first call. */
static inline void state_call_over(struct g *g, enum gstatus next)
{
	goro_check(g_is(g, GSYSCALL) || (g->system && g_is(g, GIDLE)),
		   "a goroutine ends a call that is in none");
	store_relaxed(&g->status, next);
}

/* Leaves m's P behind, in m->oldp. */
static inline void state_leave_p(struct m *m)
{
	struct p *p = m->p;

	add_relaxed(&p->syscalltick, 1u);
	m->oldp = p;
	m->p = NULL;
	store_relaxed(&p->m, NULL);
	/* From here the P may be taken.  stopping is looked at after it. */
	store_seq(&p->status, PSYSCALL);
}

/*
 * Says how locks and queues are used from now on.  The world is stopped, so
 * each other P is given to an M before it is used again.
 */
static inline void state_set_mp(uint32_t to)
{
	const struct m *m = goro__m();

	store_relaxed(&goro__mp, to);
	if (m && m->p)
		store_relaxed(&m->p->mp, to);
}

/* Gives p to m. */
static inline void state_has(struct m *m, struct p *p)
{
	goro_check(!m->p && !load_relaxed(&p->m),
		   "a thread takes a second P, or a P a second thread");
	m->p = p;
	store_relaxed(&p->m, m);
	store_relaxed(&p->mp, mp());
	if (unlikely(m->lockedg != NULL)) /* lockthread.c */
		store_relaxed(&p->resched, 1u);
}

/* Takes back the P that m left behind.  False if another thread has it. */
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

/* Gives p, idle and on no list, to the calling M, which has none. */
void goro__acquirep(struct p *p);
/* The same with m->nextp, which the waker of the M has set.  Returns it. */
struct p *goro__take_nextp(void);
/* Makes the P of the calling M idle and nobody's.  Returns it. */
struct p *goro__releasep(void);
/* Takes p from the blocking call it is left in.  False if it is in none. */
bool goro__retake(struct p *p);
/* Gives p, idle and nobody's, to the world's stopper.  sched.lock is held. */
void goro__stop_p(struct p *p);
/* Makes p idle again, with the world stopped. */
void goro__start_p(struct p *p);

#endif
