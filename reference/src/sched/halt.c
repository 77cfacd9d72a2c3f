/*
 * halt.c - the end of a run.
 *
 * When main has returned, goro_run() returns, and the program may free what
 * the other goroutines use.  So none of them may go on:
 *
 *   - One that is parked or queued is never run: each M that comes to the
 *     scheduler halts, as sched.done is set and resched is set in all Ps.
 *   - One that runs is stopped by the signal of preempt.c, and sleeps in the
 *     handler for ever.
 *
 * A thread that is stopped inside malloc or stdio holds a lock that the program
 * needs on its way to exit().  So a goroutine in the C library goes on until a
 * later signal finds it elsewhere; those that were preempted in there before
 * main returned get a P to do so.  A thread that sleeps in a system call is
 * left there.  A thread that sleeps in the system call of a lock may hold
 * another lock (as in fork): it is left only once all running ones have halted.
 * While a lock of stdout or stderr is held (flockfile) the halted threads go on
 * once more, now and then.  goro_run() waits for all that, but not for ever:
 * after LAST it returns, and sysmon stops those that leave the library later.
 *
 * Where there is no preemption by signals (ThreadSanitizer, asyncpreemptoff)
 * a goroutine that computes goes on up to its next call of the runtime.
 */
#include "sched/halt.h"

#include <sys/syscall.h>

#include "base/libc_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/note.h"
#include "sched/resched.h"
#include "sched/stack.h"
#include "sched/state.h"

#define FIRST_NAP INT64_C(20000)
#define LONGEST_NAP INT64_C(50000)
#define LAST INT64_C(500000000)

/* A thread found this often at the same system call counts as asleep. */
enum { ASLEEP = 3 };

/* m->halted: 0 while it runs, for good, or until it is woken. */
enum { HALTED = 1, HALTED_HERE = 2 };

/* The worst that a round has found. */
enum found { NOBODY, SLEEPERS, RUNNERS };

/* Set while no goroutine runs: no lock that a sleeper waits for gets free. */
static atomic_uint only_sleepers;

/* What goro_run() leaves to sysmon. */
enum { NOT_YET = 0, NOTHING = 1, THE_REST = 2 };
static atomic_uint left_to_sysmon;

_Noreturn void goro__halt(void)
{
	struct m *m = goro__m();

	sys_block_signals();
	/* Pairs with ask(): the user code on this M has ended. */
	if (m)
		store_release(&m->halted, HALTED);
	for (;;)
		sys_nanosleep(INT64_C(1000000000000));
}

/* Gives g, stopped in its handler, a P to leave the C library with. */
static void let_finish(struct g *g, void *unused)
{
	struct p *p;

	(void)unused;
	if (load_relaxed(&g->preempted) == NOT_STOPPED)
		return;
	p = sys_map(sizeof(*p));
	/* Pairs with claim() of an M that takes it from a queue just now. */
	if (!p || xchg_acq_rel(&g->preempted, NOT_STOPPED) == NOT_STOPPED)
		return;
	store_relaxed(&p->preempt, STOPPED);
	store_relaxed(&p->resched, 1u);
	store_relaxed(&p->timers.next, INT64_MAX);
	g->lockedm->nextp = p;
	state_resume(g);
	goro__note_wake(&g->lockedm->note);
}

_Noreturn void goro__main_returned(void)
{
	struct sched *s = &goro__sched;

	/*
	 * Those that let_finish() wakes run side by side.  With one P no other
	 * M is inside the runtime now, so locks may become real.
	 */
	if (!mp())
		state_set_mp(MP_MANY);
	lock(&s->lock); /* from now on none is stopped: preempt.c */
	store_release(&s->done, 1u);
	unlock(&s->lock);
	for (int32_t i = 0; i < goro__procs(); i++)
		goro__preempt(goro__allp[i], STOPPED);
	goro__each_g(let_finish, NULL);
	store_release(&goro__m()->halted, HALTED);
	goro__note_wake(&s->maker_note);
	goro__halt();
}

