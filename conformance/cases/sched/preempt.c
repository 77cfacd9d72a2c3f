/*
 * Preemption from outside: loops that never call anything.  A spinner is
 * stopped by a flag, so that no case leaves one behind.
 */
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"

#define PREEMPTS .traits = ASSAY_TRAIT_PREEMPTIVE
#define PREEMPTS_ON_P .traits = ASSAY_TRAIT_PREEMPTIVE | ASSAY_TRAIT_PROC_LIMIT

CASE(SC_012, "an endless loop without calls does not stop the others", PREEMPTS)
{
	int n = case_procs();
	int64_t begin = now();

	go_many(n, spin, NULL);
	for (int i = 0; i < 3; i++)
		yield();
	CHECK_LT(now() - begin, upto(3 * SEC));
	CHECK_ALL_STOP(n);
}

/* Main parks; the others must be preempted to let it come back. */
CASE_OF(SC_012, sleeper, "nor does it keep a sleeper from waking", PREEMPTS)
{
	int n = case_procs();
	int64_t begin = now();

	go_many(n, spin, NULL);
	sleep_ns(10 * MS);
	CHECK_LT(now() - begin, upto(2 * SEC));
	CHECK_ALL_STOP(n);
}

static void poll_without_end(void *arg)
{
	while (!stopped())
		(void)try_recv(arg, NULL);
	finish();
}

CASE_OF(SC_012, polling, "nor does a loop that only polls a channel", PREEMPTS,
	.procs = {1, 2})
{
	assay_chan *c = chan_signal(0);
	int n = case_procs();
	int64_t begin = now();

	go_many(n, poll_without_end, c);
	for (int i = 0; i < 3; i++)
		yield();
	CHECK_LT(now() - begin, upto(3 * SEC));
	note("main ran again after %" PRId64 " us", (now() - begin) / 3000);
	CHECK_ALL_STOP(n);
}

CASE_OF(SC_012, ends, "a program may end beside an endless loop", PREEMPTS,
	ENDS(.status = 0, .silent = true))
{
	prove_alive();
	go(spin, NULL);
	yield();
	sleep_ns(1 * MS);
}

CASE(SC_013, "asyncpreemptoff=1 switches it off", .procs = {1},
     .traits = ASSAY_TRAIT_PREEMPTIVE | ASSAY_TRAIT_PROC_LIMIT |
	       ASSAY_TRAIT_GODEBUG,
     .env = {"GODEBUG=asyncpreemptoff=1"},
     ENDS(.hangs = true, .max_ms = 300, .out = ""))
{
	due();
	go(spin, NULL);
	yield();
	sleep_ns(1 * MS);
	say("main ran again\n");
	stop_all();
}

/* ---- the time slice ----------------------------------------------------- */

/*
 * SC-015: a spinner sees that it has been away when the owner is another; it
 * then takes over and writes down how long the other's turn lasted.
 */
enum { TURNS = 8 };

static atomic_int owner, turns;
static int64_t turn_began;
static int64_t turn_lengths[TURNS];

/*
 * Spinners run one at a time; with a preemption in the middle of this the
 * other's turn may be entered once more, which a median bears.
 */
static void spin_and_look(void *arg)
{
	int me = *(const int *)arg;

	while (!stopped()) {
		int64_t t;
		int n;

		if (atomic_load_explicit(&owner, memory_order_acquire) == me)
			continue;
		t = now();
		n = atomic_fetch_add_explicit(&turns, 1, memory_order_relaxed);
		if (n >= TURNS)
			break;
		turn_lengths[n] = t - turn_began;
		turn_began = t;
		atomic_store_explicit(&owner, me, memory_order_release);
	}
	finish();
}

CASE(SC_015, "a time slice is about 10 ms", .procs = {1},
     .flags = CASE_NOT_SANITIZED, PREEMPTS_ON_P)
{
	int64_t shorter, median;

	turn_began = now();
	for (int i = 1; i <= 2; i++)
		go_copy(spin_and_look, &i, sizeof(i));
	REQUIRE(becomes(&turns, TURNS));
	stop_all();
	REQUIRE(becomes(&finished, 2));
	qsort(turn_lengths, TURNS, sizeof(turn_lengths[0]), by_size);
	/* a busy machine makes turns longer, never shorter */
	shorter = turn_lengths[TURNS / 4];
	median = turn_lengths[TURNS / 2];
	CHECK_GE(median, 5 * MS);
	CHECK_LE(shorter, upto(100 * MS));
	note("median turn %" PRId64 " us, from %" PRId64 " to %" PRId64,
	     median / 1000, turn_lengths[0] / 1000,
	     turn_lengths[TURNS - 1] / 1000);
}

