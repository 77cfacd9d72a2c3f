/*
 * sched.c - submit work against stop looking, the M that sleeps for timers,
 * and sysmon: the scheduler as it is, run by two or three Ms.
 *
 * No end may be reached in which a goroutine is on a queue, a P is idle and
 * all Ms that could run it sleep.  A wake-up that was left out on purpose
 * (goro__wakep()) is made up for by sysmon, here when all is quiet.  A timer is
 * not run late, whoever computes.
 */
#include "harness.h"

#include <string.h>

#include "base/note.h"
#include "sched/stopm.h"
#include "sched/timer.h"
#include "sched/idle.h"
#include "sched/poll.h"
#include "sched/switch.h"
#include "sched/sysmon.h"

enum { TICKS = 2, TICK = 20000 };

static int made;
static bool asleep[HARNESS_MS]; /* from the start */
static bool computes;           /* a goroutine never ends */
static bool switches;           /* P0 does, between two ticks */
static struct timer timer, timer2;
static int64_t fired, fired2; /* when */

/* ---- the Ms --------------------------------------------------------------- */

static void run_one(struct m *m, struct g *g)
{
	MODEL_CHECK(load_relaxed(&m->p->status) == PRUNNING);
	MODEL_CHECK(load_relaxed(&m->p->m) == m);
	g->parent++; /* plain: two that run it are a race */
	MODEL_CHECK(g->parent == 1);
}

/* The loop of goro__schedule(), with goroutines that end at once, or never. */
static void schedule(void *which)
{
	struct m *m = harness_be((int)(intptr_t)which);

	model_may_sleep();
	if (asleep[m->id]) {
		goro__note_sleep(&m->note, -1);
		goro__acquirep(m->nextp);
	}
	for (;;) {
		if (!m->p)
			goro__stopm();
		run_one(m, goro__find_runnable(m));
		if (computes)
			return;
	}
}

/* Its P stays busy: what it submits is for others. */
static void submit_one(void *unused)
{
	(void)unused;
	submit(harness_be(0)->p, &harness_g[made++], NULL);
}

static void submit_two(void *unused)
{
	submit_one(unused);
	submit_one(unused);
}

static void submit_global(void *unused)
{
	(void)unused;
	harness_be(0);
	goro__globrunqput(&harness_g[made++]);
	goro__wakep();
}

static bool needed(void)
{
	return switches || load_relaxed(&goro__sched.idle.skipped) > 0;
}

/*
 * Two ticks of sysmon, with nobody who could run in between.  If no wake-up was
 * left out on purpose the others must do without.
 */
static void monitor(void *unused)
{
	(void)unused;
	harness_be(HARNESS_MS - 1);
	for (int64_t tick = 1; tick <= TICKS; tick++) {
		model_wait_quiet();
		if (!goro__work_anywhere() || !needed())
			return;
		if (switches)
			count_own(&harness_p[0].stats.switches);
		for (int i = 0; i < goro__procs(); i++)
			goro__watch_p(goro__allp[i], tick * TICK);
	}
}

/* ---- submit --------------------------------------------------------------- */

static void reset(int ps, int running)
{
	harness_reset(ps, running);
	timer = timer2 = (struct timer){0};
	memset(asleep, 0, sizeof(asleep));
	made = 0;
	computes = switches = false;
	store_relaxed(&goro__sched.mcount, 1u);
	fired = fired2 = 0;
}

static void add_m(const char *name, int i)
{
	model_thread(name, schedule, (void *)(intptr_t)i);
	add_relaxed(&goro__sched.mcount, 1u);
}

/* An M that sleeps from the start. */
static void add_idle_m(const char *name, int i)
{
	add_m(name, i);
	harness_m[i].schedlink = goro__sched.idle.midle;
	goro__sched.idle.midle = &harness_m[i];
	goro__sched.idle.nmidle++;
	asleep[i] = true;
}

static void setup(void (*fn)(void *), int ps)
{
	reset(ps, 2);
	model_thread("submit", fn, NULL);
	add_m("M1", 1);
	add_idle_m("M2", 2);
	model_thread("sysmon", monitor, NULL);
}

static void setup_next(void)
{
	setup(submit_one, 2);
}

static void setup_global(void)
{
	setup(submit_global, 2);
}

/* M1 looks as the only spinning one, and wakes M2 in its place. */
static void setup_handover(void)
{
	reset(3, 2);
	harness_m[1].spinning = true;
	store_relaxed(&goro__sched.idle.nmspinning, 1u);
	model_thread("submit", submit_two, NULL);
	add_m("M1", 1);
	add_idle_m("M2", 2);
	add_idle_m("M3", 3);
	model_thread("sysmon", monitor, NULL);
}

static void check_all_ran(void)
{
	for (int i = 0; i < made; i++)
		if (harness_g[i].parent == 0)
			model_fail("work is queued, a P is idle and all sleep");
	MODEL_CHECK(load_relaxed(&goro__sched.idle.nmspinning) == 0);
}

