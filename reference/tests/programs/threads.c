/*
 * threads.c - blocking calls: each has a thread while it blocks, and the next
 * ones use the threads that are there.
 */
#include <stdatomic.h>
#include <time.h>

#include "prog.h"

enum { BURST = 30, ROUNDS = 3, CALLS = 300 };

static void nap(void *ms)
{
	struct timespec ts = {.tv_nsec = *(long *)ms * 1000000};

	nanosleep(&ts, NULL);
}

static atomic_uint inside; /* calls begun */

/* Returns once all of its burst are inside: each has a thread then. */
static void meet(void *target)
{
	struct timespec ts = {.tv_nsec = 100000};

	atomic_fetch_add_explicit(&inside, 1u, memory_order_relaxed);
	while (atomic_load_explicit(&inside, memory_order_relaxed) <
	       *(unsigned *)target)
		nanosleep(&ts, NULL);
}

static void meet_all(void *target)
{
	goro_blocking(meet, target);
}

static void short_calls(void *arg)
{
	static long ms;

	(void)arg;
	for (int i = 0; i < CALLS; i++)
		goro_blocking(nap, &ms);
}

static void run_all(goro_fn fn, void *arg, int n)
{
	goro_waitgroup wg = {{0}};

	for (int i = 0; i < n; i++)
		goro_wg_go(&wg, fn, arg);
	goro_wg_wait(&wg);
}

static uint64_t threads_made(void)
{
	struct goro_stats s;

	goro_read_stats(&s);
	return s.threads_made;
}

static void app(void *arg)
{
	uint64_t before = threads_made();
	uint64_t first = 0;

	(void)arg;
	run_all(short_calls, NULL, 4);
	CHECK(threads_made() <= before + 10);
	for (unsigned i = 1; i <= ROUNDS; i++) {
		unsigned target = i * BURST;

		run_all(meet_all, &target, BURST);
		if (i == 1)
			first = threads_made();
	}
	CHECK(first >= BURST);
	CHECK(threads_made() <= first + 10);
}

int main(void)
{
	CHECK(goro_run(app, NULL) == GORO_OK);
	return check_failed;
}