/* ---- registers ---------------------------------------------------------- */

typedef double vector __attribute__((vector_size(32)));

/* Keeps integers, floating point and vectors in registers for a while. */
static uint64_t compute(void)
{
	vector v = {1.0, 2.0, 3.0, 4.0}, w = {0.5, 0.25, 0.125, 0.0625};
	double x = 1.0, y = 0.5, z = 0.25;
	uint64_t a = 1, b = 2, c = 3, d = 5;
	unsigned char bytes[sizeof(v) + 3 * sizeof(x)];

	for (int i = 0; i < 20000; i++) {
		a = a * UINT64_C(6364136223846793005) + b;
		b ^= a >> 29;
		c = (c << 7 | c >> 57) + a;
		d += c * b;
		x = x * 0.999 + y;
		y = y * 0.5 + z;
		z = z * 0.75 + (double)(i & 7);
		v = v * w + (vector){x, y, z, 1.0};
		w = w * 0.5 + 0.25;
	}
	memcpy(bytes, &v, sizeof(v));
	memcpy(bytes + sizeof(v), &x, sizeof(x));
	memcpy(bytes + sizeof(v) + sizeof(x), &y, sizeof(y));
	memcpy(bytes + sizeof(v) + 2 * sizeof(x), &z, sizeof(z));
	return a ^ b ^ c ^ d ^ checksum(bytes, sizeof(bytes));
}

static uint64_t right;
static atomic_int wrong, computed;

static void compute_often(void *arg)
{
	(void)arg;
	while (!stopped()) {
		if (compute() != right)
			atomic_fetch_add_explicit(&wrong, 1,
						  memory_order_relaxed);
		atomic_fetch_add_explicit(&computed, 1, memory_order_relaxed);
	}
	finish();
}

CASE(SC_016, "a preempted goroutine finds all its registers intact",
     .procs = {1, 2}, PREEMPTS)
{
	int n = case_procs() + 2;

	right = compute();
	go_many(n, compute_often, NULL);
	sleep_ns(80 * MS);
	stop_all();
	REQUIRE(becomes(&finished, n));
	CHECK_EQ(atomic_load_explicit(&wrong, memory_order_relaxed), 0);
	CHECK_GT(atomic_load_explicit(&computed, memory_order_relaxed), n);
}

/* ---- fairness ----------------------------------------------------------- */

/*
 * SC-017: a pair that wakes each other keeps its P's own queue full for ever;
 * one that yields waits in the global queue, and so does a loop without calls
 * that was stopped.
 */
static void keep_playing(void *arg)
{
	assay_chan **pair = arg;

	while (recv(pair[0], NULL) && !stopped())
		send_signal(pair[1]);
	rt->chan->close(pair[1]);
	finish();
}

static assay_chan *there[2], *back[2];

static void start_pair(void)
{
	there[0] = back[1] = chan_signal(0);
	there[1] = back[0] = chan_signal(0);
	go(keep_playing, there);
	go(keep_playing, back);
	send_signal(there[0]);
}

CASE(SC_017, "who waits in the global queue gets its turn", .procs = {1},
     PREEMPTS)
{
	start_pair();
	go(spin, NULL);
	for (int i = 0; i < 5; i++) {
		int64_t begin = now();

		yield();
		CHECK_LT(now() - begin, upto(1 * SEC));
	}
	CHECK_ALL_STOP(3);
}

/*
 * SC-033: timers are served while a pair plays, one yields and every P has a
 * loop without calls.
 */
CASE(SC_033, "timers are served under the load of the other sources",
     .procs = {1, 2}, PREEMPTS)
{
	int64_t begin = now();

	int n = case_procs();

	start_pair();
	go(yield_on, NULL);
	go_many(n, spin, NULL);
	for (int i = 0; i < 5; i++)
		sleep_ns(1 * MS);
	CHECK_LT(now() - begin, upto(2 * SEC));
	CHECK_ALL_STOP(n + 3);
}

/* SC-019: both pairs hand their turn on; one's turns are longer. */
struct hog {
	assay_chan *wake;
	int64_t limit;
	_Atomic int64_t *steps;
};

