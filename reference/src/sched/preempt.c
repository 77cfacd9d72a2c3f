/*
 * preempt.c - stopping a goroutine that does not stop by itself.
 *
 * A signal may stop C code anywhere: inside malloc with its lock held, between
 * the load of errno's address and its use.  So the goroutine may not go on on
 * another thread, and no other goroutine may run on its thread meanwhile.
 * Rejected:
 *
 *   - Switching stacks in the handler, as Go does at safe points: C has no
 *     safe points, and a list of functions that are unsafe is a guess.
 *   - Only check-points: a loop that calls nothing would hold its P for ever.
 *   - A timer that interrupts each M: it wakes idle machines, and all Ms for
 *     the sake of one.
 *
 * So the goroutine keeps its thread.  sysmon asks for the P of a goroutine
 * whose time is up, and sends its M a signal.  The handler gives up the P, as a
 * system call would, puts the goroutine on the global queue with its M written
 * into it, and sleeps, still inside the handler.  An M that takes the goroutine
 * from the queue hands its own P to that M (goro__startlockedm(), as for a
 * goroutine locked to its thread), which then returns from the handler.
 *
 * A goroutine that waits for a lock of libc which a stopped goroutine holds
 * blocks its M with the P.  While goroutines are stopped sysmon looks for that
 * (asleep.c).  The P then goes to the first stopped goroutine that was not
 * asleep itself: that is the holder, or one behind which the holder's turn
 * comes.  If all were asleep they wait for something else, and have their turns
 * like any other.
 *
 * The runtime's own code is never stopped.  The handler knows that code by the
 * program counter, and what it calls by nopreempt.h.  p->preempt stays set
 * then: the next scheduling point sees the end of the time slice, and sysmon
 * sends the signal again.
 *
 * The handler creates and allocates nothing.  If no M is idle to take the P
 * over, it asks for a new one.  But a new thread needs locks of libc, which a
 * stopped goroutine may hold, so stopped goroutines must not wait for the
 * thread.  The P goes straight to the M of one that was stopped before
 * (goro__stopped_m), also when it is taken from a system call.  If there is
 * none, the goroutine goes on, as it may hold such a lock itself, and the
 * signal comes again.
 *
 * A loop that reads the clock, polls a channel or moves a timer is in the
 * runtime nearly all of its time.  So these functions send the signal to their
 * own thread when they are done.
 *
 * Under ThreadSanitizer there are only scheduling points: at any access a
 * goroutine may hold a lock of the sanitizer, and goro needs that lock.
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
#include "sched/lints.h"
#include "sched/preempt.h"
#include "sched/probe.h"
#include "sched/resched.h"
#include "sched/state.h"
#include "sched/timed.h"
#include "sched/trace.h"
#include "base/sys.h"
#include "base/text.h"

static struct sigaction before; /* the program's own action for the signal */

/*
 * True if m runs the goroutine's own code and not the runtime's for it.
 * m->after is set between two goroutines.
 */
static bool in_user_code(const struct m *m, const ucontext_t *uc)
{
	return m->curg && !m->after && !m->nopreempt && !m->outsider &&
	       !goro__in_runtime(arch_signal_pc(uc));
}

/* True if m's goroutine is to stop and runs its own code on its own stack. */
static bool may_stop(const struct m *m, const ucontext_t *uc)
{
	const struct g *g = m->curg;
	uintptr_t sp = arch_signal_sp(uc);

	return g && m->p && load_relaxed(&m->p->preempt) &&
	       load_relaxed(&m->p->status) == PRUNNING && g->stack &&
	       sp >= (uintptr_t)g->stack->lo && sp < (uintptr_t)g->stack &&
	       in_user_code(m, uc);
}

/* Gives p to instead or, if that is NULL, to an idle M.  Returns the M. */
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
 * Queues g and gives up its P, to the M that stops the world or to another,
 * which it returns.  sched.lock is held.
 */
static struct m *give_up(struct m *m, struct g *g, struct m *instead)
{
	struct sched *s = &goro__sched;
	struct p *p;

	if (tracing())
		goro__trace_preempted();
	m->stopped_when = goro__timed_stop(m->p);
	lint_stopped(m, g, m->p);
	p = goro__releasep();
	count_own(&p->stats.preemptions);
	g->lockedm = m;
	/* Pairs with stopped_at() of unwind.c */
	store_release(&g->preempted, (uint8_t)load_relaxed(&p->preempt));
	store_relaxed(&p->preempt, 0u);
	store_relaxed(&p->resched, no_resched());
	state_yield(g);
	globq_push(&s->globq, g);
	if (!load_relaxed(&s->stopping))
		return hand_p_over(p, instead);
	goro__stop_p(p);
	return NULL;
}

/*
 * Stops g.  False if there is no M to take over: sysmon asks again at its next
 * tick, and until then goro__stop_if_asked() raises no signal.
 */
static bool stop(struct m *m, struct g *g)
{
	struct sched *s = &goro__sched;
	struct m *other = NULL;
	bool stopping, can;

	lock(&s->lock);
	if (load_relaxed(&s->done)) {
		unlock(&s->lock);
		return false;
	}
	stopping = load_relaxed(&s->stopping); /* then the stopper has the P */
	can = stopping || s->idle.midle;
	if (!can)
		goro__want_spare_m();
	if (!stopping &&
	    (!can || load_relaxed(&m->p->preempt) == STOPPED_ASLEEP)) {
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
 * Goes on with g.  After main has returned let_finish() may have woken this M
 * while another M takes g from a queue: that one must still see that g is not
 * its own.
 */
static void resume(struct m *m, struct g *g)
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
	goro__timed_resume(p, m->stopped_when);
	lint_resumed(m, p);
	if (tracing())
		goro__trace_run(g);
}

/* Stops m's goroutine, in this handler, until its next turn. */
static void stop_in(struct m *m, const ucontext_t *uc)
{
	/* Pairs with stopped_at() of unwind.c */
	store_release(&m->stopped_at, uc);
	if (stop(m, m->curg)) {
		goro__note_sleep(&m->note, -1);
		resume(m, m->curg);
	}
	store_relaxed(&m->stopped_at, NULL);
}

static void end_here(struct m *m, const ucontext_t *uc)
{
	if (m && in_user_code(m, uc))
		goro__halt_in_handler(m, uc);
}

/* True if sys_tgkill() sent the signal, not the program or the kernel. */
static bool is_ours(const siginfo_t *info)
{
	return info->si_code == SI_TKILL && info->si_pid == getpid();
}

/* Runs on the alternate stack; all that it interrupted stays as it is. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	struct m *m = goro__m();
	int e = errno;

	if (m)
		goro__probed(m, context);
	if (!is_ours(info) && goro__has_handler(&before))
		goro__forward(&before, sig, info, context);
	else if (m && may_stop(m, context))
		stop_in(m, context);
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

/* Ends the process if signals could stop the runtime inside of itself. */
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
	int err;

	if (off || !SAN_PREEMPT)
		return false;
	check_text();
	err = sys_tgkill(sys_gettid(), 0);
	if (err) {
		goro__preempt_fails(err);
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
