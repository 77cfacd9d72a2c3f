/*
 * The runtime as a library: run again in one process (BT-005), and without
 * a deadlock report when others may call in (DL-023).  These bodies are no
 * goroutines; what runs as one is passed to core->run().
 */
#include "kit/kit.h"

static atomic_int leftovers;
static int64_t sum;
static assay_chan *results;

static void square(void *arg)
{
	int v = *(const int *)arg;

	send_int(results, v * v);
}

static void never_again(void *arg)
{
	(void)arg;
	for (;;) {
		/* relaxed: a count that carries no data */
		atomic_fetch_add_explicit(&leftovers, 1, memory_order_relaxed);
		yield();
	}
}

static void blocked(void *c)
{
	wait_for(c);
	atomic_fetch_add_explicit(&leftovers, 1, memory_order_relaxed);
}

static void one_life(void *arg)
{
	int procs = *(const int *)arg;

	if (rt->inspect != NULL && rt->inspect->goid != NULL)
		CHECK_EQ(rt->inspect->goid(), 1);
	if (rt->inspect != NULL && rt->inspect->num_goroutine != NULL)
		CHECK_EQ(rt->inspect->num_goroutine(), 1);
	if (rt->inspect != NULL && rt->inspect->gomaxprocs != NULL)
		CHECK_EQ(rt->inspect->gomaxprocs(0), procs);
	sum = 0;
	results = chan_int(3);
	for (int i = 0; i < 100; i++)
		go_copy(square, &i, sizeof(i));
	for (int i = 0; i < 100; i++)
		sum += recv_int(results);
	go(blocked, chan_signal(0));
	go(never_again, NULL);
	for (int i = 0; i < 20; i++)
		yield();
}

static int run_with(assay_fn fn, void *arg, int procs, uint32_t flags)
{
	struct assay_run_options options = {
		.size = sizeof(options), .procs = procs, .flags = flags};

	return rt->core->run(fn, arg, &options);
}

CASE(BT_005, "the runtime can be run again in one process",
     .traits = ASSAY_TRAIT_RESTART, .flags = CASE_OUTSIDE)
{
	for (int i = 0; i < 5; i++) {
		int procs = 1 + i % 4, seen;

		CHECK_EQ(run_with(one_life, &procs, procs, 0), ASSAY_OK);
		CHECK_EQ(sum, 328350);
		seen = atomic_load_explicit(&leftovers, memory_order_relaxed);
		for (int k = 0; k < 1000000; k++)
			atomic_signal_fence(memory_order_seq_cst);
		CHECK_EQ(atomic_load_explicit(&leftovers, memory_order_relaxed),
			 seen);
	}
}

static void block_for_ever(void *arg)
{
	(void)arg;
	recv_int(chan_int(0));
}

CASE(DL_023, "embedded, a deadlock is not reported", .flags = CASE_OUTSIDE,
     ENDS(.hangs = true, .silent = true, .max_ms = 250))
{
	int status = run_with(block_for_ever, NULL, case_procs(),
			      ASSAY_RUN_EMBEDDED);

	if (status == ASSAY_ENOTSUP)
		skip("needs core->run() with ASSAY_RUN_EMBEDDED");
	CHECK_EQ(status, ASSAY_OK);
}
