/*
 * Blocking calls: the P goes to others while a thread is in the kernel, and
 * the goroutine comes back with what the call gave.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kit/work.h"
#include "time/tm.h"

#define NEEDS_CALL NEEDS(NEED(blocking, call))

/* A blocking call's function: sleeps in the kernel for *ns. */
static void sleep_for(void *ns)
{
	kernel_sleep(*(const int64_t *)ns);
}

static _Atomic int64_t counter;

static void count_on(void *arg)
{
	(void)arg;
	while (!stopped()) {
		atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
		yield();
	}
	finish();
}

/* The counters move while main is in the kernel. */
static bool others_run(int64_t unit)
{
	int64_t before = atomic_load_explicit(&counter, memory_order_relaxed);

	rt->blocking->call(sleep_for, &unit);
	return IS(atomic_load_explicit(&counter, memory_order_relaxed), >,
		  before);
}

CASE(SY_001, "a goroutine in a blocking call gives its P to others", NEEDS_CALL)
{
	int n = case_procs();

	go_many(n, count_on, NULL);
	for (int i = 0; i < 3; i++)
		CHECK_SOME_UNIT(others_run, 30 * MS);
	CHECK_ALL_STOP(n);
}

static int64_t call_length;

static void call_and_finish(void *arg)
{
	(void)arg;
	rt->blocking->call(sleep_for, &call_length);
	finish();
}

CASE_SOME_UNIT(SY_002, eight_overlap, 40 * MS,
	       "blocking calls overlap, also on one P", NEEDS_CALL)
{
	int before = atomic_load_explicit(&finished, memory_order_acquire);
	int64_t begin = now();

	call_length = unit;
	go_many(8, call_and_finish, NULL);
	CHECK(becomes(&finished, before + 8));
	CHECK_GE(now() - begin, unit);
	return IS(now() - begin, <, 2 * unit);
}

static void short_call(void *arg)
{
	++*(int64_t *)arg;
}

static void many_short_calls(void *arg)
{
	int64_t n = rounds(2000), calls = 0;

	(void)arg;
	for (int64_t i = 0; i < n; i++)
		rt->blocking->call(short_call, &calls);
	CHECK_EQ(calls, n);
	finish();
}

CASE(SY_003, "short calls keep their P and make no threads", .procs = {1, 2, 4},
     NEEDS_CALL)
{
	int64_t before;

	many_short_calls(NULL);
	before = thread_count();
	go_many(4, many_short_calls, NULL);
	CHECK(becomes(&finished, 5));
	if (strcmp(rt->model, "N:M") == 0)
		CHECK_LE(thread_count(), before + case_procs() + 6);
}

/* The result and errno of each call are its own. */
struct answer {
	int in, out;
};

/*
 * The goroutine may be on another thread after the call, and the compiler may
 * keep the address of errno, which is a thread's own, over a call in one
 * function: so it is used in functions of its own.  Goroutines that share a
 * thread share its errno one after another, in no order that a race detector
 * could know of.
 */
#define USES_ERRNO __attribute__((noinline, no_sanitize_thread))

USES_ERRNO static int errno_now(void)
{
	return errno;
}

USES_ERRNO static void errno_is_now(int e)
{
	errno = e;
}

static void answer_with_errno(void *arg)
{
	struct answer *a = arg;

	a->out = a->in * 3;
	if (a->in % 16 == 0)
		kernel_sleep(MS / 20);
	errno_is_now(1 + a->in % 100);
}

static void call_often(void *arg)
{
	int first = *(const int *)arg, wrong = 0;

	for (int i = 0; i < 250; i++) {
		struct answer a = {first + i, 0};

		rt->blocking->call(answer_with_errno, &a);
		wrong += errno_now() != 1 + a.in % 100;
		wrong += a.out != a.in * 3;
	}
	CHECK_EQ(wrong, 0);
	finish();
}

CASE(SY_004, "after the call the goroutine has its result and errno",
     NEEDS_CALL)
{
	for (int i = 0; i < 4; i++) {
		int first = i * 1000;

		go_copy(call_often, &first, sizeof(first));
	}
	go(count_on, NULL);
	CHECK(becomes(&finished, 4));
	CHECK_ALL_STOP(5);
}

static void call_until_stopped(void *arg)
{
	int64_t length = *(const int64_t *)arg;

	while (!stopped())
		rt->blocking->call(sleep_for, &length);
	finish();
}

