/* core.c - goroutines: yield, spawn, and switching among many. */
#include <stdatomic.h>
#include <stdlib.h>

#include "workload.h"

/* ---- two that yield ------------------------------------------------------ */

/* One of several goroutines; its maker reads it after the join. */
struct worker {
	assay_waitgroup *wg;
	int64_t turns, done;
};

static void yielder(void *arg)
{
	struct worker *w = arg;

	for (; w->done < w->turns; w->done++)
		rt.core.yield();
	rt.sync.wg_add(w->wg, -1);
}

static void yield(struct bench_state *s)
{
	assay_waitgroup wg = {0};
	int64_t n = bench_begin(s);
	struct worker a = {.wg = &wg, .turns = n / 2};
	struct worker b = {.wg = &wg, .turns = n - n / 2};

	rt.sync.wg_add(&wg, 2);
	spawn(yielder, &a);
	spawn(yielder, &b);
	rt.sync.wg_wait(&wg, ASSAY_FOREVER);
	bench_end(s);
	expect(s, "number of yields", a.done + b.done, n);
	finish(s, n, 2, 0);
}

/* ---- spawn --------------------------------------------------------------- */

static void end_at_once(void *arg)
{
	struct worker *w = arg;

	w->done++;
	rt.sync.wg_add(w->wg, -1);
}

static void spawn_join(struct bench_state *s)
{
	assay_waitgroup wg = {0};
	struct worker w = {.wg = &wg};
	int64_t n = bench_begin(s);

	for (int64_t i = 0; i < n; i++) {
		rt.sync.wg_add(&wg, 1);
		spawn(end_at_once, &w);
		rt.sync.wg_wait(&wg, ASSAY_FOREVER);
	}
	bench_end(s);
	expect(s, "number of goroutines", w.done, n);
	finish(s, n, n, 0);
}

static void burst(struct worker *w, int64_t n)
{
	assay_waitgroup wg = {0};

	rt.sync.wg_add(&wg, n);
	for (int64_t i = 0; i < n; i++) {
		w[i].wg = &wg;
		spawn(end_at_once, &w[i]);
	}
	rt.sync.wg_wait(&wg, ASSAY_FOREVER);
}

static void spawn_many_after(struct bench_state *s, bool warm)
{
	int64_t n = size_of(s, 0, 100), done = 0, rounds;
	struct worker *w = zeroed((size_t)n, sizeof(*w));

	if (warm)
		burst(w, n);
	tally_restart();
	rounds = bench_begin(s);
	for (int64_t i = 0; i < rounds; i++)
		burst(w, n);
	bench_end(s);
	for (int64_t i = 0; i < n; i++)
		done += w[i].done;
	free(w);
	expect(s, "number of goroutines", done, n * (rounds + warm));
	finish(s, n * rounds, n * rounds, 0);
}

static void spawn_many(struct bench_state *s)
{
	spawn_many_after(s, true);
}

static void spawn_cold(struct bench_state *s)
{
	spawn_many_after(s, false);
}

/* ---- the working set ----------------------------------------------------- */

/* With fewer, what a goroutine's end costs would show. */
enum { LEAST_TURNS = 10 };

/*
 * Goroutines park until all are there: main spawns them alone, and is not
 * preempted for their sake.  Woken, they yield until main has had its turn, and
 * then so many times more.
 */
struct set {
	assay_waitgroup gate, wg;
	int64_t turns;
	atomic_int go; /* release by main, acquire by each: turns is set */
	atomic_llong yields;
};

static void take_turns(void *arg)
{
	struct set *set = arg;
	int64_t done = 0;

	rt.sync.wg_wait(&set->gate, ASSAY_FOREVER);
	while (!atomic_load_explicit(&set->go, memory_order_acquire))
		rt.core.yield();
	for (; done < set->turns; done++)
		rt.core.yield();
	atomic_fetch_add_explicit(&set->yields, done, memory_order_relaxed);
	rt.sync.wg_add(&set->wg, -1);
}

static void switch_set(struct bench_state *s)
{
	int64_t n = size_of(s, 0, 100);
	int64_t turns = (bench_planned(s) + n - 1) / n;
	struct set set = {.turns = turns < LEAST_TURNS ? LEAST_TURNS : turns};

	rt.sync.wg_add(&set.gate, 1);
	rt.sync.wg_add(&set.wg, n);
	for (int64_t i = 0; i < n; i++)
		spawn(take_turns, &set);
	rt.core.yield();
	rt.sync.wg_add(&set.gate, -1);
	rt.core.yield();
	bench_begin(s);
	atomic_store_explicit(&set.go, 1, memory_order_release);
	rt.sync.wg_wait(&set.wg, ASSAY_FOREVER);
	bench_end(s);
	expect(s, "number of yields", atomic_load(&set.yields), set.turns * n);
	finish(s, set.turns * n, n, 0);
}

#define SET(n)                                                                 \
	{                                                                      \
		.name = "core/switch_set/n:" #n, .measure = switch_set,        \
		.goroutines = n, .bytes_each = 8192, NEEDS(NEED_GO)            \
	}

const struct workload core_workloads[] = {
	{"core/yield", yield, NEEDS(NEED_GO)},
	{"core/spawn_join", spawn_join, NEEDS(NEED_GO)},
	{"core/spawn_many/n:100000", spawn_many, NEEDS(NEED_GO),
	 .goroutines = 100000, .bytes_each = 8192},
	{"core/spawn_cold/n:100000", spawn_cold, NEEDS(NEED_GO),
	 .goroutines = 100000, .bytes_each = 8192, .fresh = true},
	SET(2),
	SET(10),
	SET(100),
	SET(1000),
	SET(10000),
	SET(100000),
	SET(1000000),
	{0},
};
