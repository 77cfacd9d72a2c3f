/*
 * timer_test.c - the heap of timers against a plain array, and what happens
 * round it: periods, moves to another P, a callback that still runs.
 */
#include <pthread.h>

#include "fake_p.h"
#include "sched/timer.h"
#include "base/sys.h"
#include "unit.h"

enum { TIMERS = 400, ROUNDS = 4000 };

struct test_timer {
	struct timer t;
	bool pending; /* by the model */
	int fired;
};

static struct fake fake;
static struct test_timer timers[TIMERS];
static int64_t last_fired; /* when of the timer that fired last */
static int misfired;

/* Each fires once, when it is pending, and the earlier before the later. */
static void on_fire(struct timer *t, int64_t now)
{
	struct test_timer *tt = t->arg;

	misfired += !tt->pending || t->when > now || t->when < last_fired;
	last_fired = t->when;
	tt->pending = false;
	tt->fired++;
	goro__timer_done(t);
}

static void begin(void)
{
	fake_begin(&fake);
	memset(timers, 0, sizeof(timers));
	for (int i = 0; i < TIMERS; i++) {
		timers[i].t.fn = on_fire;
		timers[i].t.arg = &timers[i];
	}
	last_fired = 0;
	misfired = 0;
}

static int64_t model_next(void)
{
	int64_t next = INT64_MAX;

	for (int i = 0; i < TIMERS; i++)
		if (timers[i].pending && timers[i].t.when < next)
			next = timers[i].t.when;
	return next;
}

static void add(struct test_timer *tt, int64_t when)
{
	tt->t.when = when;
	tt->pending = true;
	goro__timer_add(&tt->t);
}

static void step(int64_t now)
{
	struct test_timer *tt = &timers[unit_rand(TIMERS)];

	if (!tt->pending) {
		add(tt, now + unit_rand(1000));
	} else if (unit_rand(3) == 0) {
		CU_ASSERT_TRUE(goro__timer_del(&tt->t));
		tt->pending = false;
	}
	CU_ASSERT_FALSE(!tt->pending && goro__timer_del(&tt->t));
}

static void against_model(void)
{
	int64_t now = 1, next;

	begin();
	for (int i = 0; i < ROUNDS; i++) {
		step(now);
		UNIT_EQ(load_relaxed(&fake.p.timers.next), model_next());
		if (unit_rand(8) != 0)
			continue;
		now += unit_rand(100);
		last_fired = 0;
		next = goro__timers_run(&fake.p, now);
		UNIT_EQ(next, model_next());
		CU_ASSERT_TRUE(next > now);
	}
	UNIT_EQ(misfired, 0);
	fake_end(&fake);
}

static void equal_times(void)
{
	begin();
	for (int i = 0; i < TIMERS; i++)
		add(&timers[i], 50);
	UNIT_EQ(goro__timers_run(&fake.p, 49), 50);
	UNIT_EQ(fake.p.timers.len, TIMERS);
	UNIT_EQ(goro__timers_run(&fake.p, 50), INT64_MAX);
	for (int i = 0; i < TIMERS; i++)
		UNIT_EQ(timers[i].fired, 1);
	UNIT_EQ(misfired, 0);
	fake_end(&fake);
}

static int ticks;

static void on_tick(struct timer *t, int64_t now)
{
	(void)now;
	ticks++;
	goro__timer_done(t);
}

/* Run at `at`, a ticker of 10 that was due at 100 is due next at `next`. */
static void rearmed(int64_t at, int64_t next)
{
	struct timer t = {.when = 100, .period = 10, .fn = on_tick};
	struct timer other = {.when = 1000, .fn = on_tick};

	begin();
	ticks = 0;
	goro__timer_add(&other);
	goro__timer_add(&t);
	UNIT_EQ(goro__timers_run(&fake.p, at), next);
	UNIT_EQ(t.when, next);
	UNIT_EQ(ticks, 1);
	UNIT_EQ(goro__timers_run(&fake.p, next), next + 10);
	UNIT_EQ(ticks, 2);
	CU_ASSERT_TRUE(goro__timer_del(&t));
	CU_ASSERT_FALSE(goro__timer_del(&t));
	fake_end(&fake);
}

