/*
 * world.c - stopping the world against goroutines that run, are in a blocking
 * call or come out of one, idle Ps, and a change of the number of Ps.  world.c,
 * syscall.c and the scheduler as they are, with goroutines on stacks.
 *
 * While the world is stopped no goroutine but the stopper runs, and after it all
 * go on.
 */
#include "harness.h"

#include "sched/goroutine.h"
#include "sched/monitor.h"
#include "sched/switch.h"
#include "sched/sysmon.h"
#include "sched/world.h"

static int shared; /* plain: two that run at once are a race */
static bool computes;
static int32_t procs; /* the stopper makes them so many */

static void touch(void)
{
	shared++;
}

static void stopper(void *unused)
{
	(void)unused;
	goro__stop_world();
	touch();
	if (procs)
		goro__procresize(procs);
	goro__start_world();
}

/* Its P stays busy: what waits is for others. */
static void stops_and_computes(void *unused)
{
	stopper(unused);
	model_may_sleep();
	model_sleep(&procs, "computing");
}

static void runner(void *unused)
{
	(void)unused;
	touch();
	goro_yield();
	touch();
}

static void nothing(void *unused)
{
	(void)unused;
}

static void caller(void *unused)
{
	(void)unused;
	touch();
	goro_blocking(nothing, NULL);
	touch();
}

static void until_released(void *unused)
{
	(void)unused;
	model_sleep(&shared, "a call");
}

/* Its call ends once what is behind it on its P has run. */
static void long_caller(void *unused)
{
	(void)unused;
	goro_blocking(until_released, NULL);
	touch();
}

static void release(void *unused)
{
	(void)unused;
	model_wake(&shared);
}

static void toucher(void *unused)
{
	(void)unused;
	touch();
}

/* Makes another ready while the world stands. */
static void waker(void *unused)
{
	(void)unused;
	goro__stop_world();
	touch();
	submit(goro__m()->p, harness_go(1, NULL, toucher), NULL);
	goro__start_world();
}

static void reset(int ps, int running)
{
	harness_reset(ps, running);
	shared = 0;
	procs = 0;
	computes = false;
	for (int i = 0; i < 3; i++)
		harness_m_thread(&"M0\0M1\0M2"[3 * i], i);
}

static void setup_runs(void)
{
	reset(3, 2);
	harness_go(0, &harness_p[0], stopper);
	harness_go(1, &harness_p[1], runner);
}

static void setup_calls(void)
{
	reset(2, 2);
	harness_go(0, &harness_p[0], stopper);
	harness_go(1, &harness_p[1], caller);
}

/* Takes the P of a call that has begun after the stop. */
static void sysmon(void *unused)
{
	(void)unused;
	harness_be(HARNESS_MS - 1);
	model_wait_quiet();
	if (load_relaxed(&goro__sched.stopping))
		return;
	for (int64_t now = 1; now < 4 * SLICE; now += 2 * SLICE)
		goro__watch_p(&harness_p[1], now);
}

static void setup_long_call(void)
{
	reset(2, 2);
	computes = true;
	harness_go(0, &harness_p[0], stops_and_computes);
	harness_go(1, &harness_p[1], long_caller);
	harness_go(2, &harness_p[1], release);
	harness_m_thread("M3", 3); /* two compute or call, two look for work */
	model_thread("sysmon", sysmon, NULL);
}

static void setup_idle(void)
{
	reset(2, 1);
	harness_go(0, &harness_p[0], waker);
}

/* P1 goes, with a goroutine on its ring. */
static void setup_fewer(void)
{
	reset(2, 2);
	procs = 1;
	harness_go(0, &harness_p[0], stopper);
	harness_go(1, &harness_p[1], caller);
	harness_go(2, &harness_p[1], nothing);
}

static void check_ps(void)
{
	for (int32_t i = computes; i < goro__procs(); i++)
		MODEL_CHECK(load_relaxed(&goro__allp[i]->status) == PIDLE);
	for (int i = computes; i < HARNESS_GS; i++)
		if (harness_g[i].fn && harness_g[i].parent != 1)
			model_fail("a goroutine has not ended");
}

const struct scenario model_scenarios[] = {
	{"runs", setup_runs, check_ps, 1, 0},
	{"calls", setup_calls, check_ps, 2, 0},
	{"long-call", setup_long_call, check_ps, 1, 0},
	{"idle", setup_idle, check_ps, 2, 0},
	{"fewer", setup_fewer, check_ps, 1, 0},
	{NULL, NULL, NULL, 0, 0},
};
