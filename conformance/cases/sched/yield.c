/*
 * Yield and co-operative preemption: who runs after it, and that nobody is
 * lost by it.
 */
#include "kit/kit.h"

/* SC-009: the spinner sees the stop message only if its yields let main run. */
struct spinner {
	atomic_int stop, stopped;
	bool tied;
};

static void spin_until_told(void *arg)
{
	struct spinner *s = arg;

	if (s->tied)
		rt->blocking->lock_thread();
	while (count(&s->stop) == 0)
		yield();
	mark(&s->stopped);
}

CASE_TABLE(SC_009, yield_progress, (bool tied),
	   ROW1((false), "yield lets another goroutine run"),
	   ROW(tied, (true),
	       "also when the one that yields is tied to its thread",
	       NEEDS(NEED(blocking, lock_thread))))
{
	static struct spinner s;

	s.tied = tied;
	go(spin_until_told, &s);
	sleep_ns(10 * MS);
	mark(&s.stop);
	CHECK(becomes(&s.stopped, 1));
}

/* Without a timer to bring main back: main itself only yields. */
CASE_OF(SC_009, both, "two that only yield see each other")
{
	static struct spinner s;

	go(spin_until_told, &s);
	yield();
	mark(&s.stop);
	while (count(&s.stopped) == 0)
		yield();
	CHECK_EQ(count(&s.stopped), 1);
}

static atomic_int turns;

static void take_turn(void *arg)
{
	(void)arg;
	/* relaxed: a count that carries no data */
	atomic_fetch_add_explicit(&turns, 1, memory_order_relaxed);
}

CASE(SC_010, "after yield the child has mostly run", .procs = {1},
     .traits = ASSAY_TRAIT_PROC_LIMIT)
{
	int64_t n = rounds(5000), first = 0;

	for (int64_t i = 0; i < n; i++) {
		int before = atomic_load_explicit(&turns, memory_order_relaxed);

		go(take_turn, NULL);
		yield();
		first += atomic_load_explicit(&turns, memory_order_relaxed) >
			 before;
	}
	CHECK_GT(first, n / 2);
	note("the child ran first in %" PRId64 " of %" PRId64, first, n);
}

enum { YIELDERS = 8, YIELDS = 1000 };

static atomic_int finished;

static void yield_often(void *arg)
{
	int64_t *count = arg;

	for (int i = 0; i < YIELDS; i++) {
		yield();
		++*count;
	}
	/* release: hands *count to the acquire load in becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE(SC_011, "yield never loses its caller", .flags = CASE_VALGRIND)
{
	static int64_t counts[YIELDERS];

	for (int i = 0; i < YIELDS; i++)
		yield();
	for (int i = 0; i < YIELDERS; i++)
		go(yield_often, &counts[i]);
	for (int i = 0; i < YIELDS; i++)
		yield();
	REQUIRE(becomes(&finished, YIELDERS));
	for (int i = 0; i < YIELDERS; i++)
		CHECK_EQ(counts[i], YIELDS);
	for (int i = 0; i < YIELDS; i++)
		yield();
}

/*
 * SC-014: each of two goroutines spins until it is its turn, with nothing but
 * a check-point in the loop.
 */
enum { TURNS = 2 };

static void spin_for_turn(void *arg)
{
	int me = *(const int *)arg;

	for (int i = 0; i < TURNS; i++) {
		/* acquire and release: the turn is handed over */
		while (atomic_load_explicit(&turns, memory_order_acquire) !=
		       2 * i + me)
			rt->inspect->checkpoint();
		atomic_fetch_add_explicit(&turns, 1, memory_order_release);
	}
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE(SC_014, "spinning with a check-point lets the other one run",
     NEEDS(NEED(inspect, checkpoint)))
{
	for (int i = 0; i < 2; i++)
		go_copy(spin_for_turn, &i, sizeof(i));
	REQUIRE(becomes(&finished, 2));
	CHECK_EQ(atomic_load_explicit(&turns, memory_order_acquire), 2 * TURNS);
}

/* SC-020: only the order is noted; what is promised is that all run. */
enum { STARTED = 5 };

static int order[STARTED];

static void write_order(void *arg)
{
	order[atomic_fetch_add_explicit(&turns, 1, memory_order_relaxed)] =
		*(const int *)arg;
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE(SC_020, "the goroutines that one started all run, in some order",
     .procs = {1})
{
	unsigned seen = 0;

	for (int i = 0; i < STARTED; i++)
		go_copy(write_order, &i, sizeof(i));
	REQUIRE(becomes(&finished, STARTED));
	for (int i = 0; i < STARTED; i++)
		seen |= 1u << order[i];
	CHECK_EQ(seen, (1u << STARTED) - 1);
	note("order %d %d %d %d %d", order[0], order[1], order[2], order[3],
	     order[4]);
}