/* ---- wake-ups that are left out -------------------------------------------- */

/* As after ping-pong: the next thousand are to be left out. */
static void setup_skipping(void (*fn)(void *))
{
	reset(2, 1);
	computes = true;
	store_relaxed(&goro__sched.idle.skip, 1000u);
	model_thread("submit", fn, NULL);
	add_idle_m("M1", 1);
}

/* Of two goroutines one stands behind the other: no need of sysmon. */
static void setup_burst(void)
{
	setup_skipping(submit_two);
}

static void check_one_ran(void)
{
	int64_t ran = 0;

	for (int i = 0; i < made; i++)
		ran += harness_g[i].parent;
	if (ran == 0)
		model_fail("a burst is queued, a P is idle and all sleep");
}

/* For the one that is next the wake-up is left out. */
static void setup_skipped(void)
{
	setup_skipping(submit_one);
	model_thread("sysmon", monitor, NULL);
}

/* It went into the ring without one, and the P switches all the time. */
static void line_up(void *unused)
{
	(void)unused;
	runq_push(&harness_be(0)->p->runq, &harness_g[made++]);
}

static void setup_switching(void)
{
	setup_skipping(line_up);
	switches = true;
	model_thread("sysmon", monitor, NULL);
}

/* ---- timers --------------------------------------------------------------- */

static void fire(struct timer *t, int64_t now)
{
	*(int64_t *)t->arg = now;
	goro__timer_done(t);
}

/* Makes a goroutine ready, too. */
static void fire_one(struct timer *t, int64_t now)
{
	fire(t, now);
	submit(goro__m()->p, &harness_g[made++], NULL);
}

static void set_timer(struct timer *t, int64_t when, int64_t *into)
{
	t->when = when;
	t->fn = fire;
	t->arg = into;
	goro__timer_add(t);
}

/* Its P stays busy. */
static void set_one(void *unused)
{
	(void)unused;
	harness_be(0);
	set_timer(&timer, 100, &fired);
}

static void set_and_look(void *unused)
{
	set_one(unused);
	schedule((void *)0);
}

static void setup_timer(void)
{
	reset(2, 2);
	model_thread("M0", set_and_look, NULL);
	add_m("M1", 1);
	add_idle_m("M2", 2);
}

/* M1 sleeps for a late timer when an earlier one is set. */
static void setup_earlier(void)
{
	reset(2, 2);
	goro__tls_m = &harness_m[0];
	timer2 = (struct timer){.when = 1000, .fn = fire, .arg = &fired2};
	set_timer(&timer2, 1000, &fired2);
	model_thread("set", set_one, NULL);
	add_m("M1", 1);
	add_idle_m("M2", 2);
}

/* Two that would sleep for timers, of whom one does. */
static void setup_pollers(void)
{
	reset(3, 3);
	model_thread("M0", set_and_look, NULL);
	add_m("M1", 1);
	add_m("M2", 2);
	add_idle_m("M3", 3);
}

/* No M sleeps for timers when one is set, by a P that computes. */
static void setup_beside(void)
{
	reset(2, 1);
	model_thread("set", set_one, NULL);
	add_idle_m("M1", 1);
}

/* M1 is just giving up. */
static void setup_idling(void)
{
	reset(3, 2);
	model_thread("set", set_one, NULL);
	add_m("M1", 1);
	add_idle_m("M2", 2);
}

/* Whoever wakes for the first gets a goroutine that computes, too. */
static void set_two(void *unused)
{
	(void)unused;
	harness_be(0);
	timer = (struct timer){.when = 100, .fn = fire_one, .arg = &fired};
	goro__timer_add(&timer);
	set_timer(&timer2, 1000, &fired2);
}

static void setup_successor(void)
{
	reset(3, 1);
	computes = true;
	model_thread("set", set_two, NULL);
	add_idle_m("M1", 1);
	add_idle_m("M2", 2);
	add_idle_m("M3", 3);
}

static void check_timer(void)
{
	MODEL_CHECK(fired > 0);
	if (fired > 100)
		model_fail("the sleeper overslept an earlier timer");
}

static void check_both(void)
{
	check_timer();
	MODEL_CHECK(fired2 == 1000);
}

const struct scenario model_scenarios[] = {
	{"next", setup_next, check_all_ran, 2, 1},
	{"global", setup_global, check_all_ran, 2, 0},
	{"handover", setup_handover, check_all_ran, 1, 0},
	{"burst", setup_burst, check_one_ran, 2, 1},
	{"skipped", setup_skipped, check_all_ran, 2, 0},
	{"switching", setup_switching, check_all_ran, 2, 0},
	{"timer", setup_timer, check_timer, 2, 0},
	{"earlier", setup_earlier, check_both, 1, 2},
	{"pollers", setup_pollers, check_timer, 1, 0},
	{"beside", setup_beside, check_timer, 2, 1},
	{"idling", setup_idling, check_timer, 2, 0},
	{"successor", setup_successor, check_both, 1, 0},
	{NULL, NULL, NULL, 0, 0},
};
