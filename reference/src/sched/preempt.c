/*
 * preempt.c - stopping a goroutine that does not stop by itself.
 *
 * In C a goroutine can be stopped anywhere: inside malloc with its lock held,
 * between the load of errno's address and its use.  It must then neither go on
 * on another thread, nor may another goroutine run on its thread meanwhile.
 * What was rejected:
 *
 *   - Switching stacks in the handler, as Go does at safe points: C has no
 *     safe points, and a list of functions that are unsafe is a guess.
 *   - Only check-points: a loop that calls nothing would hold its P for ever.
 *   - A timer that interrupts each M: wakes idle machines, and every M for the
 *     one that is late.
 *
 * So the goroutine keeps its thread.  sysmon asks for the P of a goroutine
 * whose time is up, and sends its M a signal.  The handler gives up the P, as
 * a system call would, puts the goroutine on the global queue with its M
 * written into it, and sleeps, still inside the handler.  Whoever takes the
 * goroutine from the queue hands its own P to that M (startlockedm, the same
 * as for a goroutine locked to its thread), which returns from the handler.
 *
 * A goroutine that waits for a lock of libc that a stopped one holds blocks
 * its M with the P.  While goroutines are stopped sysmon looks for that
 * (asleep.c), and the P goes to the first that was not stopped asleep itself:
 * that is the holder, or one behind which the holder's turn comes.  If all were
 * asleep they wait for something else, and have their turns like any other.
 *
 * The runtime's own code is never stopped: the handler looks whether it
 * interrupted it (the program counter, or nopreempt.h for what it calls).  Then
 * p->preempt stays set; the end of a time slice is also seen at the next
 * scheduling point, and sysmon sends the signal again.  Nothing is created or
 * allocated in the handler.  If no M is idle to take the P over, an M is asked
 * for.  But a new thread needs locks of libc, which a goroutine that was
 * stopped may hold, and so it must not be what they wait for: the P goes
 * straight to the M of one that was stopped before (goro__stopped_m), also
 * when it is taken from a system call.  If there is none, the goroutine goes
 * on, as it may hold such a lock itself, and the signal comes again.
 *
 * A loop that reads the clock, polls a channel or moves a timer is in the
 * runtime nearly all of its time, so these send the signal to themselves when
 * they are done.
 *
 * Under ThreadSanitizer there are only scheduling points: every access of a
 * goroutine may hold a lock of its runtime, which ours needs to go on.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sched/globq.h"
#include "sched/queue.h"
#include "base/forward.h"
#include "base/print.h"
#include "sched/halt.h"
#include "sched/outside.h"
#include "sched/keep.h"
#include "base/note.h"
#include "sched/idle.h"
#include "sched/preempt.h"
#include "sched/resched.h"
#include "sched/state.h"
#include "base/sys.h"
#include "base/text.h"

static struct sigaction before; /* the program's own action for the signal */

/*
 * True outside of anything that the runtime does for the goroutine of m.
 * m->after is set between two goroutines.
 */
static bool in_user_code(const struct m *m, const ucontext_t *uc)
{
	return m->curg && !m->after && !m->nopreempt && !m->outsider &&
	       !goro__in_runtime(arch_signal_pc(uc));
}

/* The stack is the goroutine's: the scheduler's is another one. */
static bool may_stop(const struct m *m, const ucontext_t *uc)
{
	const struct g *g = m->curg;
	uintptr_t sp = arch_signal_sp(uc);

	return g && m->p && load_relaxed(&m->p->preempt) &&
	       load_relaxed(&m->p->status) == PRUNNING && g->stack &&
	       sp >= (uintptr_t)g->stack->lo && sp < (uintptr_t)g->stack &&
	       in_user_code(m, uc);
}

/* The M that is to go on with p: instead, if not NULL, or an idle one. */
static struct m *hand_p_over(struct p *p, struct m *instead)
{
	struct sched *s = &goro__sched;
	struct m *m = instead;

	if (!m) {
		m = s->idle.midle;
		s->idle.midle = m->schedlink;
		s->idle.nmidle--;
	}
	m->nextp = p;
	return m;
}

/*
 * sched.lock is held.  The P goes to the one who stops the world, or to an
 * idle M, which is returned.
 */
