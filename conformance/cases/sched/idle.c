/*
 * What waiting costs: no P, no thread, no CPU time.
 */
#include <pthread.h>
#include <unistd.h>

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

/* Writes a byte into the descriptor when 300 ms have passed. */
static void *write_later(void *fd)
{
	kernel_sleep(300 * MS);
	return write(*(int *)fd, "x", 1) == 1 ? fd : NULL;
}

static assay_conn *wrap(int fd)
{
	assay_conn *c = NULL;

	REQUIRE_EQ(rt->net->from_fd(fd, &c), ASSAY_OK);
	return c;
}

static void read_one(void *conn)
{
	char byte;
	size_t n = 0;

	(void)rt->net->read(conn, &byte, 1, &n);
}

/* No timer is pending: nobody is to wake but for the network. */
CASE_OF(SC_028, network, "nor does one that only waits for the network",
	.flags = CASE_NOT_SANITIZED, NEEDS(NEED(net, from_fd), NEED(net, read)))
{
	int idle[10][2], last[2];
	pthread_t writer;
	int64_t used;

	for (int i = 0; i < 10; i++) {
		REQUIRE(pipe(idle[i]) == 0);
		go(read_one, wrap(idle[i][0]));
	}
	REQUIRE(pipe(last) == 0);
	settle(10);
	REQUIRE(pthread_create(&writer, NULL, write_later, &last[1]) == 0);
	used = cpu_ns();
	read_one(wrap(last[0]));
	used = cpu_ns() - used;
	CHECK_LT(used, upto(30 * MS));
	note("CPU time of 300 ms: %" PRId64 " us", used / 1000);
	REQUIRE(pthread_join(writer, NULL) == 0);
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
