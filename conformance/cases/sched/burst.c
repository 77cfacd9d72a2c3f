/*
 * SC-042: a burst of work after ping-pong.  Whatever the runtime has learnt
 * from searches for work that found none, it must not keep wake-ups back.
 */
#include "kit/kit.h"

enum { BURST = 24 };

static atomic_int inside, most, ended;

static void compute(void *arg)
{
	int64_t end = in(*(const int64_t *)arg);
	int n = mark(&inside);

	if (n > count(&most))
		atomic_store_explicit(&most, n, memory_order_release);
	while (now() < end)
		;
	atomic_fetch_sub_explicit(&inside, 1, memory_order_acq_rel);
	mark(&ended);
}

static void answer(void *c)
{
	while (recv(c, NULL))
		send_signal(c);
	mark(&ended);
}

static void ping_pong(int64_t ns)
{
	assay_chan *c = chan_signal(0);
	int64_t end = in(ns);
	int before = count(&ended);

	go(answer, c);
	while (now() < end) {
		send_signal(c);
		wait_for(c);
	}
	close_chan(c);
	REQUIRE(becomes(&ended, before + 1));
}

/* The most that computed at once. */
static int burst(int64_t ns)
{
	int before = count(&ended);

	ping_pong(60 * MS);
	atomic_store_explicit(&most, 0, memory_order_release);
	for (int i = 0; i < BURST; i++)
		go_copy(compute, &ns, sizeof(ns));
	REQUIRE(becomes(&ended, before + 1 + BURST));
	return count(&most);
}

/* A busy machine may spoil one, and another. */
static void check_bursts(int64_t ns)
{
	int good = 0, want = (case_procs() * 7 + 9) / 10, tries = 0;

	while (good < 3 && tries++ < 10)
		good += burst(ns) >= want;
	CHECK_GE(good, 3);
	note("bursts of %" PRId64 " us: 3 of %d had %d at once", ns / 1000,
	     tries, want);
}

CASE(SC_042, "a burst after ping-pong uses all P", .procs = {4},
     .traits = ASSAY_TRAIT_PARALLEL, .flags = CASE_ALONE | CASE_NOT_SANITIZED)
{
	check_bursts(1 * MS);
	check_bursts(3 * MS);
}
