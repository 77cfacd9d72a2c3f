/*
 * How a runtime is started: with more P than any machine has (SC-039), with
 * signals blocked (SC-040).
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

#include "kit/work.h"

static void count_up(void *arg)
{
	yield();
	mark(arg);
}

CASE(SC_039, "GOMAXPROCS=1024 starts and works on any machine",
     .flags = CASE_DEFAULT_PROCS, .env = {"GOMAXPROCS=1024"},
     ENDS(.status = 2,
	  .first = "fatal error: all goroutines are asleep - deadlock!"),
     NEEDS(NEED(inspect, gomaxprocs)))
{
	static atomic_int n;
	int many = (int)goroutines(10000);

	CHECK_EQ(rt->inspect->gomaxprocs(0), 1024);
	for (int i = 0; i < many; i++)
		go(count_up, &n);
	CHECK(becomes(&n, many));
	recv(chan_signal(0), NULL);
}

/* ---- SC-040 ------------------------------------------------------------- */

static void beside_a_loop(void *arg)
{
	int64_t begin = now();

	(void)arg;
	for (int i = 0; i < case_procs(); i++)
		go(spin, NULL);
	yield();
	CHECK_LT(now() - begin, upto(1 * SEC));
	note("main ran again after %" PRId64 " us", (now() - begin) / 1000);
	stop_all();
	CHECK(becomes(&finished, case_procs()));
}

static void run_with_blocked(const sigset_t *set)
{
	REQUIRE_EQ(pthread_sigmask(SIG_BLOCK, set, NULL), 0);
	CHECK_EQ(run_main(beside_a_loop, NULL), ASSAY_OK);
}

CASE(SC_040, "with all signals blocked at the start it still preempts",
     .procs = {1, 2}, .traits = ASSAY_TRAIT_PREEMPTIVE, .flags = CASE_OUTSIDE)
{
	sigset_t all;

	sigfillset(&all);
	run_with_blocked(&all);
}

CASE_OF(SC_040, urgent, "with the one blocked that Go preempts by",
	.procs = {1, 2}, .traits = ASSAY_TRAIT_PREEMPTIVE,
	.flags = CASE_OUTSIDE)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGURG);
	run_with_blocked(&one);
}
