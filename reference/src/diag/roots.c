/*
 * roots.c - what is alive from the start: there the search begins.
 *
 * These are the memory that divide.c found to be a root, the frames on the stacks
 * of Ms, the registers of threads, and the frames and registers of goroutines
 * that do not wait for another.
 */
#include "diag/roots.h"

#include "base/sys.h"
#include "base/text.h"
#include "diag/reach.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "sched/state.h"

/*
 * Scans n bytes at lo, and the words across their end.  The kernel copies them
 * first: they may not be there, and a direct read would be a fault.
 */
static void scan_window(struct search *s, uintptr_t lo, size_t n)
{
	ssize_t got = sys_pread(s->mem, s->window, n + ACROSS, lo);

	if (got > 0)
		goro__scan(s, s->window, s->window + got);
}

/* Scans all of [lo, hi). */
static void scan_present(struct search *s, uintptr_t lo, uintptr_t hi)
{
	for (; lo < hi; lo += WINDOW)
		scan_window(s, lo, hi - lo > WINDOW ? WINDOW : hi - lo);
}

/* True if the page was never touched: it is neither present nor swapped. */
static bool untouched(uint64_t entry)
{
	return !(entry >> 62);
}

/* Scans what was touched of [lo, hi), which is at most PAGES_AT_ONCE pages. */
static void scan_pages(struct search *s, uintptr_t lo, uintptr_t hi)
{
	uintptr_t first = lo / s->page, n = (hi - 1) / s->page - first + 1;
	ssize_t got = sys_pread(s->pagemap, s->present, n * 8, first * 8);
	uintptr_t from = lo;

	if (got != (ssize_t)(n * 8)) {
		scan_present(s, lo, hi);
		return;
	}
	for (uintptr_t i = 0; i < n; i++) {
		uintptr_t end = (first + i + 1) * s->page;

		if (!untouched(s->present[i]))
			continue;
		scan_present(s, from, end - s->page);
		from = end;
	}
	scan_present(s, from, hi);
}

static void scan_root(struct search *s, struct span r)
{
	uintptr_t step = s->page * PAGES_AT_ONCE;

	while (r.lo < r.hi) {
		uintptr_t next = (r.lo / step + 1) * step;

		scan_pages(s, r.lo, next < r.hi ? next : r.hi);
		r.lo = next;
	}
}

/*
 * Returns the end of what the kernel has put on a stack for a handler: uc with
 * the registers, and behind it those of SIMD.
 */
static const char *end_of_frame(const ucontext_t *uc)
{
	const char *at = (const char *)uc, *lo = uc->uc_stack.ss_sp;
	uintptr_t sp = arch_signal_sp(uc);

	if (at >= lo && at < lo + uc->uc_stack.ss_size)
		return lo + uc->uc_stack.ss_size;
	/* If the program has turned its signal stack off, all is below sp. */
	return (uintptr_t)at < sp ? (const char *)sp : (const char *)(uc + 1);
}

/* A signal has stopped g.  Its M is in the handler, which has g's registers. */
static void scan_stopped(struct search *s, const struct g *g)
{
	const ucontext_t *uc = load_acquire(&g->lockedm->stopped_at);

	if (!uc) { /* its stack pointer is not known */
		goro__scan_frames(s, g, (uintptr_t)g->stack->lo);
		return;
	}
	goro__scan(s, uc, end_of_frame(uc));
	goro__scan_frames(s, g, arch_signal_sp(uc) - RED_ZONE);
}

/* Scans g if it is alive: it runs, or no goroutine has to wake it. */
static void scan_alive(struct g *g, void *search)
{
	struct search *s = search;

	if (!goro__exists(g) || goro__waits_for_others(g))
		return;
	goro__reach(s, (uintptr_t)g->arg);
	if (g->stack && load_relaxed(&g->preempted) != NOT_STOPPED)
		scan_stopped(s, g);
	else if (g->sp)
		goro__scan_frames(s, g, (uintptr_t)g->sp);
}

/* Scans t's registers, and its frames if they are on a goroutine's stack. */
static void scan_task(struct search *s, const struct task *t)
{
	const struct g *g = goro__g_at(t->sp);

	goro__scan(s, t->regs, t->regs + TASK_REGS);
	goro__scan(s, t->fp, t->fp + TASK_FP);
	if (g)
		goro__scan_frames(s, g, t->sp - RED_ZONE);
}

void goro__scan_roots(struct search *s)
{
	s->in_frames = true;
	for (uint32_t i = 0; i < s->frames.n; i++)
		scan_root(s, s->frames.v[i]);
	s->in_frames = false;
	for (uint32_t i = 0; i < s->roots.n; i++)
		scan_root(s, s->roots.v[i]);
	for (uint32_t i = 0; i < s->tasks.n; i++)
		scan_task(s, &s->tasks.v[i]);
	goro__each_g(scan_alive, s);
}
