/*
 * overflow.c - what happens when the guard below a goroutine's stack is hit.
 *
 * The handler runs on the M's alternate stack.  Any other fault, and a signal
 * that was sent, has the effect that it had before: the program's handler is
 * called, and ours stays for the next overflow.
 */
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/forward.h"
#include "base/print.h"
#include "diag/overflow.h"
#include "sched/die.h"
#include "sched/outside.h"
#include "sched/stack.h"
#include "base/sys.h"
#include "base/text.h"

#define GUARD_REACH ((size_t)65536) /* a guard is no larger */

/* The program's own actions for SIGSEGV and SIGBUS. */
static struct before {
	struct sigaction act;
	atomic_uint spent; /* its SA_RESETHAND has taken it away */
} before_us[2];

/*
 * True if sp is on g's stack, or below it by a guard at most: frames are large.
 */
static bool is_on(const struct g *g, uintptr_t sp)
{
	return sp >= (uintptr_t)g->stack->lo - GUARD_REACH &&
	       sp <= (uintptr_t)g->stack;
}

/*
 * Returns the goroutine whose overflow faulted in the guard of owner's stack;
 * NULL if a wild pointer did.  A frame may have jumped over its own guard and
 * met another's.  Early in a switch m->curg is the next goroutine already, and
 * the stack pointer says whose stack it is.
 */
static struct g *who_overflows(const struct m *m, struct g *owner,
			       const ucontext_t *at)
{
	uintptr_t sp = arch_signal_sp(at);
	struct g *g = m->curg;

	if (g == owner)
		return owner;
	if (g && g->stack && sp < (uintptr_t)g->stack->lo &&
	    goro__is_stack((char *)sp) && !goro__in_runtime(arch_signal_pc(at)))
		return g;
	return owner && is_on(owner, sp) ? owner : NULL;
}

/* True if the program has a handler; once if that is for one signal only. */
static bool still_there(struct before *b)
{
	if (!goro__has_handler(&b->act))
		return false;
	return !((unsigned)b->act.sa_flags & SA_RESETHAND) ||
	       xchg_acq_rel(&b->spent, 1u) == 0;
}

/*
 * Ends the process by sig: sends it again, with what the kernel told of it.  It
 * arrives on the return from the handler.  If that is not permitted, sends it
 * without.
 */
static void die_by(int sig, siginfo_t *info)
{
	signal(sig, SIG_DFL);
	if (syscall(SYS_rt_tgsigqueueinfo, getpid(), sys_gettid(), sig, info))
		kill(getpid(), sig);
}

static void as_before(int sig, siginfo_t *info, void *context)
{
	struct before *b = &before_us[sig == SIGBUS];
	bool sent = info->si_code <= 0;

	if (still_there(b))
		goro__forward(&b->act, sig, info, context);
	else if (b->act.sa_handler != SIG_IGN || !sent)
		die_by(sig, info); /* nobody can ignore a fault */
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct m *m = goro__m() ? goro__m() : goro__explored_m();
	struct g *owner, *g = NULL;
	int e = errno;

	if (m && info->si_code > 0 && goro__is_guard(info->si_addr, &owner))
		g = who_overflows(m, owner, context);
	if (g) {
		san_acquire(&m->sigstack); /* we are on it */
		store_relaxed(&m->stopped_at, context);
		goro__die_of_overflow(g);
	}
	as_before(sig, info, context);
	errno = e;
}

void goro__overflow_init(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	sigemptyset(&act.sa_mask);
	act.sa_flags = SA_SIGINFO | SA_ONSTACK;
	act.sa_sigaction = on_fault;
	sigaction(SIGSEGV, &act, &before_us[0].act);
	sigaction(SIGBUS, &act, &before_us[1].act);
}
