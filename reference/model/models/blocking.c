/*
 * blocking.c - a goroutine in a blocking call, whose P sysmon takes; and
 * sysmon, which sleeps when all Ps are idle.
 *
 * A P has one owner at a time, the goroutine goes on once, and so does what
 * waited on its P.  When a P is taken into use sysmon is awake.
 */
#include "harness.h"

#include "sched/idle.h"
#include "sched/stopm.h"
#include "sched/monitor.h"
#include "sched/switch.h"
#include "sched/sysmon.h"

/* The goroutine's M is on the scheduler's stack from here on. */
static inline void to_scheduler(struct m *m, struct g *g)
{
	(void)g;
	run_after(m);
}

#define switch_to_g0 to_scheduler
#include "sched/syscall.c"
#undef switch_to_g0

/* A goroutine that ends at once; two that run it or own its P are a race. */
static void run(struct m *m, struct g *g)
{
	MODEL_CHECK(load_relaxed(&m->p->m) == m);
	MODEL_CHECK(load_relaxed(&m->p->status) == PRUNNING);
	m->p->goid++;
	g->parent++;
}

static void look_for_work(struct m *m)
{
	model_may_sleep();
	for (;;) {
		struct g *g;

		if (!m->p)
			goro__stopm();
		g = goro__find_runnable(m);
		run(m, g);
	}
}

static void call(void *unused)
{
	struct m *m = harness_be(0);

	(void)unused;
	m->curg = &harness_g[0];
	m->p->goid++;
	entersyscall();
	exitsyscall();
	if (m->p && load_relaxed(&m->curg->status) == GRUNNING)
		run(m, m->curg);
	m->curg = NULL;
	look_for_work(m);
}

static void idle_m(void *unused)
{
	struct m *m = harness_be(1);

	(void)unused;
	model_may_sleep();
	goro__note_sleep(&m->note, -1);
	goro__acquirep(m->nextp);
	look_for_work(m);
}

static atomic_uint ticked;

/* Two ticks of sysmon, of which the second finds the call too long. */
static void ticks(void *unused)
{
	(void)unused;
	harness_be(HARNESS_MS - 1);
	harness_p[0].mon.calls = 1;
	for (int64_t now = 1; now < 4 * SLICE; now += 2 * SLICE)
		if (load_acquire(&harness_p[0].status) == PSYSCALL)
			goro__watch_p(&harness_p[0], now);
	xchg_acq_rel(&ticked, 1u);
	model_wake(&ticked);
}

/*
 * The ticks after these, any time later: a thread of its own, as one that goes
 * on costs the search a preemption.
 */
static void later_ticks(void *unused)
{
	(void)unused;
	harness_be(HARNESS_MS - 1);
	model_may_sleep();
	model_sleep(&ticked, "the first ticks");
	xchg_acq_rel(&ticked, 0u);
	for (int64_t now = 4 * SLICE; now < 4 * SLICE + 3; now++) {
		if (goro__sleep_if_idle())
			continue;
		model_wait_quiet();
		for (int i = 0; i < goro__procs(); i++)
			goro__watch_p(&harness_p[i], now);
	}
}

static void all_ticks(void *unused)
{
	ticks(unused);
	later_ticks(unused);
}

static void add_idle_m(void)
{
	goro__sched.idle.midle = &harness_m[1];
	goro__sched.idle.nmidle = 1;
	store_relaxed(&goro__sched.mcount, 2u);
	model_thread("M1", idle_m, NULL);
}

static void setup_call(int ps)
{
	harness_reset(ps, 1);
	store_relaxed(&harness_g[0].status, GRUNNING);
	model_thread("M0", call, NULL);
	add_idle_m();
}

/* On the only P another goroutine waits. */
static void setup_one_p(void)
{
	setup_call(1);
	model_thread("sysmon", ticks, NULL);
	model_thread("later", later_ticks, NULL);
	runq_push(&harness_p[0].runq, &harness_g[1]);
}

static void setup_two_ps(void)
{
	setup_call(2);
	model_thread("sysmon", all_ticks, NULL);
	runq_push(&harness_p[0].runq, &harness_g[1]);
}

/* A P that two have given up is in the list twice. */
static void check_idle_ps(void)
{
	uint32_t n = 0;

	for (struct p *p = goro__sched.idle.pidle; p && n < HARNESS_PS;
	     p = p->link)
		n++;
	MODEL_CHECK(n == load_relaxed(&goro__sched.idle.npidle));
	MODEL_CHECK((int32_t)n <= goro__procs());
}

static void check_both_ran(void)
{
	check_idle_ps();
	MODEL_CHECK(harness_g[0].parent == 1);
	MODEL_CHECK(harness_g[1].parent == 1);
}

/* ---- sysmon asleep -------------------------------------------------------- */

static void sleep_then_watch(void *unused)
{
	(void)unused;
	harness_be(HARNESS_MS - 1);
	goro__sleep_if_idle();
}

static void take_p(void *unused)
{
	(void)unused;
	harness_be(0);
	MODEL_CHECK(goro__take_idle_p());
}

static void setup_asleep(void)
{
	harness_reset(2, 0);
	model_thread("sysmon", sleep_then_watch, NULL);
	model_thread("M0", take_p, NULL);
}

/* M0 gives up the last P that is in use, and takes it again. */
static void give_and_take(void *unused)
{
	struct m *m = harness_be(0);

	(void)unused;
	if (goro__give_up_p())
		MODEL_CHECK(goro__take_idle_p());
	MODEL_CHECK(m->p);
}

static void setup_falls_asleep(void)
{
	harness_reset(2, 1);
	model_thread("sysmon", sleep_then_watch, NULL);
	model_thread("M0", give_and_take, NULL);
}

const struct scenario model_scenarios[] = {
	{"one-p", setup_one_p, check_both_ran, 2, 0},
	{"two-ps", setup_two_ps, check_both_ran, 2, 0},
	{"asleep", setup_asleep, NULL, 3, 2},
	{"falls-asleep", setup_falls_asleep, NULL, 3, 2},
	{NULL, NULL, NULL, 0, 0},
};
