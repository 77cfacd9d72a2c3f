/*
 * Threads: the limit of them, goroutines tied to theirs, and the monitor that
 * takes the P back from whoever keeps it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kit/work.h"
#include "time/tm.h"

#define NEEDS_LOCK                                                             \
	NEEDS(NEED(blocking, lock_thread), NEED(blocking, unlock_thread))

static void lock_thread(void)
{
	rt->blocking->lock_thread();
}

static void unlock_thread(void)
{
	rt->blocking->unlock_thread();
}

/* ---- the limit ---------------------------------------------------------- */

static void keep_a_thread(void *arg)
{
	lock_thread();
	send_signal(arg);
	for (;;)
		wait_for(NULL);
}

static void too_many_threads(void)
{
	assay_chan *c = chan_signal(0);

	rt->blocking->max_threads(10);
	for (int i = 0; i < 100; i++) {
		go(keep_a_thread, c);
		wait_for(c);
	}
}

CASE(SY_007, "too many threads are a fatal error",
     NEEDS(NEED(blocking, lock_thread), NEED(blocking, max_threads)),
     ENDS(.status = 2, .first = "runtime: program exceeds 10-thread limit",
	  .match = {"^fatal error: thread exhaustion$"}))
{
	too_many_threads();
	say("all have threads\n");
}

/* Calls in the kernel have a thread each, too. */
static void sleep_in_kernel(void *arg)
{
	(void)arg;
	kernel_sleep(5 * SEC);
}

static void call_kernel(void *arg)
{
	rt->blocking->call(sleep_in_kernel, arg);
}

CASE_OF(SY_007, calls, "too many blocking calls at once are a fatal error",
	NEEDS(NEED(blocking, call), NEED(blocking, max_threads)),
	ENDS(.status = 2, .first = "runtime: program exceeds 10-thread limit",
	     .match = {"^fatal error: thread exhaustion$"}))
{
	rt->blocking->max_threads(10);
	go_many(30, call_kernel, NULL);
	sleep_ns(4 * SEC);
	say("all have threads\n");
}

CASE_OF(SY_007, default, "the limit is 10000 threads unless it is set",
	NEEDS(NEED(blocking, max_threads)))
{
	CHECK_EQ(rt->blocking->max_threads(9000), 10000);
	CHECK_EQ(rt->blocking->max_threads(0), 9000);
	CHECK_EQ(rt->blocking->max_threads(-1), 9000);
	CHECK_EQ(rt->blocking->max_threads(10000), 9000);
}

/* ---- threads are used again ---------------------------------------------- */

enum { USERS = 1000 };

static int64_t used_threads[USERS]; /* each by its goroutine */

