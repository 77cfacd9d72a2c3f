/*
 * kit.c - the functions of kit.h and case.h that are more than a short form.
 *
 * Waits are bounded by the kernel's clock: the runtime's may be virtual or
 * wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "caller.h"
#include "kit.h"
#include "run.h"

#define PATIENCE (10 * SEC) /* of settle and becomes */

/* ---- numbers that depend on the run ------------------------------------- */

/* Static, as a runtime may call main after run_main() has returned. */
static struct {
	assay_fn fn;
	void *arg;
	struct caller caller;
	atomic_bool ended;
} outside_main;

static void call_main(void *unused)
{
	(void)unused;
	if (caller_let_return(&outside_main.caller))
		return;
	outside_main.fn(outside_main.arg);
	if (caller_let_return(&outside_main.caller))
		return;
	/* release: pairs with the acquire load in run_main() */
	atomic_store_explicit(&outside_main.ended, true, memory_order_release);
}

int run_main(assay_fn fn, void *arg)
{
	struct assay_run_options options = {.size = sizeof(options),
					    .procs = case_run.procs,
					    .seed = rnd()};
	int status;

	outside_main.fn = fn;
	outside_main.arg = arg;
	atomic_store_explicit(&outside_main.ended, false, memory_order_relaxed);
	caller_enter(&outside_main.caller);
	status = rt->core->run(call_main, NULL, &options);
	caller_leave(&outside_main.caller);
	if (status == ASSAY_OK &&
	    !atomic_load_explicit(&outside_main.ended, memory_order_acquire))
		return NOT_RUN;
	return status;
}

int case_procs(void)
{
	if (case_run.procs > 0)
		return case_run.procs;
	if (rt->inspect != NULL && rt->inspect->gomaxprocs != NULL)
		return rt->inspect->gomaxprocs(0);
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

uint64_t rnd(void)
{
	/* relaxed: each call only needs a number of its own */
	static atomic_uint_least64_t calls;
	uint64_t z = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);

	/* the splitmix64 step and mixer */
	z = case_run.seed + (z + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t rounds(int64_t n)
{
	int64_t scaled = (int64_t)((double)n * case_run.test_scale);

	return scaled < 1 ? 1 : scaled;
}

/* Says once in a case that it is smaller than it could be. */
static void note_fewer(int64_t n, int64_t most)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set_explicit(&said, memory_order_relaxed))
		note("%" PRId64 " goroutines in place of %" PRId64
		     ": max_goroutines is %" PRIu64,
		     most, n, rt->max_goroutines);
}

int64_t goroutines(int64_t n)
{
	int64_t scaled = rounds(n);
	uint64_t most = rt->max_goroutines - rt->max_goroutines / 4;

	if (most == 0 || (uint64_t)scaled <= most)
		return scaled;
	note_fewer(scaled, (int64_t)most);
	return (int64_t)most;
}

int64_t upto(int64_t ns)
{
	return (int64_t)((double)ns * case_run.time_scale);
}

/* ---- waiting ------------------------------------------------------------ */

int64_t kernel_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SEC + ts.tv_nsec;
}