/* True if a thread that is stopped at pc can hold no lock of the library. */
static bool may_halt(struct m *m, const ucontext_t *uc)
{
	uintptr_t pc = arch_signal_pc(uc);
	uint32_t seen = load_relaxed(&m->halt_seen);

	if (!goro__in_libc(pc) || arch_signal_broke_call(uc))
		return true;
	if (pc != m->halt_pc || !arch_signal_at_call(uc))
		seen = 0;
	m->halt_pc = pc;
	seen += seen < ASLEEP;
	/* Pairs with ask(): it holds no lock that it held while it ran. */
	store_release(&m->halt_seen, seen);
	return seen == ASLEEP && (arch_signal_call(uc) != SYS_futex ||
				  load_acquire(&only_sleepers));
}

void goro__halt_here(struct m *m)
{
	/* Pairs with ask() and go_on(): the user code on this M has ended. */
	store_release(&m->halted, HALTED_HERE);
	goro__note_sleep(&m->note, -1);
}

void goro__halt_in_handler(struct m *m, const ucontext_t *uc)
{
	if (!may_halt(m, uc))
		return;
	sys_block_signals();
	goro__halt_here(m);
}

static void go_on(struct g *g, void *unused)
{
	uint32_t here = HALTED_HERE;

	(void)unused;
	if (g->m && cas_acq_rel(&g->m->halted, &here, 0u))
		goro__note_wake(&g->m->note);
}

/* Asks m to halt, once more, if it has not. */
static enum found ask(struct m *m)
{
	if (load_acquire(&m->halted))
		return NOBODY;
	goro__preempt_m(m);
	return load_acquire(&m->halt_seen) == ASLEEP ? SLEEPERS : RUNNERS;
}

static void ask_and_note(struct m *m, enum found *worst)
{
	enum found found = ask(m);

	if (found > *worst)
		*worst = found;
}

/* A goroutine that has a P is found by the P: its M may be between two. */
static void ask_owners(enum found *worst)
{
	for (int32_t i = 0; i < goro__procs(); i++) {
		struct p *p = goro__allp[i];
		uint32_t status = load_acquire(&p->status);
		struct m *m = load_acquire(&p->m);

		if (status == PRUNNING && m && !m->outsider)
			ask_and_note(m, worst);
	}
}

/* Asks the others: in goro_blocking(), or with a P of let_finish(). */
static void ask_runner(struct g *g, void *worst)
{
	/* Pairs with the release in state_run(): g->m is set. */
	uint32_t status = load_acquire(&g->status);

	if (status == GRUNNING || status == GSYSCALL)
		ask_and_note(g->m, worst);
}

/* One round. */
static enum found ask_all(void)
{
	enum found worst = NOBODY;

	ask_owners(&worst);
	goro__each_g(ask_runner, &worst);
	store_release(&only_sleepers, worst < RUNNERS);
	return worst;
}

static bool stdio_free(void)
{
	return sys_stdio_free(stdout) && sys_stdio_free(stderr);
}

/*
 * True if a goroutine still runs or sleeps, or must go on.  A halted one may
 * hold a lock of stdio.  While others run they may be the holders, so the
 * halted ones go on ever more rarely then.
 */
static bool still_runs(bool locked, int64_t passed, int64_t *go_on_at)
{
	enum found found = ask_all();

	if (locked && (found != RUNNERS || passed >= *go_on_at)) {
		*go_on_at = passed * 2;
		goro__each_g(go_on, NULL);
	}
	return found != NOBODY || locked;
}

void goro__halt_others(void)
{
	int64_t nap = FIRST_NAP, began = sys_clock(), passed = 0;
	int64_t go_on_at = LAST / 128;
	bool locked = !stdio_free(), late = false;

	if (!goro__preempt_enabled())
		return;
	while (!late &&
	       (still_runs(locked, passed, &go_on_at) || !stdio_free())) {
		sys_nanosleep(nap);
		nap = nap * 2 > LONGEST_NAP ? LONGEST_NAP : nap * 2;
		locked = !stdio_free();
		passed = sys_clock() - began;
		late = passed > (locked ? 2 * LAST : LAST);
	}
	/* Pairs with goro__halt_the_rest(). */
	store_release(&left_to_sysmon, late ? THE_REST : NOTHING);
}

void goro__halt_the_rest(void)
{
	if (!goro__preempt_enabled())
		return;
	while (load_acquire(&left_to_sysmon) == NOT_YET)
		sys_nanosleep(LONGEST_NAP);
	while (load_acquire(&left_to_sysmon) == THE_REST && ask_all() != NOBODY)
		sys_nanosleep(LONGEST_NAP);
}