static void note_thread(void *arg)
{
	*(int64_t *)arg = thread_id();
	finish();
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

CASE_OF(SY_006, ended, "a goroutine that ends leaves its thread to the next",
	.traits = ASSAY_TRAIT_PROC_LIMIT, NEEDS(NEED(blocking, lock_thread)))
{
	int threads = 1;

	for (int i = 0; i < USERS; i++) {
		go(note_thread, &used_threads[i]);
		if (i % 10 == 9)
			REQUIRE(becomes(&finished, i + 1));
	}
	qsort(used_threads, USERS, sizeof(used_threads[0]), by_number);
	for (int i = 1; i < USERS; i++)
		threads += used_threads[i] != used_threads[i - 1];
	CHECK_LE(threads, USERS / 10);
}

/* ---- tied to a thread --------------------------------------------------- */

/* The thread that is tied: set once, 0 when it no longer is. */
static _Atomic int64_t tied;
static atomic_int intruders, visitors;

/* True: this goroutine runs on the tied thread. */
static bool on_tied_thread(void)
{
	/* twice: the thread was tied before it was looked at, and after */
	int64_t before = atomic_load_explicit(&tied, memory_order_acquire);
	int64_t here = thread_id();

	return before == here &&
	       atomic_load_explicit(&tied, memory_order_acquire) == here;
}

static void look_for_thread(void *arg)
{
	(void)arg;
	while (!stopped()) {
		if (on_tied_thread())
			atomic_fetch_add_explicit(&intruders, 1,
						  memory_order_release);
		atomic_fetch_add_explicit(&visitors, 1, memory_order_relaxed);
		yield();
	}
	finish();
}

static void echo(void *arg)
{
	assay_chan **pair = arg;
	int v;

	while (recv(pair[0], &v))
		send_int(pair[1], v);
	finish();
}

static assay_chan *asked[2];

/* Blocks in every way there is; how often the thread was another. */
static int moved_from(int64_t thread)
{
	static atomic_int never;
	int moves = 0;

	for (int i = 0; i < 20; i++) {
		yield();
		moves += thread_id() != thread;
		send_int(asked[0], i);
		moves += thread_id() != thread;
		CHECK_EQ(recv_int(asked[1]), i);
		moves += thread_id() != thread;
		if (i % 8 == 0)
			sleep_ns(MS / 2);
		moves += thread_id() != thread;
	}
	(void)still_unset(&never);
	return moves + (thread_id() != thread);
}

static int start_others(void)
{
	int n = case_procs() + 2;

	asked[0] = chan_int(0);
	asked[1] = chan_int(0);
	go(echo, asked);
	go_many(n, look_for_thread, NULL);
	return n + 1;
}

static void end_others(int n)
{
	stop_all();
	close_chan(asked[0]);
	CHECK(becomes(&finished, n));
}

static void tie(int64_t thread)
{
	/* release: pairs with the acquire in on_tied_thread() */
	atomic_store_explicit(&tied, thread, memory_order_release);
}

CASE(SY_008, "a goroutine tied to its thread runs there, and no other does",
     NEEDS_LOCK)
{
	int n = start_others();

	lock_thread();
	tie(thread_id());
	CHECK_EQ(moved_from(thread_id()), 0);
	CHECK_EQ(atomic_load_explicit(&intruders, memory_order_acquire), 0);
	CHECK_GT(atomic_load_explicit(&visitors, memory_order_relaxed), 0);
	tie(0);
	unlock_thread();
	end_others(n);
}

/* Several at once, each with a thread of its own. */
enum { TIED = 4 };

static _Atomic int64_t threads[TIED];

static void stay_tied(void *arg)
{
	int me = *(const int *)arg, moves = 0;
	int64_t thread;

	lock_thread();
	thread = thread_id();
	atomic_store_explicit(&threads[me], thread, memory_order_relaxed);
	finish();
	while (!stopped()) {
		yield();
		moves += thread_id() != thread;
		sleep_ns(MS / 4);
		moves += thread_id() != thread;
	}
	CHECK_EQ(moves, 0);
	unlock_thread();
	finish();
}

CASE_OF(SY_008, several, "goroutines that are tied have a thread each",
	NEEDS_LOCK)
{
	for (int i = 0; i < TIED; i++)
		go_copy(stay_tied, &i, sizeof(i));
	REQUIRE(becomes(&finished, TIED));
	for (int i = 0; i < TIED; i++)
		for (int k = 0; k < i; k++)
			CHECK_NE(atomic_load_explicit(&threads[i],
						      memory_order_relaxed),
				 atomic_load_explicit(&threads[k],
						      memory_order_relaxed));
	sleep_ns(5 * MS);
	CHECK_ALL_STOP(2 * TIED);
}

CASE_OF(SY_008, preempted,
	"a tied goroutine that is preempted keeps its thread", .procs = {1, 2},
	.traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS_LOCK)
{
	int n = case_procs();
	int moves = 0;
	int64_t thread, end;

	go_many(n, spin, NULL);
	lock_thread();
	thread = thread_id();
	end = in(60 * MS);
	while (now() < end)
		moves += thread_id() != thread;
	yield();
	CHECK_EQ(thread_id(), thread);
	CHECK_EQ(moves, 0);
	unlock_thread();
	CHECK_ALL_STOP(n);
}

CASE(SY_009, "two locks need two unlocks", NEEDS_LOCK)
{
	int n = start_others();
	int64_t thread;

	lock_thread();
	lock_thread();
	thread = thread_id();
	tie(thread);
	CHECK_EQ(moved_from(thread), 0);
	unlock_thread();
	CHECK_EQ(moved_from(thread), 0);
	CHECK_EQ(atomic_load_explicit(&intruders, memory_order_acquire), 0);
	unlock_thread();
	if (strcmp(rt->model, "N:M") == 0)
		CHECK(becomes(&intruders, 1)); /* who may come now */
	end_others(n);
}

CASE_OF(SY_009, unlocked, "an unlock too many does nothing", NEEDS_LOCK)
{
	int n = start_others();

	unlock_thread();
	lock_thread();
	tie(thread_id());
	CHECK_EQ(moved_from(thread_id()), 0);
	CHECK_EQ(atomic_load_explicit(&intruders, memory_order_acquire), 0);
	tie(0);
	unlock_thread();
	unlock_thread();
	lock_thread();
	CHECK_EQ(moved_from(thread_id()), 0);
	unlock_thread();
	end_others(n);
}

/* ---- the end of a tied goroutine ---------------------------------------- */

static bool thread_exists(int64_t thread)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%" PRId64, thread);
	return access(path, F_OK) == 0;
}

static _Atomic int64_t ended_on;

static void end_tied(void *arg)
{
	const int *how = arg;

	lock_thread();
	if (*how == 1)
		lock_thread();
	atomic_store_explicit(&ended_on, thread_id(), memory_order_relaxed);
	finish();
	if (*how == 2)
		rt->core->goexit();
}

static bool thread_ends(int64_t thread)
{
	int64_t end = in(upto(10 * SEC));

	while (thread_exists(thread)) {
		if (now() > end)
			return false;
		sleep_ns(MS / 4);
	}
	return true;
}

CASE(SY_010, "a goroutine that ends while it is tied takes its thread along",
     NEEDS(NEED(blocking, lock_thread), NEED(core, goexit)))
{
	for (int how = 0; how < 3; how++) {
		int64_t thread;

		go_copy(end_tied, &how, sizeof(how));
		REQUIRE(becomes(&finished, how + 1));
		thread = atomic_load_explicit(&ended_on, memory_order_relaxed);
		/* the first thread of a process is its own case */
		if (thread != getpid())
			CHECK(thread_ends(thread));
	}
}