static void keeps_phase(void)
{
	rearmed(100, 110);
	rearmed(101, 110);
	rearmed(109, 110);
	rearmed(110, 120);
	rearmed(137, 140);
}

static void moves(void)
{
	struct fake to;
	int wrong = 0;

	begin();
	for (int i = 0; i < TIMERS; i++)
		add(&timers[i], 1 + (int64_t)unit_rand(1000));
	fake_begin(&to);
	goro__timers_move(&to.p.timers, &fake.p.timers);
	UNIT_EQ(fake.p.timers.len, 0);
	UNIT_EQ(load_relaxed(&fake.p.timers.next), INT64_MAX);
	UNIT_EQ(load_relaxed(&to.p.timers.next), model_next());
	for (int i = 0; i < TIMERS; i += 2) {
		wrong += !goro__timer_del(&timers[i].t);
		timers[i].pending = false;
	}
	goro__timers_run(&to.p, 1000);
	for (int i = 1; i < TIMERS; i += 2)
		wrong += timers[i].fired != 1;
	UNIT_EQ(wrong + misfired, 0);
	fake_end(&to);
	fake_end(&fake);
}

static atomic_uint started, may_end, ended;

static void on_slow(struct timer *t, int64_t now)
{
	(void)now;
	store_release(&started, 1u);
	while (!load_acquire(&may_end))
		sys_yield();
	sys_nanosleep(5000000);
	store_release(&ended, 1u);
	goro__timer_done(t);
}

static void *run_timers(void *p)
{
	goro__timers_run(p, 100);
	return NULL;
}

/* Whoever frees a timer must not meet its callback. */
static void del_waits(void)
{
	struct timer t = {.when = 1, .fn = on_slow};
	pthread_t thread;

	begin();
	goro__mp = 1;
	goro__timer_add(&t);
	CU_ASSERT_FATAL(!pthread_create(&thread, NULL, run_timers, &fake.p));
	while (!load_acquire(&started))
		sys_yield();
	CU_ASSERT_FALSE(goro__timer_del(&t));
	UNIT_EQ(load_acquire(&ended), 0);
	store_release(&may_end, 1u);
	CU_ASSERT_FALSE(goro__timer_del_sync(&t));
	UNIT_EQ(load_acquire(&ended), 1);
	pthread_join(thread, NULL);
	goro__mp = 0;
	fake_end(&fake);
}

/* Who sleeps until polluntil is woken by an earlier timer, by no later one. */
static void wakes_poller(void)
{
	struct sched *s = &goro__sched;

	begin();
	store_relaxed(&s->idle.pollnote, 0u);
	store_relaxed(&s->idle.polluntil, INT64_C(500));
	add(&timers[0], 500);
	UNIT_EQ(load_relaxed(&s->idle.pollnote), 0);
	add(&timers[1], 499);
	UNIT_EQ(load_relaxed(&s->idle.pollnote), 1);
	store_relaxed(&s->idle.pollnote, 0u);
	store_relaxed(&s->idle.polluntil, INT64_C(0));
	add(&timers[2], 1);
	UNIT_EQ(load_relaxed(&s->idle.pollnote), 0);
	fake_end(&fake);
}

static void when_saturates(void)
{
	int64_t before = sys_clock();

	CU_ASSERT_TRUE(goro__when(before, INT64_MAX) < INT64_MAX);
	CU_ASSERT_TRUE(goro__when(before, INT64_MAX) > before + INT64_MAX / 4);
	CU_ASSERT_EQUAL(goro__when(before, -5), before);
	CU_ASSERT_EQUAL(goro__when(before, INT64_MIN), before);
	CU_ASSERT_EQUAL(goro__when(before, 1000), before + 1000);
}

static const struct unit_test tests[] = {
	{"add, delete, run against a model", against_model},
	{"all due at once", equal_times},
	{"a period keeps its phase", keeps_phase},
	{"move to another P", moves},
	{"delete waits for the callback", del_waits},
	{"an earlier timer wakes the sleeper", wakes_poller},
	{"due times saturate", when_saturates},
	{NULL, NULL},
};

const struct unit_suite timer_suite = {"timers", tests};
