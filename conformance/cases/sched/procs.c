/*
 * GOMAXPROCS: where it comes from, how it is changed, and that it is kept:
 * never more goroutines at once, and nobody lost by a change.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit/kit.h"

#define NEEDS_PROCS NEEDS(NEED(inspect, gomaxprocs), NEED(inspect, num_cpu))

static int procs_now(void)
{
	return rt->inspect->gomaxprocs(0);
}

CASE(SC_001, "gomaxprocs(n) sets and returns the old value; n <= 0 reads",
     NEEDS_PROCS)
{
	CHECK_EQ(rt->inspect->gomaxprocs(0), case_procs());
	CHECK_EQ(rt->inspect->gomaxprocs(3), case_procs());
	CHECK_EQ(rt->inspect->gomaxprocs(0), 3);
	CHECK_EQ(rt->inspect->gomaxprocs(-5), 3);
	CHECK_EQ(rt->inspect->gomaxprocs(3), 3);
	CHECK_EQ(rt->inspect->gomaxprocs(1), 3);
	CHECK_EQ(rt->inspect->gomaxprocs(0), 1);
}

/* CPUs that the control group pays for; 0 if it sets no limit. */
static int cpus_paid(void)
{
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "r");
	double quota = 0, period = 1;
	int n;

	if (f == NULL)
		return 0;
	n = fscanf(f, "%lf %lf", &quota, &period);
	fclose(f);
	return n == 2 ? (int)(quota / period) + 1 : 0;
}

/* The default: all CPUs, or fewer where a quota says so. */
static void check_default(void)
{
	int cpus = cpus_allowed();

	CHECK_EQ(rt->inspect->num_cpu(), cpus);
	if (cpus_paid() > 0 && cpus_paid() < cpus)
		CHECK_MSG(procs_now() >= 1 && procs_now() <= cpus,
			  "GOMAXPROCS %d", procs_now());
	else
		CHECK_EQ(procs_now(), cpus);
}

/* SC-002 with a value that counts. */
#define ENV_VALUE(name, text, n)                                               \
	CASE_OF(SC_002, name, "GOMAXPROCS=" text " is taken",                  \
		.flags = CASE_DEFAULT_PROCS, .env = {"GOMAXPROCS=" text},      \
		NEEDS_PROCS)                                                   \
	{                                                                      \
		CHECK_EQ(procs_now(), n);                                      \
	}                                                                      \
	_Static_assert(1, "")

ENV_VALUE(one, "1", 1);
ENV_VALUE(three, "3", 3);
ENV_VALUE(zeros, "007", 7);

/* SC-002 with one that does not. */
#define ENV_JUNK(name, text)                                                   \
	CASE_OF(SC_002, name, "GOMAXPROCS=\"" text "\" is ignored",            \
		.flags = CASE_DEFAULT_PROCS, .env = {"GOMAXPROCS=" text},      \
		NEEDS_PROCS)                                                   \
	{                                                                      \
		check_default();                                               \
	}                                                                      \
	_Static_assert(1, "")

ENV_JUNK(empty, "");
ENV_JUNK(letters, "abc");
ENV_JUNK(mixed, "4x");
ENV_JUNK(zero, "0");
ENV_JUNK(negative, "-1");
ENV_JUNK(blank, " 3");
ENV_JUNK(huge, "99999999999999999999");

CASE(SC_002, "without GOMAXPROCS it is the number of CPUs",
     .flags = CASE_DEFAULT_PROCS, NEEDS_PROCS)
{
	if (getenv("GOMAXPROCS") != NULL)
		skip("GOMAXPROCS is set");
	check_default();
}

CASE_OF(SC_002, mixed_one_cpu, "nor is junk read up to where it ends",
	.flags = CASE_DEFAULT_PROCS, .env = {"GOMAXPROCS=4x"}, .cpus = 1,
	NEEDS_PROCS)
{
	CHECK_EQ(procs_now(), 1);
}

CASE(SC_004, "the default follows the affinity of the process",
     .flags = CASE_DEFAULT_PROCS, .cpus = 1, NEEDS_PROCS)
{
	REQUIRE_EQ(cpus_allowed(), 1);
	CHECK_EQ(rt->inspect->num_cpu(), 1);
	CHECK_EQ(procs_now(), 1);
}

