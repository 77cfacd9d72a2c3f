/*
 * Sleep: not too short, not too long, and only for the goroutine that calls
 * it.
 */
#include <stdlib.h>
#include <time.h>

#include "kit/work.h"
#include "tm.h"

static atomic_int counted;

static void count_on(void *arg)
{
	(void)arg;
	while (!stopped()) {
		atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
		yield();
	}
	finish();
}

/* The counter may be a thread that a busy machine gives no CPU for a while. */
static bool sleeps_alone(int64_t unit)
{
	int64_t begin = now(), took;

	atomic_store_explicit(&counted, 0, memory_order_relaxed);
	sleep_ns(unit);
	took = now() - begin;
	CHECK_GE(took, unit);
	return IS(took, <, 20 * unit) &&
	       IS(atomic_load_explicit(&counted, memory_order_relaxed), >, 10);
}

CASE(TM_001, "sleep pauses its caller, at least that long, and nobody else")
{
	go(count_on, NULL);
	REQUIRE(becomes(&counted, 1));
	CHECK_SOME_UNIT(sleeps_alone, 50 * MS);
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	CHECK(becomes(&finished, 1));
}

CASE_OF(TM_001, lengths, "no sleep is too short", .flags = CASE_VALGRIND)
{
	static const int64_t lengths[] = {1,          999,    10000,  50000,
					  100000,     999999, 1 * MS, 1234567,
					  2 * MS + 1, 5 * MS};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		int64_t begin = now();

		sleep_ns(lengths[i]);
		CHECK_GE(now() - begin, lengths[i]);
	}
	prove_alive();
}

static void sleep_zero(void *arg)
{
	for (int i = 0; i < 1000; i++)
		sleep_ns(i % 2 == 0 ? 0 : -i);
	(void)arg;
	finish();
}

CASE(TM_002, "sleep(0) and negative sleeps return at once")
{
	int64_t begin = now();

	sleep_zero(NULL);
	CHECK_LT(now() - begin, upto(100 * MS));
	prove_alive();
}

static void take_turn(void *arg)
{
	(void)arg;
	atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
}

/* Now and then the runtime takes the caller's turn away itself. */
CASE_OF(TM_002, stays, "a sleep of none gives no turn to others", .procs = {1},
	.not_traits = ASSAY_TRAIT_CHILD_FIRST, .flags = CASE_REAL_TIME)
{
	int turns[2] = {0, 0};

	for (int i = 1; i <= 100; i++) {
		go(take_turn, NULL);
		sleep_ns(-(i % 2));
		turns[i % 2] += count(&counted) == i;
		REQUIRE(becomes(&counted, i));
	}
	CHECK_LT(turns[0], 25);
	CHECK_LT(turns[1], 25);
}

static void echo(void *arg)
{
	assay_chan *c = arg;

	for (int i = 0; i < 500; i++)
		send_int(c, recv_int(c) + 1);
	finish();
}

CASE_OF(TM_002, busy, "beside channel work sleep(0) does not park for good")
{
	assay_chan *c = chan_int(0);

	go(sleep_zero, NULL);
	go(sleep_zero, NULL);
	go(echo, c);
	for (int i = 0; i < 500; i++) {
		send_int(c, i);
		CHECK_EQ(recv_int(c), i + 1);
	}
	CHECK(becomes(&finished, 3));
}

static atomic_int woke;

static void sleep_for_ever(void *arg)
{
	(void)arg;
	sleep_ns(INT64_MAX);
	atomic_store_explicit(&woke, 1, memory_order_release);
}

CASE(TM_003, "the longest sleep does not overflow into a short one",
     NEEDS(NEED(time, timer_new), NEED(time, timer_chan)))
{
	int64_t begin = now();

	go(sleep_for_ever, NULL);
	sleep_ns(1 * MS);
	recv_timer(rt->time->timer_new(25 * MS));
	CHECK_GE(now() - begin, 25 * MS);
	CHECK_LT(now() - begin, upto(2 * SEC));
	CHECK_EQ(atomic_load_explicit(&woke, memory_order_acquire), 0);
	begin = now();
	sleep_ns(INT64_MIN);
	CHECK_LT(now() - begin, upto(1 * SEC));
}

static atomic_int too_short;

static void sleep_the_same(void *arg)
{
	int64_t length = *(const int64_t *)arg, begin = now();

	sleep_ns(length);
	if (now() - begin < length)
		atomic_fetch_add_explicit(&too_short, 1, memory_order_relaxed);
	finish();
}

static bool sleep_together(int64_t unit)
{
	int before = atomic_load_explicit(&finished, memory_order_acquire);
	int n = (int)goroutines(10000);
	int64_t begin;

	for (int i = 0; i < n; i++)
		go_copy(sleep_the_same, &unit, sizeof(unit));
	begin = now();
	REQUIRE(becomes(&finished, before + n));
	return IS(now() - begin, <, 20 * unit);
}

CASE(TM_004, "ten thousand sleepers wake together", .procs = {1, 4},
     .timeout_ms = 30000)
{
	CHECK_SOME_UNIT(sleep_together, 50 * MS);
	CHECK_EQ(atomic_load_explicit(&too_short, memory_order_relaxed), 0);
}

static void sleep_length(void *arg)
{
	sleep_ns(*(const int64_t *)arg);
	finish();
}