static void take_turns(void *arg)
{
	const struct hog *h = arg;

	while (recv(h->wake, NULL) && !stopped()) {
		for (volatile int64_t i = 0; i < h->limit; i++)
			;
		/* relaxed: a count, read when all is over */
		atomic_fetch_add_explicit(h->steps, h->limit,
					  memory_order_relaxed);
		rt->chan->send(h->wake, NULL, ASSAY_FOREVER);
	}
	finish();
}

static void start_hogs(int64_t limit, _Atomic int64_t *steps)
{
	struct hog h = {chan_signal(0), limit, steps};

	go_copy(take_turns, &h, sizeof(h));
	go_copy(take_turns, &h, sizeof(h));
	send_signal(h.wake);
}

static _Atomic int64_t hog, light;

static bool fair(void)
{
	int64_t h = atomic_load_explicit(&hog, memory_order_relaxed);
	int64_t l = atomic_load_explicit(&light, memory_order_relaxed);

	return h > 0 && l > 0 && h < 20 * l && l < 20 * h;
}

/* A slice is wall time, so a busy machine makes shares even out later. */
CASE(SC_019, "a pair of long turns leaves its share to one of short turns",
     .procs = {1}, PREEMPTS_ON_P, .flags = CASE_NOT_SANITIZED)
{
	int64_t begin = cpu_ns(), used = 0;

	start_hogs(1000000, &hog);
	start_hogs(1000, &light);
	while (used < 60 * MS || (used < 1 * SEC && !fair())) {
		sleep_ns(5 * MS);
		used = cpu_ns() - begin;
	}
	stop_all();
	CHECK_MSG(fair(), "steps of the two pairs: %" PRId64 " and %" PRId64,
		  atomic_load_explicit(&hog, memory_order_relaxed),
		  atomic_load_explicit(&light, memory_order_relaxed));
}

/* SC-034: the longest time a spinner was away. */
enum { SPINNERS = 6 };

static int64_t longest[SPINNERS];

static void spin_and_time(void *arg)
{
	int me = *(const int *)arg;
	int64_t last = now();

	while (!stopped()) {
		int64_t t = now();

		if (t - last > longest[me])
			longest[me] = t - last;
		last = t;
	}
	finish();
}

CASE(SC_034, "a runnable goroutine waits a bounded time", .procs = {2},
     PREEMPTS, .flags = CASE_NOT_SANITIZED)
{
	int64_t most = 0;

	for (int i = 0; i < SPINNERS; i++)
		go_copy(spin_and_time, &i, sizeof(i));
	sleep_ns(100 * MS);
	stop_all();
	REQUIRE(becomes(&finished, SPINNERS));
	for (int i = 0; i < SPINNERS; i++)
		most = longest[i] > most ? longest[i] : most;
	CHECK_LT(most, upto(2 * SEC));
	note("%d spinners on 2 P: the longest wait was %" PRId64 " us",
	     SPINNERS, most / 1000);
}

/* SC-018: how long a chain of "start the next, end" keeps another waiting. */
static atomic_int links;

static void next_link(void *arg)
{
	(void)arg;
	if (atomic_fetch_add_explicit(&links, 1, memory_order_relaxed) <
		    20000 &&
	    !stopped())
		go(next_link, NULL);
	else
		finish();
}

CASE(SC_018, "a chain of goroutines beside another one", .procs = {1},
     .flags = CASE_PERF)
{
	go(next_link, NULL);
	yield();
	note("main ran again after %d of 20000 links",
	     atomic_load_explicit(&links, memory_order_relaxed));
	CHECK_ALL_STOP(1);
}

/* In the kernel, in a call that the runtime does not know of. */
static void nap_on(void *arg)
{
	(void)arg;
	while (!stopped())
		usleep(3000);
	finish();
}

static void compute_on(void *arg)
{
	(void)arg;
	while (!stopped())
		spin_for(MS / 10);
	finish();
}

/* SC-031: each change stops them all, wherever they are. */
CASE_OF(SC_031, asleep, "GOMAXPROCS may change beside who sleeps in the kernel",
	PREEMPTS, NEEDS(NEED(inspect, gomaxprocs)))
{
	int64_t end = in(SEC);

	go_many(4, nap_on, NULL);
	go_many(3, compute_on, NULL);
	for (int32_t i = 0; now() < end; i++) {
		rt->inspect->gomaxprocs(1 + i % 4);
		sleep_ns(MS / 5);
	}
	CHECK_ALL_STOP(7);
}