CASE_OF(SC_004, more, "affinity does not limit what is asked for",
	.flags = CASE_DEFAULT_PROCS, .cpus = 1, .env = {"GOMAXPROCS=4"},
	NEEDS_PROCS)
{
	CHECK_EQ(rt->inspect->num_cpu(), 1);
	CHECK_EQ(procs_now(), 4);
}

/* ---- work under many P -------------------------------------------------- */

static atomic_int done;

static void yield_and_count(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++)
		yield();
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&done, 1, memory_order_release);
}

static void run_all(int n)
{
	int before = atomic_load_explicit(&done, memory_order_relaxed);

	go_many(n, yield_and_count, NULL);
	CHECK(becomes(&done, before + n));
}

CASE(SC_003, "more P than CPUs are allowed", .flags = CASE_DEFAULT_PROCS,
     .env = {"GOMAXPROCS=64"}, NEEDS_PROCS)
{
	REQUIRE_EQ(procs_now(), 64);
	run_all((int)goroutines(200));
	CHECK_EQ(procs_now(), 64);
}

CASE_OF(SC_003, raised, "also when the number is raised at run time",
	NEEDS_PROCS)
{
	CHECK_EQ(rt->inspect->gomaxprocs(64), case_procs());
	CHECK_EQ(procs_now(), 64);
	run_all((int)goroutines(200));
}

/* SC-031: goroutines that restart themselves while the number changes. */
static assay_chan *stop, *stopped;
static atomic_int restarts;

static void restart(void *arg)
{
	(void)arg;
	/* relaxed: a count for the end, read after the channel operation */
	atomic_fetch_add_explicit(&restarts, 1, memory_order_relaxed);
	if (try_recv(stop, NULL) == ASSAY_AGAIN)
		go(restart, NULL);
	else
		send_signal(stopped);
}

static void change_procs(void *c)
{
	int32_t last = procs_now();

	for (int64_t i = 0; i < rounds(300); i++) {
		int32_t next = 1 + (int32_t)(i * 7 % 5);

		CHECK_EQ(rt->inspect->gomaxprocs(next), last);
		last = next;
		if (i % 8 == 0)
			yield();
	}
	send_signal(c);
}

CASE(SC_031, "GOMAXPROCS may change under load", NEEDS_PROCS)
{
	assay_chan *c = chan_signal(0);

	stop = chan_signal(0);
	stopped = chan_signal(0);
	go(restart, NULL);
	go(restart, NULL);
	go(change_procs, c);
	wait_for(c);
	for (int i = 0; i < 2; i++) {
		send_signal(stop);
		wait_for(stopped);
	}
	CHECK_GE(atomic_load_explicit(&restarts, memory_order_relaxed), 2);
}

/* SC-032: queues of many P are full when all P but one go. */
enum { SPAWNERS = 8, EACH = 100 };

static atomic_int runs[SPAWNERS * EACH];

static void count_run(void *arg)
{
	yield();
	/* relaxed: read after the release-acquire pair on `done` */
	atomic_fetch_add_explicit((atomic_int *)arg, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&done, 1, memory_order_release);
}

static void spawn_many(void *arg)
{
	atomic_int *first = arg;

	for (int i = 0; i < EACH; i++)
		go(count_run, &first[i]);
}

static void lower_once(int from, int to)
{
	int before = atomic_load_explicit(&done, memory_order_acquire);

	CHECK_EQ(rt->inspect->gomaxprocs(from), to);
	for (int i = 0; i < SPAWNERS; i++)
		go(spawn_many, &runs[i * EACH]);
	yield();
	CHECK_EQ(rt->inspect->gomaxprocs(to), from);
	CHECK(becomes(&done, before + SPAWNERS * EACH));
}

CASE(SC_032, "lowering GOMAXPROCS strands nobody", NEEDS_PROCS)
{
	int n = (int)rounds(8);

	if (goroutines(SPAWNERS * EACH) < SPAWNERS * EACH)
		skip("needs %d goroutines", SPAWNERS * EACH);
	rt->inspect->gomaxprocs(1);
	for (int i = 0; i < n; i++)
		lower_once(8, 1);
	for (int i = 0; i < SPAWNERS * EACH; i++)
		CHECK_EQ(atomic_load_explicit(&runs[i], memory_order_relaxed),
			 n);
}
