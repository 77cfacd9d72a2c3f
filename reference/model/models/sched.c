/*
 * sched.c - submit work against stop looking, and the M that sleeps for
 * timers: schedule.c and m.c as they are, run by two or three Ms.
 *
 * No end may be reached in which a goroutine is on a queue, a P is idle and
 * all Ms that could run it sleep.  A wake-up that was left out on purpose
 * (skip_wake()) is made up for by sysmon, here when all is quiet; a timer is
 * not run late.
 */
#include "harness.h"

#include <string.h>

#include "sched/schedule.c"

static int made;
static bool asleep[HARNESS_MS]; /* from the start */
static struct timer timer, timer2;
static int64_t fired, fired2; /* when */

/* ---- the Ms --------------------------------------------------------------- */

static void run_one(struct m *m, struct g *g)
{
	if (m->spinning)
		reset_spinning(m);
	MODEL_CHECK(load_relaxed(&m->p->status) == PRUNNING);
	MODEL_CHECK(load_relaxed(&m->p->m) == m);
	g->parent++; /* plain: two that run it are a race */
	MODEL_CHECK(g->parent == 1);
}

/* The loop of goro__schedule(), with goroutines that end at once. */
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
		run_one(m, find_runnable(m));
	}
}

static void submit_one(struct m *m)
{
	struct g *old = runq_set_next(&m->p->runq, &harness_g[made++]);

	if (old)
		goro__runqput(m->p, old, false);
	goro__wakep();
}

/* Its P stays busy: what it submits is for others. */
static void submit(void *unused)
{
	(void)unused;
	submit_one(harness_be(0));
}

static void submit_two(void *unused)
{
	struct m *m = harness_be(0);

	(void)unused;
	submit_one(m);
	submit_one(m);
}

static void submit_global(void *unused)
{
	(void)unused;
	harness_be(0);
	goro__globrunqput(&harness_g[made++]);
	goro__wakep();
}

/* What sysmon does on its next tick. */
static void monitor(void *unused)
{
	struct sched *s = &goro__sched;

	(void)unused;
	harness_be(HARNESS_MS - 1);
	model_wait_quiet();
	if (load_relaxed(&s->skipped) == 0)
		return;
	store_relaxed(&s->skip, 0u);
	goro__wakep();
}

/* ---- submit --------------------------------------------------------------- */

static void reset(int ps, int running)
{
	harness_reset(ps, running);
	timer = timer2 = (struct timer){0};
	memset(asleep, 0, sizeof(asleep));
	made = 0;
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
	harness_m[i].schedlink = goro__sched.midle;
	goro__sched.midle = &harness_m[i];
	goro__sched.nmidle++;
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
	setup(submit, 2);
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
	store_relaxed(&goro__sched.nmspinning, 1u);
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
	MODEL_CHECK(load_relaxed(&goro__sched.nmspinning) == 0);
}

/* ---- timers --------------------------------------------------------------- */

static void fire(struct timer *t, int64_t now)
{
	*(int64_t *)t->arg = now;
	goro__timer_done(t);
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
	{"timer", setup_timer, check_timer, 2, 0},
	{"earlier", setup_earlier, check_both, 2, 1},
	{"pollers", setup_pollers, check_timer, 1, 0},
	{NULL, NULL, NULL, 0, 0},
};