static struct m *give_up(struct m *m, struct g *g, struct m *instead)
{
	struct sched *s = &goro__sched;
	struct p *p = goro__releasep();

	count_own(&p->stats.preemptions);
	g->lockedm = m;
	store_relaxed(&g->preempted, load_relaxed(&p->preempt));
	store_relaxed(&p->preempt, 0u);
	store_relaxed(&p->resched, 0u);
	state_yield(g);
	globq_push(&s->globq, g);
	if (!load_relaxed(&s->stopping))
		return hand_p_over(p, instead);
	goro__stop_p(p);
	return NULL;
}

/*
 * False: there is no M to take over.  sysmon asks again at its next tick; until
 * then goro__stop_if_asked() does not raise a signal each time.
 */
static bool stop(struct m *m, struct g *g)
{
	struct sched *s = &goro__sched;
	struct m *other = NULL;
	bool can;

	lock(&s->lock);
	if (load_relaxed(&s->done)) {
		unlock(&s->lock);
		return false;
	}
	can = s->idle.midle || load_relaxed(&s->stopping);
	if (!can)
		goro__want_spare_m();
	if (!can || load_relaxed(&m->p->preempt) == STOPPED_ASLEEP) {
		other = goro__stopped_m(m->p, !can);
		can |= other != NULL;
	}
	if (can)
		other = give_up(m, g, other);
	else
		store_relaxed(&m->p->preempt, 0u);
	unlock(&s->lock);
	if (other)
		goro__note_wake(&other->note);
	return can;
}

/*
 * When main has returned who woke us may be let_finish(), while another M has
 * just taken g from a queue: that one must still see that g is not its own.
 */
static void resume(struct g *g)
{
	struct p *p = goro__take_nextp();
	bool done;

	/* Pairs with the store of goro__main_returned(), by way of the note. */
	done = load_acquire(&goro__sched.done);
	if (g->lockcount == 0 && !done)
		g->lockedm = NULL;
	else
		store_relaxed(&p->resched, 1u);
	store_relaxed(&p->tick_seen, ++p->schedtick);
	count_own(&p->stats.switches);
}

static void end_here(struct m *m, const ucontext_t *uc)
{
	if (m && in_user_code(m, uc))
		goro__halt_in_handler(m, uc);
}

/* By sys_tgkill(), and not by the program or the kernel. */
static bool is_ours(const siginfo_t *info)
{
	return info->si_code == SI_TKILL && info->si_pid == getpid();
}

/* On the alternate stack; all that was interrupted stays as it is. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct m *m = goro__m();
	int e = errno;

	if (!is_ours(info) && goro__has_handler(&before))
		goro__forward(&before, sig, info, context);
	else if (m && may_stop(m, context) && stop(m, m->curg)) {
		goro__note_sleep(&m->note, -1);
		resume(m->curg);
	}
	if (unlikely(load_relaxed(&goro__sched.done)))
		end_here(m ? m : goro__blocking_m(), context);
	errno = e;
}

void goro__stop_here(void)
{
	struct m *m = goro__m();

	if (m->outsider) /* is never stopped */
		return;
	if (unlikely(load_relaxed(&goro__sched.done)))
		goro__halt_here(m);
	if (goro__preempt_enabled())
		sys_raise(load_relaxed(&m->tid), PREEMPT_SIGNAL);
}

bool goro_preemptive(void)
{
	return SAN_PREEMPT && goro__text_known();
}

/* It would be stopped inside of itself: better not to start. */
static void check_text(void)
{
	if (goro__text_known())
		return;
	print_str("goro: it cannot tell its code from the program's: compile "
		  "its files without -ffunction-sections and -flto, or set "
		  "GODEBUG=asyncpreemptoff=1\n");
	_exit(2);
}

bool goro__preempt_init(bool off)
{
	struct sigaction act;

	if (off || !SAN_PREEMPT)
		return false;
	check_text();
	if (sys_tgkill(sys_gettid(), 0)) {
		goro__preempt_fails(errno);
		return false;
	}
	memset(&act, 0, sizeof(act));
	act.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	act.sa_sigaction = on_signal;
	if (sigaction(PREEMPT_SIGNAL, &act, &before))
		return false;
	goro__preempt_enable();
	return true;
}