CASE(SY_005, "goroutines in a loop of short calls let the others run",
     .procs = {1, 2}, NEEDS_CALL)
{
	static const int64_t lengths[] = {10000, 100000, 1000000};

	for (int k = 0; k < 3; k++) {
		int64_t begin = now();

		atomic_store_explicit(&stop, 0, memory_order_relaxed);
		for (int i = 0; i < 8; i++)
			go_copy(call_until_stopped, &lengths[k],
				sizeof(lengths[k]));
		sleep_ns(5 * MS);
		CHECK_ALL_STOP(8 * (k + 1));
		CHECK_LT(now() - begin, upto(5 * SEC));
	}
}

/* Fifty calls that are in the kernel at the same time. */
enum { CALLS = 50 };

static int gate[2];
static atomic_int inside;

static void read_gate(void *arg)
{
	char byte;

	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&inside, 1, memory_order_release);
	*(bool *)arg = read(gate[0], &byte, 1) == 1;
}

static void call_gate(void *arg)
{
	bool opened = false;

	(void)arg;
	rt->blocking->call(read_gate, &opened);
	CHECK(opened);
	finish();
}

/* The number of threads while all are in their calls. */
static int64_t threads_of_calls(int round)
{
	static const char bytes[CALLS];
	int64_t n;

	go_many(CALLS, call_gate, NULL);
	REQUIRE(becomes(&inside, round * CALLS));
	n = thread_count();
	REQUIRE_EQ(write(gate[1], bytes, CALLS), CALLS);
	REQUIRE(becomes(&finished, round * CALLS));
	return n;
}

CASE(SY_006, "threads grow with the calls and are used again", .procs = {1, 2},
     NEEDS_CALL)
{
	int64_t first;

	REQUIRE_EQ(pipe(gate), 0);
	first = threads_of_calls(1);
	CHECK_GE(first, CALLS);
	if (strcmp(rt->model, "N:M") == 0) {
		CHECK_LE(first, CALLS + case_procs() + 10);
		CHECK_LE(threads_of_calls(2), first + 5);
	}
	note("%" PRId64 " threads during %d calls at once", first, CALLS);
}

/* SY-015: an interrupted wait must be taken up again. */
static void on_signal(int sig)
{
	(void)sig;
}

static void interrupt(void *arg)
{
	(void)arg;
	for (int i = 0; i < 4; i++) {
		sleep_ns(8 * MS);
		kill(getpid(), SIGUSR1);
	}
	finish();
}

static _Atomic int64_t missing;

static void sleep_whole(void *arg)
{
	int64_t begin = now(), left;

	(void)arg;
	sleep_ns(50 * MS);
	left = 50 * MS - (now() - begin);
	if (left > 0)
		atomic_store_explicit(&missing, left, memory_order_relaxed);
	finish();
}

CASE(SY_015, "a signal does not shorten a sleep")
{
	struct sigaction act = {.sa_handler = on_signal,
				.sa_flags = SA_ONSTACK};

	REQUIRE_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	go_many(4, sleep_whole, NULL);
	go(interrupt, NULL);
	sleep_whole(NULL);
	REQUIRE(becomes(&finished, 6));
	CHECK_EQ(atomic_load_explicit(&missing, memory_order_relaxed), 0);
}

/* To every thread: the kernel would choose one that waits for the run's end. */
static void send_to_all(int sig)
{
	DIR *threads = opendir("/proc/self/task");

	REQUIRE(threads != NULL);
	for (struct dirent *d; (d = readdir(threads)) != NULL;)
		if (d->d_name[0] != '.') /* it may have ended meanwhile */
			syscall(SYS_tgkill, getpid(), atoi(d->d_name), sig);
	closedir(threads);
}

/* The system ignores them by default; a runtime may use one for itself. */
CASE_OF(SY_015, harmless, "SIGURG, SIGCHLD and SIGWINCH do nothing at all")
{
	static const int harmless[] = {SIGURG, SIGCHLD, SIGWINCH};

	go_many(4, sleep_whole, NULL);
	for (int i = 0; i < 30; i++) {
		send_to_all(harmless[i % 3]);
		sleep_ns(MS);
	}
	REQUIRE(becomes(&finished, 4));
	CHECK_EQ(atomic_load_explicit(&missing, memory_order_relaxed), 0);
}
