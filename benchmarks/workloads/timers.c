/* timers.c - the clock, timers that never fire, many that sleep. */
#include <stdatomic.h>

#include "workload.h"

enum { HOUR_S = 3600, SPREAD = 50 };

#define MS INT64_C(1000000)

static void now(struct bench_state *s)
{
	int64_t n = bench_begin(s), last = 0, backwards = 0;

	for (int64_t i = 0; i < n; i++) {
		int64_t t = rt.time.now();

		backwards += t < last;
		last = t;
	}
	bench_end(s);
	expect(s, "times the clock went back", backwards, 0);
	finish(s, n, 0, 0);
}

static void start_stop(struct bench_state *s)
{
	int64_t n = bench_begin(s), stopped = 0;

	for (int64_t i = 0; i < n; i++) {
		assay_timer *t = rt.time.timer_new(HOUR_S * 1000 * MS);

		stopped += rt.time.timer_stop(t);
		rt.time.timer_free(t);
	}
	bench_end(s);
	expect(s, "number of timers stopped in time", stopped, n);
	finish(s, n, 0, 0);
}

/* ---- sleepers ------------------------------------------------------------ */

static struct {
	assay_waitgroup wg;
	int64_t n;
	atomic_llong started, early; /* counts; read after the join */
} sleepers;

static void sleeper(void *arg)
{
	int64_t ns, start;

	(void)arg;
	ns = (1 + atomic_fetch_add_explicit(&sleepers.started, 1,
					    memory_order_relaxed) %
			  SPREAD) *
	     MS;
	start = clock_ns();
	rt.time.sleep(ns);
	if (clock_ns() - start < ns)
		atomic_fetch_add_explicit(&sleepers.early, 1,
					  memory_order_relaxed);
	rt.sync.wg_add(&sleepers.wg, -1);
}

static void sleepers_once(struct bench_state *s)
{
	(void)s;
	rt.sync.wg_add(&sleepers.wg, sleepers.n);
	for (int64_t i = 0; i < sleepers.n; i++)
		spawn(sleeper, NULL);
	rt.sync.wg_wait(&sleepers.wg, ASSAY_FOREVER);
}

static void measure_sleepers(struct bench_state *s)
{
	int64_t cpu, n;

	sleepers.n = size_of(s, 0, 200);
	sleepers_once(s);
	atomic_store(&sleepers.started, 0);
	tally_restart();
	cpu = process_cpu_ns();
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i++)
		sleepers_once(s);
	bench_end(s);
	cpu = process_cpu_ns() - cpu;
	expect(s, "number of sleepers", atomic_load(&sleepers.started),
	       n * sleepers.n);
	expect(s, "number of sleeps that were too short",
	       atomic_load(&sleepers.early), 0);
	bench_counter(s, "cpu_ms", (double)cpu / 1e6, BENCH_PER_ITERATION);
	finish(s, n, n * sleepers.n, 0);
}

const struct workload time_workloads[] = {
	{"time/now", now, NEEDS(NEED(time, now))},
	{"time/start_stop", start_stop,
	 NEEDS(NEED(time, timer_new), NEED(time, timer_stop),
	       NEED(time, timer_free))},
	{"time/sleepers/n:100000", measure_sleepers,
	 NEEDS(NEED_GO, NEED(time, sleep)), .goroutines = 100000,
	 .bytes_each = 8192},
	{0},
};
