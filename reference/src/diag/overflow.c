/*
 * overflow.c - the guard below a goroutine's stack, when it is hit; and
 * SIGQUIT.
 *
 * The handler runs on the M's alternate stack, sized by the kernel's own
 * figure (a frame with AMX state is over 8 KiB).  A fault anywhere else is
 * given back to whoever had the signal before.
 */
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/print.h"
#include "sched/proc.h"
#include "diag/schedtrace.h"
#include "base/sys.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

#define HANDLER_NEEDS ((size_t)32768)
#define GUARD_REACH ((size_t)65536) /* a guard is no larger */

static struct sigaction before_us[2]; /* SIGSEGV, SIGBUS */

static void die_of_overflow(struct g *g)
{
	print_str("runtime: goroutine stack exceeds ");
	print_int((int64_t)goro__stack_size(g->size_class));
	print_str("-byte limit\nfatal error: stack overflow\n\n");
	goro__dump_g(g, "running");
	_exit(2);
}

/*
 * Early in a switch m->curg is the next one already, and the stack pointer
 * says whose stack it is; a large frame's is far below the guard.
 */
static bool overflows(const struct m *m, const struct g *g,
		      const ucontext_t *at)
{
	uintptr_t sp = arch_signal_sp(at);

	return g == m->curg || (sp >= (uintptr_t)g->stack->lo - GUARD_REACH &&
				sp <= (uintptr_t)g->stack);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct m *m = goro__m();
	struct g *g = goro__guard_of(info->si_addr);

	if (m && g && overflows(m, g, context)) {
		san_acquire(&m->sigstack); /* we are on it */
		die_of_overflow(g);
	}
	/* Back at the instruction the fault comes again, to its old owner. */
	sigaction(sig, &before_us[sig == SIGBUS], NULL);
}

static void on_quit(int sig, siginfo_t *info, void *context)
{
	struct m *m = goro__m();

	(void)sig, (void)info, (void)context;
	if (m)
		san_acquire(&m->sigstack); /* we are on it */
	goro__schedtrace_stop();
	print_str("SIGQUIT: quit\n");
	goro__dump_all(m ? m->curg : NULL);
	_exit(2);
}

void goro__sigstack(struct m *m)
{
	size_t size = getauxval(AT_MINSIGSTKSZ) + HANDLER_NEEDS;
	stack_t old;
	stack_t ss = {.ss_size = size};

	/* A sanitizer's own is as good. */
	if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE))
		return;
	if (!m->sigstack)
		m->sigstack = sys_reserve(size);
	ss.ss_sp = m->sigstack;
	if (!ss.ss_sp || sigaltstack(&ss, NULL))
		goro__fatal("runtime: no memory for a signal stack");
	san_release(&m->sigstack);
}

void goro__overflow_init(void)
{
	struct sigaction act;
	struct sigaction old;

	memset(&act, 0, sizeof(act));
	sigemptyset(&act.sa_mask);
	act.sa_flags = SA_SIGINFO | SA_ONSTACK;
	act.sa_sigaction = on_fault;
	sigaction(SIGSEGV, &act, &before_us[0]);
	sigaction(SIGBUS, &act, &before_us[1]);
	if (sigaction(SIGQUIT, NULL, &old) || old.sa_handler != SIG_DFL)
		return;
	san_sigaction(SIGQUIT, on_quit);
}