/* ---- what a tied thread has become stays there -------------------------- */

#define TAINT "tainted"

enum { NEW_THREADS = 12 };

static atomic_int tainted, inside;

/* A thread's name goes over to those it makes. */
static bool has_taint(void)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	return strcmp(name, TAINT) == 0;
}

static void need_thread(void *arg)
{
	lock_thread();
	if (has_taint())
		atomic_fetch_add_explicit(&tainted, 1, memory_order_relaxed);
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&inside, 1, memory_order_release);
	wait_for(arg);
	unlock_thread();
	finish();
}

/* Each goroutine keeps a thread, so new ones must be made now. */
static void make_threads(int round)
{
	assay_chan *c = chan_signal(0);

	go_many(NEW_THREADS, need_thread, c);
	REQUIRE(becomes(&inside, round * NEW_THREADS));
	close_chan(c);
	REQUIRE(becomes(&finished, round * NEW_THREADS));
}

static void taint_and_end(void *arg)
{
	lock_thread();
	prctl(PR_SET_NAME, TAINT);
	make_threads(1);
	CHECK(has_taint());
	send_signal(arg); /* and ends with its thread */
}

CASE(SY_011, "what a tied goroutine made of its thread stays there", NEEDS_LOCK)
{
	assay_chan *c = chan_signal(0);

	go(taint_and_end, c);
	wait_for(c);
	make_threads(2);
	CHECK_EQ(atomic_load_explicit(&tainted, memory_order_relaxed), 0);
	CHECK(!has_taint());
}

/* ---- tied goroutines communicate ---------------------------------------- */

static void send_ten(void *arg)
{
	for (int i = 1; i <= 10; i++)
		send_int(arg, i);
}

static void expect_ten(assay_chan *c)
{
	for (int i = 1; i <= 10; i++)
		CHECK_EQ(recv_int(c), i);
}

static void send_ten_tied(void *arg)
{
	lock_thread();
	send_ten(arg);
	unlock_thread();
}

CASE(SY_012, "tied goroutines communicate both ways", NEEDS_LOCK)
{
	for (int64_t cap = 0; cap <= 10; cap += 5) {
		assay_chan *c = chan_int(cap);

		go(send_ten_tied, c);
		expect_ten(c);
		lock_thread();
		go(send_ten, c);
		expect_ten(c);
		go(send_ten_tied, c);
		expect_ten(c);
		unlock_thread();
	}
}

/* ---- the monitor -------------------------------------------------------- */

static void short_sleep(void *arg)
{
	(void)arg;
	kernel_sleep(5 * MS);
}

/* The only P is a spinner's when the call ends. */
CASE(SY_013, "a spinner does not keep the P from who comes out of a call",
     .procs = {1, 2}, .traits = ASSAY_TRAIT_PREEMPTIVE,
     NEEDS(NEED(blocking, call)))
{
	int n = case_procs();
	int64_t begin = now();

	go_many(n, spin, NULL);
	for (int i = 0; i < 3; i++)
		rt->blocking->call(short_sleep, NULL);
	CHECK_LT(now() - begin, upto(3 * SEC));
	CHECK_ALL_STOP(n);
}

static void call_once(void *arg)
{
	rt->blocking->call(short_sleep, NULL);
	send_signal(arg);
}

CASE_OF(SY_013, timer, "nor from timers, calls and channels together",
	.procs = {1, 2}, .traits = ASSAY_TRAIT_PREEMPTIVE,
	NEEDS(NEED(blocking, call)))
{
	assay_chan *c = chan_signal(0);
	int n = case_procs();
	int64_t begin = now();

	go_many(n, spin, NULL);
	go_many(4, call_once, c);
	sleep_ns(2 * MS);
	for (int i = 0; i < 4; i++)
		wait_for(c);
	CHECK_LT(now() - begin, upto(3 * SEC));
	CHECK_ALL_STOP(n);
}

/* Times that any thread of the process has gone to sleep. */
static int64_t sleeps(void)
{
	struct rusage u;

	REQUIRE_EQ(getrusage(RUSAGE_SELF, &u), 0);
	return u.ru_nvcsw;
}

static void park(void *arg)
{
	wait_for(arg);
	finish();
}

static int64_t wakeups; /* a second, of the last attempt */

static bool idle_is_quiet(int64_t unit)
{
	int64_t before = sleeps();

	sleep_ns(unit);
	wakeups = (sleeps() - before) * SEC / unit;
	return IS(wakeups, <=, 150);
}

CASE(SY_014, "an idle process hardly wakes up", .procs = {2},
     .flags = CASE_PERF | CASE_NOT_SANITIZED)
{
	assay_chan *c = chan_signal(0);

	go_many(20, park, c);
	sleep_ns(50 * MS);
	CHECK_SOME_UNIT(idle_is_quiet, 100 * MS);
	note("idle: %" PRId64 " wake-ups a second", wakeups);
	close_chan(c);
	CHECK(becomes(&finished, 20));
}
