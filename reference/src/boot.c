/*
 * boot.c - the start: osinit, schedinit, procresize, newproc(main), mstart.
 *
 * The thread that calls goro_run() does not become an M: it waits.  So it can
 * return as soon as main has, even if every M is in the middle of some other
 * goroutine that will not stop.
 */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sched/bubble.h"
#include "sched/clock.h"
#include "sched/decide.h"
#include "base/libc_text.h"
#include "sched/errtext.h"
#include "sched/halt.h"
#include "sched/outside.h"
#include "base/config.h"
#include "base/godebug.h"
#include "base/print.h"
#include "sched/panic.h"
#include "sched/idle.h"
#include "base/note.h"
#include "diag/contention.h"
#include "diag/cpuprof.h"
#include "diag/dump.h"
#include "diag/leaks.h"
#include "diag/overflow.h"
#include "diag/quit.h"
#include "diag/steps.h"
#include "sched/explore.h"
#include "sched/hooks.h"
#include "sched/replay.h"
#include "sched/die.h"
#include "sched/goroutine.h"
#include "sched/thread.h"
#include "sched/tools.h"
#include "sched/preempt.h"
#include "sched/stack.h"
#include "sched/state.h"
#include "sched/world.h"
#include "sched/runq.h"
#include "sched/sysmon.h"
#include "wait/chanfree.h"
#include "wait/stopper.h"
#include "wait/owners.h"
#include "diag/schedtrace.h"
#include "diag/tracefile.h"
#include "diag/traceflight.h"
#include "diag/tracegen.h"
#include "diag/tracestack.h"
#include "base/sys.h"
#include "base/text.h"

#define DEFAULT_STACK ((size_t)64 << 10)
#define MAIN_STACK GORO_STACK_MAX

static void tick(int64_t now)
{
	goro__schedtrace_tick(now);
	goro__tracegen_tick(now);
	goro__cpuprof_tick(now);
}

/* The earlier of two; negative is never. */
static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int64_t wait_for_tick(void)
{
	return sooner(goro__cpuprof_wait(),
		      sooner(goro__schedtrace_wait(), goro__tracegen_wait()));
}

static void at_end(void)
{
	goro__traceflight_die();
	goro__tracefile_die();
}

static void free_listed(void)
{
	goro__chan_free_listed(goro__chan_free);
}

const struct hooks goro__hooks = {
	.at_death = goro__schedtrace_stop,
	.last_words = goro__schedtrace_dying,
	.dump_all = goro__dump_all,
	.dump_g = goro__dump_g,
	.at_end = at_end,
	.free_listed = free_listed,
	.trace_turn = goro__tracegen_turn,
	.trace_here = goro__tracestack_here,
	.trace_of = goro__tracestack_of,
	.trace_writer = goro__tracefile_writer,
	.ready = goro__contention_ready,
	.waited = goro__contention_waited,
	.unlock = goro__contention_unlock,
	.stop_all = goro__stop_all,
	.start_all = goro__start_all,
	.explore_new = goro__explore_new,
	.explore_turn = goro__explore_turn,
	.explore_step = goro__explore_step,
	.step = goro__steps_say,
	.bubble_park = goro__bubble_park,
	.bubble_leave = goro__bubble_leave,
	.bubble_due = goro__bubble_due,
	.tick = tick,
	.wait = wait_for_tick,
};

void (*const goro__lock_overwritten)(void) = goro__die_of_lock;

struct boot {
	goro_fn fn;
	void *arg;
};

static struct boot boot;

