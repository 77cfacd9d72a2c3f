/*
 * harness.c - see harness.h.
 */
#include "harness.h"
#include "engine.h"

#include <string.h>

#include "base/note.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/queue.h"
#include "sched/resched.h"
#include "sched/schedule.h"
#include "sched/gfree.h"
#include "sched/stack.h"
#include "sched/world.h"
#include "sched/halt.h"
#include "sched/outside.h"
#include "sched/clock.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "sched/hooks.h"
#include "sched/keep.h"
#include "sched/state.h"
#include "sched/switch.h"

__attribute__((weak)) struct sched goro__sched; /* world.c */
__attribute__((weak)) struct p *goro__allp[MAX_PROCS];
struct p harness_p[HARNESS_PS];
struct m harness_m[HARNESS_MS];
struct g harness_g[HARNESS_GS];
static char mapped[64 << 10] __attribute__((aligned(64)));
static size_t map_end;
static __typeof__(harness_p->timers.heap[0]) heaps[HARNESS_PS][HARNESS_TIMERS];

/* All threads of a model share what each real one has for itself. */
__attribute__((no_sanitize("thread"))) struct m *harness_be(int i)
{
	return goro__tls_m = &harness_m[i];
}

static void make_m(int i)
{
	struct m *m = &harness_m[i];

	m->id = i;
	m->rand = 12345;
}

static void make_p(int i, bool running)
{
	struct p *p = &harness_p[i];

	p->id = i;
	store_relaxed(&p->timers.next, INT64_MAX);
	p->timers.heap = heaps[i];
	p->timers.cap = HARNESS_TIMERS;
	goro__allp[i] = p;
	if (!running) {
		goro__pidleput(p);
		return;
	}
	harness_m[i].p = p;
	store_relaxed(&p->m, &harness_m[i]);
	store_relaxed(&p->mp, mp());
	store_relaxed(&p->status, PRUNNING);
}

void harness_reset(int n, int running)
{
	memset(&goro__sched, 0, sizeof(goro__sched));
	memset(harness_p, 0, sizeof(harness_p));
	memset(harness_m, 0, sizeof(harness_m));
	memset(harness_g, 0, sizeof(harness_g));
	map_end = 0;
	store_relaxed(&goro__sched.gomaxprocs, n);
	goro__sched.maxm = 1000;
	goro__sched.embedded = true; /* a model has its own idea of the end */
	store_relaxed(&goro__mp, n > 1 ? MP_MANY : 0);
	for (int i = 0; i < HARNESS_MS; i++)
		make_m(i);
	for (int i = n - 1; i >= 0; i--)
		make_p(i, i < running);
}

/* ---- Ms and goroutines as they are ------------------------------------------- */

enum { STACK = 16 << 10 };

static char stacks[HARNESS_GS][STACK] __attribute__((aligned(64)));

struct g *harness_go(int i, struct p *p, void (*fn)(void *))
{
	struct g *g = &harness_g[i];
	char *top = stacks[i] + STACK;
	struct stack *s = (struct stack *)(void *)top - 1;

	*s = (struct stack){.g = g, .lo = stacks[i]};
	g->stack = s;
	g->sp = arch_first_frame(s);
	store_relaxed(&g->lo, (uintptr_t)s->lo);
	g->fn = fn;
	state_start(g);
	if (p)
		runq_push(&p->runq, g);
	return g;
}

void *engine_goroutine(void)
{
	struct g *g = goro__m()->curg;
	struct m *m;

	run_after(goro__m());
	g->fn(g->arg);
	g->parent++;
	m = goro__m();
	state_end(g);
	m->curg = NULL;
	return m->g0_sp;
}

static void m_main(void *which)
{
	struct m *m = harness_be((int)(intptr_t)which);

	model_may_sleep();
	if (!m->p) {
		goro__note_sleep(&m->note, -1);
		goro__take_nextp();
	}
	goro__schedule();
}

void harness_m_thread(const char *name, int i)
{
	struct sched *s = &goro__sched;
	struct m *m = &harness_m[i];

	add_relaxed(&s->mcount, 1u);
	store_relaxed(&m->tid, i + 1);
	if (!m->p) {
		m->schedlink = s->idle.midle;
		s->idle.midle = m;
		s->idle.nmidle++;
	}
	model_thread(name, m_main, (void *)(intptr_t)i);
}

/* ---- what models without these files need --------------------------------- */

#define STUB __attribute__((weak))

STUB void goro__fatal(const char *text)
{
	model_fail(text);
}

static void overwritten(void)
{
	model_fail("the lock is overwritten");
}

STUB void (*const goro__lock_overwritten)(void) = overwritten;

/* No model makes calls while no run is on. */
struct p goro__quiet_p;

STUB void goro__preempt_unblock(sigset_t *mask)
{
	(void)mask;
}

STUB void goro__preempt(struct p *p, enum stopped how)
{
	store_relaxed(&p->preempt, how);
	store_release(&p->resched, 1u);
}

/* No goroutine sleeps in the kernel. */
STUB bool goro__asleep(struct asleep_note *note, struct m *m, int64_t now)
{
	(void)note, (void)m, (void)now;
	return false;
}

/* The C library's and the kernel's share of a blocking call. */
STUB void goro__call_outside(struct m *m, void (*fn)(void *), void *arg)
{
	(void)m;
	fn(arg);
}

STUB void goro__keep_call(void)
{
}

/* Nor are there signal masks. */
STUB void goro__keep(struct g *g)
{
	(void)g;
}

STUB uint32_t goro__mp_for(int32_t procs)
{
	return procs > 1 ? MP_MANY : 0;
}

STUB void goro__halt(void)
{
	model_fail("halts");
}

STUB void goro__schedule(void)
{
	model_fail("schedules");
}

STUB void goro__each_g(void (*fn)(struct g *g, void *arg), void *arg)
{
	for (int i = 0; i < HARNESS_GS && harness_g[i].fn; i++)
		fn(&harness_g[i], arg);
}

STUB int model_tgkill(int tid, int sig)
{
	(void)tid, (void)sig;
	return 0;
}

__attribute__((no_sanitize("thread"))) void *model_map(size_t size)
{
	char *p = mapped + map_end;

	map_end += (size + 63) & ~(size_t)63;
	return map_end <= sizeof(mapped) ? memset(p, 0, size) : NULL;
}

STUB void goro__systemstack(void (*fn)(void *), void *arg)
{
	fn(arg);
}

STUB void goro__world_park(void)
{
}

STUB void goro__attend(struct p *p)
{
	store_relaxed(&p->resched, 0u);
}

STUB void goro__ready(struct g *g)
{
	(void)g;
}

STUB void goro__park(struct lock *l, enum wait_reason why)
{
	(void)l, (void)why;
}

static int64_t no_trace(void)
{
	return -1;
}

static void nothing_listed(void)
{
}

STUB bool goro__tools;

STUB const struct hooks goro__hooks = {.wait = no_trace,
				       .free_listed = nothing_listed};

STUB void goro__scavenge(bool all)
{
	(void)all;
}

STUB void goro__break_poll(void)
{
	goro__note_wake(&goro__sched.idle.pollnote);
}

STUB int64_t goro__next_timer(void)
{
	return INT64_MAX;
}

STUB void goro__deadline(int64_t when)
{
	(void)when;
}

STUB void goro__deadline_here(struct m *m, int64_t when)
{
	(void)m, (void)when;
}

STUB bool goro__poll_idle(struct m *m)
{
	(void)m;
	return false;
}
