/*
 * keep.c - C++ exceptions and signal masks over a switch: see keep.h.
 *
 * Reading the mask is a system call, too expensive for each switch.  So the two
 * calls that change it are defined here and take the place of libc's.  They are
 * weak, so that a static libc may bring its own.  A mask that was changed in
 * another way is noticed late: at the first switch after a goroutine has used
 * up its time slice (sysmon.c).
 */
#include "sched/keep.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sched/die.h"
#include "sched/outside.h"
#include "sched/resched.h"
#include "sched/tools.h"
#include "base/sys.h"
#include "base/text.h"

/* The C++ ABI has this for each thread, as libstdc++ and libc++abi do. */
struct cxx_globals {
	void *caught;
	unsigned uncaught;
};

__attribute__((weak)) struct cxx_globals *__cxa_get_globals(void);
__attribute__((weak)) void __cxa_end_catch(void);

/* The values that a goroutine puts aside while it does not run. */
struct kept {
	struct cxx_globals cxx;
	sigset_t mask;
	bool masked;
};

/* The mask of all Ms: that of the thread that called goro_run(). */
static sigset_t user_signals;

bool goro__keep_all;

/* Makes the caller's mask that of all Ms. */
void goro__keep_start(void)
{
	goro__keep_all = __cxa_get_globals || goro__tools;
	sys_sigmask(SIG_SETMASK, NULL, &user_signals);
	goro__preempt_unblock(&user_signals);
}

void goro__keep_init(struct m *m)
{
	m->cxx = __cxa_get_globals ? __cxa_get_globals() : NULL;
	m->untold = goro__tools ? NULL : m->cxx;
	sys_sigmask(SIG_SETMASK, &user_signals, NULL);
}

void goro__keep(struct g *g)
{
	store_relaxed(&g->lo, UINTPTR_MAX);
}

/* Gives the thread the mask of all Ms.  True: it had another one. */
static bool put_mask_aside(struct m *m, sigset_t *mask)
{
	store_relaxed(&m->mask_changed, 0u);
	sys_sigmask(SIG_SETMASK, &user_signals, mask);
	goro__preempt_unblock(mask);
	return memcmp(mask, &user_signals, SYS_SIGSET) != 0;
}

/* Takes g's exceptions and mask off the thread. */
static void put_aside(struct m *m, struct g *g, struct kept *k)
{
	if ((char *)__builtin_frame_address(0) < g->stack->lo)
		goro__off_stack(g);
	if (!goro__keep_all)
		store_relaxed(&g->lo, (uintptr_t)g->stack->lo);
	k->cxx = (struct cxx_globals){0};
	if (m->cxx) {
		k->cxx = *m->cxx;
		*m->cxx = (struct cxx_globals){0};
	}
	k->masked =
		load_relaxed(&m->mask_changed) && put_mask_aside(m, &k->mask);
}

static void take_up(struct m *m, struct g *g, const struct kept *k)
{
	if (m->cxx)
		*m->cxx = k->cxx;
	if (!k->masked)
		return;
	sys_sigmask(SIG_SETMASK, &k->mask, NULL);
	store_relaxed(&m->mask_changed, 1u);
	goro__keep(g);
}

/* True at most switches of a program with a C++ runtime: g has nothing. */
static inline bool nothing_to_keep(const struct m *m, const struct g *g)
{
	return m->untold && !m->untold->caught && m->untold->uncaught == 0 &&
	       !load_relaxed(&m->mask_changed) &&
	       (char *)__builtin_frame_address(0) >= g->stack->lo;
}

static __attribute__((noinline)) void switch_and_keep(struct m *m, struct g *g,
						      void *sp)
{
	struct kept k;

	put_aside(m, g, &k);
	if (goro__tools)
		goro__tools_switch(m, g, m->curg);
	goro__switch(&g->sp, sp);
	take_up(goro__m(), g, &k);
}

void goro__switch_keeping(struct m *m, struct g *g, void *sp)
{
	if (likely(nothing_to_keep(m, g)))
		goro__switch(&g->sp, sp);
	else
		switch_and_keep(m, g, sp);
}

static __attribute__((noinline)) bool end_with_it(struct m *m, struct g *g)
{
	struct kept k;

	put_aside(m, g, &k);
	if (goro__tools)
		goro__tools_end(m, g);
	return goro__tools;
}

bool goro__end_keeping(struct m *m, struct g *g)
{
	return unlikely(!nothing_to_keep(m, g)) && end_with_it(m, g);
}

void goro__leave_catches(void)
{
	while (goro__m()->cxx && goro__m()->cxx->caught)
		__cxa_end_catch();
}

/*
 * ---- the two calls -------------------------------------------------------
 *
 * In a goroutine they never block the signal of preemption, and say that the
 * mask may have changed.  Elsewhere they do what libc does.
 */

enum { SIGNAL_CANCEL = 32, SIGNAL_SETXID = 33 }; /* libc's own */

static void without(sigset_t *set, int sig)
{
	unsigned long *bits = (unsigned long *)(void *)set;

	bits[0] &= ~(1ul << (sig - 1));
}

/* The thread has changed its mask while it was no goroutine. */
static _Thread_local bool changed_outside
	__attribute__((tls_model("initial-exec")));

void goro__keep_call(void)
{
	struct m *m = goro__m();
	sigset_t set;

	if (likely(!changed_outside))
		return;
	changed_outside = false;
	sigemptyset(&set);
	sigaddset(&set, PREEMPT_SIGNAL);
	sys_sigmask(SIG_UNBLOCK, &set, NULL);
	store_relaxed(&m->mask_changed, 1u);
	goro__keep(m->curg);
}

static int change_mask(int how, const sigset_t *set, sigset_t *old)
{
	struct m *m = goro__m() ? goro__m() : goro__explored_m();
	sigset_t ours;

	if (set) {
		ours = *set;
		if (how != SIG_UNBLOCK) {
			without(&ours, SIGNAL_CANCEL);
			without(&ours, SIGNAL_SETXID);
		}
		if (m && m->curg && !m->outsider) {
			if (how != SIG_UNBLOCK)
				goro__preempt_unblock(&ours);
			store_relaxed(&m->mask_changed, 1u);
			goro__keep(m->curg);
		}
		changed_outside |= !m;
	}
	return sys_sigmask(how, set ? &ours : NULL, old);
}

__attribute__((weak, visibility("default"))) int
pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return change_mask(how, set, old);
}

__attribute__((weak, visibility("default"))) int
sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	int err = change_mask(how, set, old);

	if (err == 0)
		return 0;
	errno = err;
	return -1;
}