int goro_num_cpu(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return CPU_COUNT(&set);
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* Returns the positive decimal number in s, 0 if s is anything else. */
static int64_t positive(const char *s)
{
	char *end;
	long long v;

	if (!s || *s < '0' || *s > '9')
		return 0;
	errno = 0;
	v = strtoll(s, &end, 10);
	return *end || errno ? 0 : v;
}

static int32_t initial_procs(const struct goro_config *c)
{
	int64_t n =
		c->procs > 0 ? c->procs : positive(secure_getenv("GOMAXPROCS"));

	if (n <= 0)
		n = goro_num_cpu();
	return (int32_t)(n > MAX_PROCS ? MAX_PROCS : n);
}

static size_t no_size(const char *text)
{
	print_str("goro: GORO_STACK=");
	print_str(text);
	print_str(" is no number of bytes from 1 to ");
	print_int(GORO_STACK_MAX);
	print_str(": left out\n");
	return DEFAULT_STACK;
}

static size_t initial_stack(const struct goro_config *c)
{
	const char *text = secure_getenv("GORO_STACK");
	int64_t n = positive(text);

	if (c->stack)
		return c->stack;
	if (!text || !*text)
		return DEFAULT_STACK;
	return n > 0 && (uint64_t)n <= GORO_STACK_MAX ? (size_t)n
						      : no_size(text);
}

static uint64_t seed_of(const struct goro_config *c)
{
	return (c->seed ? c->seed : (uint64_t)sys_clock()) *
		       UINT64_C(0x9e3779b97f4a7c15) |
	       1;
}

static void main_returned(void *unused)
{
	(void)unused;
	goro__yield_to_death();
	goro__main_returned();
}

/*
 * Waits a while for panics of other goroutines, so that main's return does not
 * lose them: their deferred calls run, and a report ends the process.
 */
static void let_panics_report(void)
{
	for (int i = 0; i < 1000 && goro__panics_running() > 0; i++) {
		if (explored())
			goro__explore_gives_way();
		goro_yield();
	}
}

static void call_main(void *arg)
{
	struct boot *b = arg;

	call_user(b->fn, b->arg);
	if (goro__outside())
		goro__refuse("return from main");
}

static void run_main(void *arg)
{
	struct boot *b = arg;

	goro__call(call_main, b, NULL, NULL);
	goro__drop_error_texts();
	let_panics_report();
	goro__leaks_at_end();
	if (explored())
		goro__explore_main_ended();
	san_release(&goro__sched.done);
	if (goro__virtual() && !explored())
		goro__goexit0(); /* the run ends with the last goroutine */
	goro__tracefile_main_returned();
	goro__systemstack(main_returned, NULL);
}

static void schedinit(const struct goro_config *c)
{
	struct sched *s = &goro__sched;

	arch_fp_init();
	s->start = sys_clock();
	goro__set_seconds(s->start);
	if (s->maxm == 0)
		s->maxm = MAX_THREADS;
	s->embedded = c->embedded;
	s->async_timers = goro__godebug("asynctimerchan") != 0;
	if (c->virtual_time)
		goro__virtual_start();
	goro__tools_start();
	goro__stack_init(initial_stack(c));
	goro__libc_text_init();
	goro__overflow_init();
	goro__quit_init();
	goro__owners_init(goro__leaks_init());
	goro__tracestack_init();
	goro__preempt_init(goro__godebug("asyncpreemptoff") > 0 ||
			   goro__explored_run);
}

/* Starts main's goroutine, on behalf of m0, which does not run yet. */
static int start_main(struct m *m0)
{
	int size_class = goro__stack_class(MAIN_STACK);
	struct g *g = goro__newg(run_main, &boot, 0, size_class, NULL);

	if (!g)
		return GORO_ENOMEM;
	memcpy(&g->arg, &(void *){&boot}, sizeof(g->arg));
	goro__start(g);
	m0->nextp = goro__releasep();
	return GORO_OK;
}

static int mstart(struct m *m0)
{
	/* m0 last: if that fails nothing has run yet. */
	if (goro__newm_thread(goro__sysmon) || goro__newm_start(m0))
		return GORO_ENOMEM;
	return GORO_OK;
}

static int bootstrap(const struct goro_config *c)
{
	struct m *m0 = sys_map(sizeof(*m0));
	int status;

	if (!m0)
		return GORO_ENOMEM;
	goro__sched.seed = m0->rand = seed_of(c);
	schedinit(c);
	add_relaxed(&goro__sched.mcount, 1u);
	goro__sched.mmade = 1;
	goro__tls_m = m0;
	goro__procresize(initial_procs(c));
	goro__start_world();
	if (goro__explored_run)
		goro__explore_start();
	goro__sched.allm = m0;
	goro__schedtrace_first();
	status = start_main(m0);
	if (!status) {
		goro__cpuprof_boot();
		goro__traceflight_boot();
		goro__tracefile_boot();
	}
	goro__tls_m = NULL;
	if (status)
		return status;
	goro__outside_init();
	return mstart(m0);
}

/*
 * Waits until the run is over, and makes threads.  The caller's registers are in
 * this frame, so that the search for leaks finds what it holds.
 */
static __attribute__((noinline)) void wait_for_end(struct sched *s)
{
	__builtin_unwind_init();
	s->maker_sp = (uintptr_t)__builtin_alloca(16);
	store_release(&s->maker_tid, sys_gettid()); /* pairs with at_rest() */
	/* Pairs with the release in main_returned() and end_run(). */
	while (!load_acquire(&s->done)) {
		goro__note_sleep(&s->maker_note, -1);
		goro__make_threads();
	}
}

/* A run that is explored has one P and virtual time, and draws no lots. */
static void explore(struct goro_config *c)
{
	c->procs = 1;
	c->virtual_time = true;
	c->seed = 1;
}

static int no_virtual_time(void)
{
	if (goro__explored_run)
		print_str("goro: a run that is embedded or has asynctimerchan "
			  "cannot be explored\n");
	return GORO_ENOTSUP;
}

int goro_run_with(goro_fn fn, void *arg, const struct goro_config *config)
{
	static atomic_uint started;
	struct goro_config c = {0};
	int status;

	if (!config_copy(&c, sizeof(c), config) || !fn || c.procs < 0 ||
	    c.stack > GORO_STACK_MAX)
		return GORO_EINVAL;
	if (goro__replay_asked())
		explore(&c);
	if (c.virtual_time && (c.embedded || !goro_sync_timers()))
		return no_virtual_time();
	if (xchg_acquire(&started, 1u))
		return GORO_ENOTSUP;
	boot = (struct boot){.fn = fn, .arg = arg};
	status = bootstrap(&c);
	if (status)
		return status;
	wait_for_end(&goro__sched);
	goro__halt_others();
	goro__tracefile_run_over();
	goro__cpuprof_run_over();
	san_acquire(&goro__sched.done);
	free_listed();
	return GORO_OK;
}

int goro_run(goro_fn fn, void *arg)
{
	return goro_run_with(fn, arg, NULL);
}