/* Five random sleeps, one after another and then side by side. */
CASE_SOME_UNIT(TM_005, sum_and_maximum, 10 * MS,
	       "sleeps in a row take the sum, side by side the maximum")
{
	int before = atomic_load_explicit(&finished, memory_order_relaxed);
	int64_t lengths[5], sum = 0, most = 0, begin = now(), took;

	for (int i = 0; i < 5; i++) {
		lengths[i] = unit / 2 + rnd_below(unit / 2);
		sum += lengths[i];
		most = lengths[i] > most ? lengths[i] : most;
		sleep_ns(lengths[i]);
	}
	CHECK_GE(now() - begin, sum);
	begin = now();
	for (int i = 0; i < 5; i++)
		go_copy(sleep_length, &lengths[i], sizeof(lengths[i]));
	CHECK(becomes(&finished, before + 5));
	took = now() - begin;
	CHECK_GE(took, most);
	return IS(took, <, sum);
}

static void wait_on(void *c)
{
	wait_for(c);
}

/* Lateness of a sleep while everybody is parked. */
static bool wakes_in_time(int64_t unit)
{
	int64_t begin = now(), late;

	sleep_ns(unit);
	late = now() - begin - unit;
	CHECK_GE(late, 0);
	return IS(late, <, unit);
}

CASE(TM_038, "a timer fires in time while all are parked")
{
	assay_chan *c = chan_signal(0);

	go_many(10, wait_on, c);
	settle(10);
	CHECK_SOME_UNIT(wakes_in_time, 20 * MS);
	close_chan(c);
}

/* The thread that sleeps for the long one has to be told of the short one. */
CASE_OF(TM_038, earlier, "a timer fires in time though a later one came first",
	.procs = {2, 4})
{
	int64_t until;

	go(sleep_for_ever, NULL);
	/* main keeps its P: others have the time to start it, and to sleep */
	until = in(20 * MS);
	while (now() < until)
		;
	CHECK_SOME_UNIT(wakes_in_time, 20 * MS);
	prove_alive();
}

/* A goroutine that keeps its P busy for 200 us and gives way. */
static void keep_busy(void *arg)
{
	int64_t until = 0;

	(void)arg;
	while (!stopped()) {
		until = in(200000);
		while (now() < until)
			;
		yield();
	}
	finish();
}

/*
 * The sleeper's timer belongs to the P that the spinner keeps, as often as not.
 * Nobody is preempted: an idle P has to see to it.
 */
CASE(TM_048, "a timer fires beside a loop without calls while a P is idle",
     .procs = {2, 4}, .traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PROC_LIMIT,
     .timeout_ms = 30000, .env = {"GODEBUG=asyncpreemptoff=1"})
{
	for (int i = 0; i < 50; i++) {
		atomic_store_explicit(&stop, 0, memory_order_relaxed);
		go(spin, NULL);
		sleep_ns(1 * MS);
		atomic_store_explicit(&stop, 1, memory_order_relaxed);
		REQUIRE(becomes(&finished, i + 1));
	}
}

/*
 * Four on fewer CPUs, which the kernel may give to somebody else: so a few of
 * the timers may be late, and one is not while this process had no CPU that it
 * could have been seen to on.
 */
CASE_TABLE(TM_039, fire_beside, (assay_fn busy),
	   ROW1((spin), "timers fire while loops without calls keep all P",
		.procs = {4},
		.traits = ASSAY_TRAIT_PREEMPTIVE | ASSAY_TRAIT_PROC_LIMIT,
		.flags = CASE_ALONE | CASE_NOT_SANITIZED),
	   ROW(yielding, (keep_busy), "timers fire while all P are busy",
	       .procs = {4}, .traits = ASSAY_TRAIT_PREEMPTIVE,
	       .flags = CASE_ALONE | CASE_NOT_SANITIZED))
{
	int late = 0, n = 20;
	int64_t most = 0;

	go_many(4, busy, NULL);
	for (int i = 0; i < n; i++) {
		int64_t cpu = cpu_ns(), due = in(1 * MS), lateness;

		sleep_ns(1 * MS);
		lateness = now() - due;
		late += lateness > upto(100 * MS) &&
			cpu_ns() - cpu > upto(100 * MS);
		most = lateness > most ? lateness : most;
	}
	atomic_store_explicit(&stop, 1, memory_order_relaxed);
	CHECK_LE(late, n / 10);
	CHECK(becomes(&finished, 4));
	note("latest of %d timers of 1 ms: %" PRId64 " us", n, most / 1000);
}

CASE(TM_041, "sleep(1 ms) wakes soon after 1 ms", .procs = {2},
     .flags = CASE_PERF)
{
	enum { N = 31 };
	int64_t took[N];

	for (int i = 0; i < N; i++) {
		int64_t begin = now();

		sleep_ns(1 * MS);
		took[i] = now() - begin;
	}
	qsort(took, N, sizeof(took[0]), by_size);
	CHECK_GE(took[0], 1 * MS);
	CHECK_LT(took[N / 2], upto(5 * MS));
	note("sleep(1 ms): median %" PRId64 " us, most %" PRId64 " us",
	     took[N / 2] / 1000, took[N - 1] / 1000);
	prove_alive();
}

CASE(TM_047, "virtual time jumps to the next timer when all are blocked",
     .flags = CASE_VIRTUAL_TIME)
{
	int64_t begin = now(), real = kernel_now();

	sleep_ns(3600 * SEC);
	CHECK_EQ(now() - begin, 3600 * SEC);
	CHECK_LT(kernel_now() - real, upto(5 * SEC));
}
