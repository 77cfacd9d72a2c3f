/*
 * threads.c - blocking calls: each has a thread while it blocks, and the next
 * ones use the threads that are there.
 */
#include <errno.h>
#include <time.h>

#include "prog.h"

enum { BURST = 30, ROUNDS = 3, CALLS = 300 };

static void nap(void *ms)
{
	struct timespec ts = {.tv_nsec = *(long *)ms * 1000000};

	nanosleep(&ts, NULL);
}

static void nap_50(void *arg)
{
	static long ms = 50;

	(void)arg;
	goro_blocking(nap, &ms);
}

static void short_calls(void *arg)
{
	static long ms;

	(void)arg;
	for (int i = 0; i < CALLS; i++)
		goro_blocking(nap, &ms);
}

/* How long n goroutines take that all run fn. */
static int64_t time_of(goro_fn fn, int n)
{
	goro_waitgroup wg = {{0}};
	int64_t start = goro_now();

	for (int i = 0; i < n; i++)
		goro_wg_go(&wg, fn, NULL);
	goro_wg_wait(&wg);
	return goro_now() - start;
}

static uint64_t threads_made(void)
{
	struct goro_stats s;

	goro_read_stats(&s);
	return s.threads_made;
}

static void app(void *arg)
{
	uint64_t before, first, last;

	(void)arg;
	before = threads_made();
	time_of(short_calls, 4);
	CHECK(threads_made() <= before + 10);
	/* At once, not one after the other. */
	CHECK(time_of(nap_50, BURST) < BURST * 50 * MS / 2);
	first = threads_made();
	CHECK(first >= BURST);
	for (int i = 1; i < ROUNDS; i++)
		CHECK(time_of(nap_50, BURST) >= 50 * MS);
	last = threads_made();
	CHECK(last <= first + 5);
}

int main(void)
{
	CHECK(goro_run(app, NULL) == GORO_OK);
	return check_failed;
}
