/*
 * How many run at once: never more than GOMAXPROCS (SC-005, SC-007), and as
 * many as that where there are CPUs (SC-006, SC-025).
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "kit/kit.h"

static void skip_on_one_cpu(void)
{
	if (cpus_allowed() < 2)
		skip("one CPU");
}

/*
 * SC-005: every goroutine writes down when its bursts began and ended; no
 * more than GOMAXPROCS of these spans may share an instant.  A preempted
 * burst is open while others run, rightly: its thread got less time than has
 * passed, and such bursts are left out.
 */
#define BURST (20000)
enum { BURSTS = 2000, BUSY_MAX = 24 };

struct burst {
	int64_t begin, end, computed;
};

static int64_t thread_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * SEC + t.tv_nsec;
}

static bool was_stopped(const struct burst *b)
{
	return b->end - b->begin - b->computed > BURST / 2;
}

static struct burst bursts[BUSY_MAX][BURSTS];
static atomic_int started, finished;
static int busy, turns; /* goroutines, and bursts of each */

static void compute_in_bursts(void *arg)
{
	struct burst *b = arg;

	/* relaxed: a starting gun; bursts begin once all are in the queues */
	atomic_fetch_add_explicit(&started, 1, memory_order_relaxed);
	while (atomic_load_explicit(&started, memory_order_relaxed) < busy)
		yield();
	for (int i = 0; i < turns; i++) {
		int64_t computed;

		yield();
		computed = thread_time();
		b[i].begin = now();
		do
			b[i].end = now();
		while (b[i].end - b[i].begin < BURST);
		b[i].computed = thread_time() - computed;
	}
	/* release: hands the spans to the acquire load in becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

/* A span's begin or end; ends come first at the same instant. */
struct edge {
	int64_t at;
	int change;
};

static int earlier(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->change - y->change;
}

static int most_at_once(int *left_out)
{
	static struct edge edges[2 * BUSY_MAX * BURSTS];
	size_t n = 0;
	int open = 0, most = 0;

	for (int g = 0; g < busy; g++) {
		for (int i = 0; i < turns; i++) {
			struct burst b = bursts[g][i];

			if (was_stopped(&b)) {
				++*left_out;
				continue;
			}
			edges[n++] = (struct edge){b.begin, 1};
			edges[n++] = (struct edge){b.end, -1};
		}
	}
	qsort(edges, n, sizeof(edges[0]), earlier);
	for (size_t i = 0; i < n; i++) {
		open += edges[i].change;
		most = open > most ? open : most;
	}
	return most;
}

CASE(SC_005, "at most GOMAXPROCS goroutines run at one instant",
     .procs = {1, 2, 4}, .traits = ASSAY_TRAIT_PROC_LIMIT,
     .flags = CASE_REAL_TIME)
{
	int left_out = 0, most;

	turns = (int)rounds(BURSTS);
	busy = 4 + 2 * case_procs();
	busy = busy > BUSY_MAX ? BUSY_MAX : busy;
	for (int i = 0; i < busy; i++)
		go(compute_in_bursts, bursts[i]);
	REQUIRE(becomes(&finished, busy));
	most = most_at_once(&left_out);
	CHECK_GE(most, 1);
	CHECK_LE(most, case_procs());
	CHECK_LT(left_out, busy * turns / 2);
	note("at most %d at once, %d bursts left out", most, left_out);
}

static void burn_some(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		int64_t end = in(1 * MS);

		while (now() < end)
			;
		yield();
	}
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

/*
 * SC-007: on one P the work of two takes the sum of both: the process never
 * uses more CPU time than time passes.
 */
CASE(SC_007, "one P is concurrency without parallelism", .procs = {1},
     .traits = ASSAY_TRAIT_PROC_LIMIT | ASSAY_TRAIT_PARALLEL,
     .flags = CASE_NOT_SANITIZED)
{
	int64_t wall = now(), used = cpu_ns();

	go(burn_some, NULL);
	go(burn_some, NULL);
	while (atomic_load_explicit(&finished, memory_order_acquire) < 2)
		yield();
	used = cpu_ns() - used;
	wall = now() - wall;
	CHECK_LE(used, wall + wall / 5 + 2 * MS);
	note("CPU time %" PRId64 " us in %" PRId64 " us", used / 1000,
	     wall / 1000);
}

/*
 * SC-006: hand-offs between spinners that never give way.  One at a time,
 * each hand-off would cost a slice of 10 ms, or never come; in parallel it is
 * a cache miss.  On a busy machine it takes some tries until both have a CPU
 * at the same time; the best one counts.
 */
enum { HANDOFFS = 12, FIRST_TIMED = 4 };
#define SERIAL (10 * MS * (HANDOFFS - FIRST_TIMED) / 2)
#define PATIENCE (5 * SEC)

static atomic_int turn;

static int64_t timed_from; /* by the main goroutine */

static void spin_for_turns(void *arg)
{
	int me = *(const int *)arg;

	for (int i = 0; i < HANDOFFS / 2; i++) {
		if (me == 0 && 2 * i == FIRST_TIMED)
			timed_from = now();
		/* acquire and release: the turn is handed over */
		while (atomic_load_explicit(&turn, memory_order_acquire) !=
		       2 * i + me)
			;
		atomic_store_explicit(&turn, 2 * i + me + 1,
				      memory_order_release);
	}
}

static int64_t time_handoffs(void)
{
	int one = 1, zero = 0;

	atomic_store_explicit(&turn, 0, memory_order_relaxed);
	timed_from = INT64_MAX;
	go_copy(spin_for_turns, &one, sizeof(one));
	spin_for_turns(&zero);
	while (atomic_load_explicit(&turn, memory_order_acquire) < HANDOFFS)
		;
	return now() - timed_from;
}

static void best_handoffs(void)
{
	int64_t best = INT64_MAX, end = in(PATIENCE);

	while (best > SERIAL && now() < end) {
		int64_t t = time_handoffs();

		best = t < best ? t : best;
	}
	CHECK_LE(best, SERIAL);
	note("hand-offs of spinners: %" PRId64 " us", best / 1000);
}

CASE(SC_006, "goroutines on two P run at the same time", .procs = {2, 4},
     .traits = ASSAY_TRAIT_PARALLEL, .flags = CASE_NOT_SANITIZED)
{
	skip_on_one_cpu();
	best_handoffs();
}

static void play(void *c)
{
	assay_chan **pair = c;

	while (recv(pair[0], NULL))
		send_signal(pair[1]);
}

static void serve(void *c)
{
	assay_chan **pair = c;

	while (try_send(pair[0], NULL) != ASSAY_SEND_CLOSED) {
		yield();
		if (atomic_load_explicit(&finished, memory_order_relaxed))
			break;
		try_recv(pair[1], NULL);
	}
}

CASE_OF(SC_006, load, "also beside goroutines that talk", .procs = {4},
	.traits = ASSAY_TRAIT_PARALLEL, .flags = CASE_NOT_SANITIZED)
{
	static assay_chan *pair[2];

	skip_on_one_cpu();
	pair[0] = chan_signal(4);
	pair[1] = chan_signal(4);
	go(play, pair);
	go(serve, pair);
	best_handoffs();
	atomic_store_explicit(&finished, 1, memory_order_relaxed);
}

/*
 * SC-025: main wakes a receiver and computes on.  Without the wake-up rule
 * the receiver would wait for main's slice to end, 10 ms at least.
 */
static void answer(void *arg)
{
	assay_chan *c = arg;

	while (recv(c, NULL))
		atomic_fetch_add_explicit(&turn, 1, memory_order_release);
}

static int64_t wake_latency(assay_chan *c)
{
	int before = atomic_load_explicit(&turn, memory_order_relaxed);
	int64_t begin, t;

	settle(1);
	begin = now();
	send_signal(c);
	do
		t = now() - begin;
	while (atomic_load_explicit(&turn, memory_order_acquire) == before &&
	       t < 200 * MS);
	return t;
}

CASE(SC_025, "a goroutine made runnable starts on an idle P at once",
     .procs = {2, 4}, .traits = ASSAY_TRAIT_PARALLEL)
{
	assay_chan *c = chan_signal(1);
	int64_t best = INT64_MAX;

	skip_on_one_cpu();
	go(answer, c);
	for (int i = 0; i < 50 && (i < 3 || best > 5 * MS); i++) {
		int64_t t = wake_latency(c);

		best = t < best ? t : best;
	}
	CHECK_LE(best, 5 * MS);
	note("the woken one ran after %" PRId64 " us", best / 1000);
}
