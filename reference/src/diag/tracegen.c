/*
 * tracegen.c - see tracegen.h.
 *
 * Go lets each thread go over to the new generation by itself, and writes the
 * status of a goroutine when it is first mentioned.  Here the world stops, for
 * as long as it takes to write the status of all: that is simple, and a
 * goroutine that does nothing is in each generation all the same.
 *
 * Where goroutines are not stopped by signals, one that computes may keep the
 * world from stopping.  Then the old generation goes on.
 */
#include "diag/tracegen.h"

#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/tracestack.h"
#include "diag/tracetab.h"
#include "sched/clock.h"
#include "sched/idle.h"
#include "sched/outside.h"
#include "sched/stack.h"
#include "sched/state.h"
#include "sched/trace.h"
#include "wait/sleep.h"
#include "wait/stopper.h"

#define PERIOD INT64_C(1000000000)
#define PATIENCE INT64_C(10000000)
#define NAP INT64_C(1000000)

enum { YIELDS = 100 };

static _Atomic(int64_t) next; /* when a generation is to begin */

struct trace_gen *goro__tracegen_new(void)
{
	struct trace_gen *gen = sys_map(sizeof(*gen));

	if (!gen)
		return NULL;
	gen->tables = goro__tracetab_new(TRACE_STRINGS);
	if (gen->tables)
		return gen;
	sys_unmap(gen, sizeof(*gen));
	return NULL;
}

void goro__tracegen_free(struct trace_gen *list)
{
	while (list) {
		struct trace_gen *gen = list;

		list = gen->next;
		goro__tracetab_free(gen->tables);
		sys_unmap(gen, sizeof(*gen));
	}
}

static atomic_uint control;

static void nap(void)
{
	if (goro__outside())
		sys_nanosleep(NAP);
	else
		goro__block_until(goro__now() + NAP, WAIT_SLEEP);
}

/* Whoever has control may write into a pipe with a slow reader. */
static void take_control(int64_t patience)
{
	int64_t began = sys_clock();

	/* Pairs with the release in goro__trace_control_end(). */
	for (int tries = 0; xchg_acquire(&control, 1u); tries++) {
		if (patience >= 0 && sys_clock() - began > patience)
			return;
		if (tries < YIELDS)
			goro_yield();
		else
			nap();
	}
}

void goro__trace_control(void)
{
	take_control(-1);
}

void goro__trace_control_for(int64_t ns)
{
	take_control(ns);
}

bool goro__trace_try_control(void)
{
	/* As above; a goroutine holds it for as long as a file is written. */
	for (int tries = 0; tries < 1000; tries++) {
		if (!xchg_acquire(&control, 1u))
			return true;
		sys_nanosleep(1000000);
	}
	return false;
}

struct opening {
	const char *path;
	int fd;
};

static void open_blocking(void *arg)
{
	struct opening *o = arg;

	o->fd = sys_create(o->path, 0);
}

int goro__trace_open(const char *path)
{
	struct opening o = {.path = path};

	goro_blocking(open_blocking, &o);
	return o.fd;
}

void goro__trace_path(const char *path, char *out, size_t n)
{
	struct out text = {.buf = out, .n = n};

	for (; *path; path++) {
		char c[2] = {*path, '\0'};

		if (path[0] != '%' || path[1] != 'p') {
			goro__out_str(&text, c);
			continue;
		}
		goro__out_int(&text, getpid());
		path++;
	}
}

void goro__trace_control_end(void)
{
	store_release(&control, 0u);
}

/* ---- the beginning ------------------------------------------------------------ */

enum { G_RUNNABLE = 1, G_RUNNING = 2, G_CALL = 3, G_WAITING = 4 };

static void put_g(struct g *g, uint64_t thread, uint64_t status)
{
	g->trace_seq = 0;
	TRACE_EVENT(TRACE_GO_STATUS_STACK, (uint64_t)g->goid, thread, status,
		    goro__tracestack_of(g));
}

static void put_status(struct g *g, void *arg)
{
	const struct m *m = arg;

	if (g->goid <= 0)
		return;
	switch (load_relaxed(&g->status)) {
	case GRUNNABLE:
		put_g(g, UINT64_MAX, G_RUNNABLE);
		break;
	case GRUNNING:
		put_g(g, goro__trace_thread(m), G_RUNNING);
		break;
	case GSYSCALL:
		put_g(g, (uint64_t)load_relaxed(&g->m->tid), G_CALL);
		break;
	case GWAITING:
		put_g(g, UINT64_MAX, G_WAITING);
		break;
	}
}

static void put_all(struct m *m)
{
	for (int32_t i = 0; i < goro__procs(); i++) {
		struct p *p = goro__allp[i];

		goro__trace_p_status(p, p == m->p ? TRACE_P_RUNNING
						  : TRACE_P_IDLE);
		store_relaxed(&p->resched, no_resched());
	}
	goro__each_g(put_status, m);
}

static void set_clocks(struct trace_gen *gen)
{
	struct timespec wall;

	sys_wall_clock(&wall);
	gen->mono = sys_clock();
	gen->sec = wall.tv_sec;
	gen->nsec = wall.tv_nsec;
}

void goro__tracegen_begin(struct trace_gen *gen)
{
	struct m *m = goro__m();

	if (!load_relaxed(&goro__tracing))
		goro__tracegen_free(goro__trace_remove_all());
	lock(&goro__sched.lock);
	state_set_mp(mp() | MP_TRACED);
	set_clocks(gen);
	store_relaxed(&next, gen->mono + PERIOD);
	goro__trace_next(gen);
	put_all(m);
	unlock(&goro__sched.lock);
	goro__tracegen_begun();
}

/* ---- when ----------------------------------------------------------------------- */

static void later(void)
{
	store_relaxed(&goro__trace.due, 0u);
	store_relaxed(&next, sys_clock() + PERIOD);
}

void goro__tracegen_fast(void)
{
	if (!goro__try_stop_world(PATIENCE)) {
		later();
		return;
	}
	if (!load_relaxed(&goro__tracing))
		state_set_mp(mp() & ~(uint32_t)MP_TRACED);
	goro__start_world();
}

static void begin_next(void)
{
	struct trace_gen *gen = goro__tracegen_new();

	if (!gen || !goro__try_stop_world(PATIENCE)) {
		goro__tracegen_free(gen);
		later();
		return;
	}
	/* The trace may have ended meanwhile. */
	if (load_relaxed(&goro__tracing))
		goro__tracegen_begin(gen);
	else
		goro__tracegen_free(gen);
	goro__start_world();
}

void goro__tracegen_turn(void)
{
	if (!load_relaxed(&goro__trace.due))
		return;
	if (load_relaxed(&goro__tracing))
		begin_next();
	else
		goro__tracegen_fast();
}

void goro__tracegen_tick(int64_t now)
{
	if (!(mp() & MP_TRACED) || now < load_relaxed(&next))
		return;
	store_relaxed(&goro__trace.due, 1u);
	if ((int32_t)load_relaxed(&goro__sched.idle.npidle) == goro__procs())
		goro__wake_now();
}

int64_t goro__tracegen_wait(void)
{
	int64_t ns = load_relaxed(&next) - sys_clock();

	if (!(mp() & MP_TRACED))
		return -1;
	return ns > 0 ? ns : 0;
}
