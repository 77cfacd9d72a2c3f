/*
 * What waiting costs: no P, no thread, no CPU time.
 */
#include "kit/kit.h"

static atomic_int finished;

static void wait_on(void *c)
{
	wait_for(c);
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

static void count_up(void *arg)
{
	(void)arg;
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&finished, 1, memory_order_release);
}

CASE(SC_028, "an idle runtime uses almost no CPU time",
     .flags = CASE_NOT_SANITIZED)
{
	assay_chan *c = chan_signal(0);
	int64_t used;

	go_many(50, wait_on, c);
	settle(50);
	sleep_ns(20 * MS);
	used = cpu_ns();
	sleep_ns(400 * MS);
	used = cpu_ns() - used;
	CHECK_LT(used, upto(10 * MS));
	note("CPU time of 400 idle ms: %" PRId64 " us", used / 1000);
	close_chan(c);
	CHECK(becomes(&finished, 50));
}

CASE(SC_030, "a blocked goroutine holds neither P nor thread", .procs = {1})
{
	assay_chan *c = chan_signal(0);
	int n = (int)goroutines(1000);

	go_many(n, wait_on, c);
	settle(n);
	CHECK_LT(thread_count(), 10);
	go(count_up, NULL);
	CHECK(becomes(&finished, 1));
	close_chan(c);
	CHECK(becomes(&finished, n + 1));
}

static void burst(void *arg)
{
	int64_t end = in(2 * MS);

	while (now() < end)
		yield();
	count_up(arg);
}

/* SC-029: the CPU time of each 10 ms after a burst. */
CASE(SC_029, "CPU use falls soon after a burst", .procs = {2, 4},
     .flags = CASE_PERF)
{
	int64_t used[5], last;

	go_many(16, burst, NULL);
	REQUIRE(becomes(&finished, 16));
	last = cpu_ns();
	for (int i = 0; i < 5; i++) {
		sleep_ns(10 * MS);
		used[i] = cpu_ns() - last;
		last += used[i];
	}
	CHECK_LT(used[4], 10 * MS);
	note("CPU us in each 10 ms after a burst: %" PRId64 " %" PRId64
	     " %" PRId64 " %" PRId64 " %" PRId64,
	     used[0] / 1000, used[1] / 1000, used[2] / 1000, used[3] / 1000,
	     used[4] / 1000);
}
