/*
 * lockthread.c - goroutines that keep their thread.
 *
 * A goroutine locked to its thread (LockOSThread) and one that was preempted in
 * the middle of C code both have lockedm set: only that M may run them. An M
 * that finds one on a queue hands its P over and sleeps (startlockedm); the M
 * of a locked goroutine that waits has no P and sleeps apart from the idle ones
 * (stoplockedm).
 *
 * While a locked goroutine runs, its P's resched stays set, so that it never
 * goes straight to another goroutine on its thread.
 */
#include <pthread.h>
#include <signal.h>

#include "sched/halt.h"
#include "sched/idle.h"
#include "base/sys.h"
#include "base/note.h"
#include "sched/lockthread.h"
#include "sched/outside.h"
#include "sched/stopm.h"
#include "sched/runq.h"
#include "sched/state.h"
#include "base/text.h"

/* Sleeps until m's goroutine is to run.  m has a P then. */
struct g *goro__stoplockedm(struct m *m)
{
	struct sched *s = &goro__sched;
	struct g *g = m->lockedg;

	if (m->p)
		goro__handoffp(goro__releasep());
	lock(&s->lock);
	s->nmidlelocked++;
	goro__checkdead();
	unlock(&s->lock);
	goro__note_sleep(&m->note, -1);
	goro__take_nextp();
	return g;
}

/*
 * Makes this M the one that wakes g's M.  After main has returned let_finish()
 * may have woken it already: then do not touch g.
 */
static void take_stopped_m(struct g *g)
{
	struct sched *s = &goro__sched;

	if (xchg_acq_rel(&g->preempted, NOT_STOPPED) != NOT_STOPPED)
		return;
	if (load_relaxed(&s->done))
		goro__halt();
	lock(&s->lock);
	s->nmidlelocked--;
	unlock(&s->lock);
}

/* g, taken from a queue, runs on its own M with this M's P. */
void goro__startlockedm(struct g *g)
{
	struct m *m;

	take_stopped_m(g);
	m = g->lockedm;
	/* Before the P is given up: the end of a run looks for the P or the G. */
	state_resume(g);
	m->nextp = goro__releasep();
	goro__note_wake(&m->note);
	goro__stopm();
}

/* From outside of goroutines there is nothing to do: a thread is its own. */
void goro_lock_thread(void)
{
	struct m *m = goro__m();
	struct g *g;

	if (!m) {
		FROM_EXPLORED(goro_lock_thread());
		return;
	}
	g = m->curg;
	if (g->lockcount++ > 0)
		return;
	g->lockedm = m;
	m->lockedg = g;
	store_relaxed(&m->p->resched, 1u);
}

void goro_unlock_thread(void)
{
	struct m *m = goro__m();
	struct g *g;

	if (!m) {
		FROM_EXPLORED(goro_unlock_thread());
		return;
	}
	g = m->curg;
	if (g->lockcount == 0 || --g->lockcount > 0)
		return;
	g->lockedm = NULL;
	m->lockedg = NULL;
}

/*
 * A locked goroutine may have changed its thread for good, so the thread ends
 * with it.  True: this M must end.
 */
bool goro__exit_locked(struct m *m, struct g *g)
{
	if (likely(g->lockcount == 0))
		return false;
	g->lockcount = 0;
	g->lockedm = NULL;
	m->lockedg = NULL;
	return m->dying = true;
}

static void unlink_m(struct sched *s, const struct m *m)
{
	struct m **at = &s->allm;

	while (*at != m)
		at = &(*at)->alllink;
	*at = m->alllink;
}

/*
 * Ends the M, on its own stack.  No handler may run on this thread after: the
 * next owner of m uses its signal stack.
 */
void goro__mexit(struct m *m)
{
	struct sched *s = &goro__sched;
	sigset_t all;

	sigfillset(&all);
	sys_sigmask(SIG_SETMASK, &all, NULL);
	store_relaxed(&m->tid, 0);
	goro__handoffp(goro__releasep());
	goro__tls_m = NULL; /* m may be another thread's from here on */
	lock(&s->lock);
	add_relaxed(&s->mcount, -1u);
	unlink_m(s, m);
	m->schedlink = s->mfree;
	s->mfree = m;
	goro__checkdead();
	unlock(&s->lock);
}

int64_t goro_max_threads(int64_t n)
{
	struct sched *s = &goro__sched;
	int64_t old;

	lock(&s->lock);
	if (s->maxm == 0)
		s->maxm = MAX_THREADS;
	old = s->maxm;
	if (n > 0)
		s->maxm = (uint32_t)(n > INT32_MAX ? INT32_MAX : n);
	unlock(&s->lock);
	return old;
}