void kernel_sleep(int64_t ns)
{
	struct timespec ts = {ns / SEC, ns % SEC};

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

static void runtime_sleep(int64_t ns)
{
	if (rt->time != NULL && rt->time->sleep != NULL)
		rt->time->sleep(ns);
	else
		kernel_sleep(ns);
}

/*
 * Sleeps without moving a virtual clock, which moves only while goroutines
 * block.
 */
static void still_sleep(int64_t ns)
{
	if (case_run.virtual_time)
		kernel_sleep(ns);
	else
		runtime_sleep(ns);
}

static void yields(int n)
{
	if (rt->core->yield == NULL)
		return;
	for (int i = 0; i < n; i++)
		rt->core->yield();
}

/* Returns the pause before the next look: short at first, at most 2 ms. */
static int64_t pause_ns(int looks)
{
	return looks < 10 ? 100000 : looks < 50 ? MS / 2 : 2 * MS;
}

static void settle_counted(int64_t n, const char *what, const char *file,
			   int line)
{
	int64_t end = kernel_now() + upto(PATIENCE);
	int looks = 0;
	int64_t waiting;

	while ((waiting = rt->inspect->num_waiting()) < n) {
		if (kernel_now() > end) {
			check_ok(false, file, line,
				 "%s: after 10 s num_waiting() is %" PRId64
				 ", and %" PRId64 " must be parked",
				 what, waiting, n);
			check_stop();
		}
		yields(16);
		if (looks++ > 4)
			still_sleep(pause_ns(looks));
	}
}

/*
 * Settles where nothing can be counted: gives goroutines many turns, and time
 * that grows with their number.  The first calls of a case wait ten times as
 * long, since threads may still be starting.
 */
static void settle_assumed(int64_t n)
{
	static atomic_int calls;
	int before = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
	int tries = before < 10 ? 10 : 1;

	for (int i = 0; i < tries; i++) {
		yields(n < 100 ? (int)n + 16 : 116);
		still_sleep(2 * MS);
	}
	if (n > 100)
		still_sleep(n * 50000);
}

void settle_at(int64_t n, const char *what, const char *file, int line)
{
	if (rt->inspect != NULL && rt->inspect->num_waiting != NULL)
		settle_counted(n, what, file, line);
	else
		settle_assumed(n);
}

static bool saw(int v, bool ok, const char *what, const char *file, int line)
{
	if (!ok)
		note("%s:%d: %s: it is %d", file, line, what, v);
	return ok;
}

bool still_unset_at(atomic_int *flag, const char *what, const char *file,
		    int line)
{
	int seen;

	settle_at(1, what, file, line);
	/*
	 * acquire: pairs with the mark of the goroutine that must still block
	 */
	seen = count(flag);
	return saw(seen, seen == 0, what, file, line);
}

bool stays_at(atomic_int *n, int v, const char *what, const char *file,
	      int line)
{
	int seen;

	sleep_ns(10 * MS);
	seen = count(n);
	return saw(seen, seen == v, what, file, line);
}

bool becomes_at(atomic_int *n, int v, const char *what, const char *file,
		int line)
{
	int64_t end = kernel_now() + upto(PATIENCE);
	int looks = 0;

	/* acquire: pairs with the store that raises it, of any order */
	while (count(n) < v) {
		if (kernel_now() > end)
			return saw(count(n), false, what, file, line);
		yields(16);
		if (looks++ > 4)
			runtime_sleep(pause_ns(looks));
	}
	return true;
}

static void come_alive(void *arg)
{
	/* pairs with the load in becomes() */
	atomic_store_explicit((atomic_int *)arg, 1, memory_order_release);
}

void prove_alive(void)
{
	static atomic_int alive;

	go(come_alive, &alive);
	REQUIRE(becomes(&alive, 1));
}

/* ---- select ------------------------------------------------------------- */

size_t select_cases(const struct assay_case *cases, size_t n, int *status)
{
	size_t chosen = NO_CASE;
	int s = rt->chan->select(cases, n, ASSAY_FOREVER, &chosen);

	if (status != NULL)
		*status = s;
	else
		REQUIRE_EITHER(s, ASSAY_OK, ASSAY_CLOSED);
	REQUIRE_CMP(chosen, <, n);
	return chosen;
}

size_t select_default(const struct assay_case *cases, size_t n, int *status)
{
	size_t chosen = NO_CASE;
	int s = rt->chan->select(cases, n, ASSAY_POLL, &chosen);

	if (status != NULL)
		*status = s;
	else if (s != ASSAY_AGAIN)
		REQUIRE_EITHER(s, ASSAY_OK, ASSAY_CLOSED);
	if (s == ASSAY_AGAIN) {
		REQUIRE_EQ(chosen, NO_CASE);
		return NO_CASE;
	}
	REQUIRE_CMP(chosen, <, n);
	return chosen;
}

/* ---- panics ------------------------------------------------------------- */

void due(void)
{
	/* a runtime whose calls kill the process dies here, before the check */
	if (rt->time != NULL && rt->time->now != NULL)
		(void)rt->time->now();
	(void)check_ok(true, "", 0, " ");
}

static _Noreturn void raise_panic(const struct assay_panic *p)
{
	if (rt->core->panic == NULL)
		skip("needs core->panic");
	due();
	rt->core->panic(p);
	CHECK_MSG(false, "core->panic returned");
	check_stop();
}

_Noreturn void raise_status(int status)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_RUNTIME, .status = status};

	snprintf(p.text, sizeof(p.text), "%s", assay_status_text(status));
	raise_panic(&p);
}

_Noreturn void raise_text(const char *text)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_STRING};

	snprintf(p.text, sizeof(p.text), "%s", text);
	raise_panic(&p);
}

/* ---- the process -------------------------------------------------------- */

void say(const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

int64_t resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	int64_t pages = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%*s %" SCNd64, &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

int64_t thread_count(void)
{
	struct stat st;

	/* the directory has two links of its own and one for each thread */
	if (stat("/proc/self/task", &st) != 0)
		return 0;
	return (int64_t)st.st_nlink - 2;
}

int64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * SEC + ts.tv_nsec;
}

int64_t thread_id(void)
{
	return syscall(SYS_gettid);
}

int cpus_allowed(void)
{
	cpu_set_t set;

	REQUIRE_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
	return CPU_COUNT(&set);
}

int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t checksum(const void *p, size_t n)
{
	const unsigned char *bytes = p;
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	/*
	 * each step is a bijection of sum, so a changed bit changes the result
	 */
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
	return sum;
}
