/*
 * tick_test.c - due times at the ends of what an int64_t holds, and the
 * memory of a heap that was large.
 */
#include "fake_p.h"
#include "sched/timer.h"
#include "unit.h"

static void next_ticks(void)
{
	UNIT_EQ(goro__next_tick(100, 10, 100), 110);
	UNIT_EQ(goro__next_tick(100, 10, 119), 120);
	UNIT_EQ(goro__next_tick(100, 10, 120), 130);
	UNIT_EQ(goro__next_tick(1, 1, INT64_MAX - 2), INT64_MAX - 1);
	UNIT_EQ(goro__next_tick(100, INT64_MAX, 100), INT64_MAX);
	UNIT_EQ(goro__next_tick(INT64_MAX - 5, 10, INT64_MAX - 1), INT64_MAX);
	UNIT_EQ(goro__next_tick(1, INT64_MAX / 2, INT64_MAX - 1), INT64_MAX);
}

static void nothing(struct timer *t, int64_t now)
{
	(void)now;
	goro__timer_done(t);
}

/* A tick that can never come does not hold up those that can. */
static void last_tick(void)
{
	struct fake f;
	struct timer t = {.when = 50, .period = INT64_MAX, .fn = nothing};

	fake_begin(&f);
	goro__timer_add(&t);
	UNIT_EQ(goro__timers_run(&f.p, 60), INT64_MAX);
	CU_ASSERT_TRUE(goro__timer_del(&t));
	fake_end(&f);
}

static void positive(void)
{
	struct fake f;
	struct timer t = {.when = INT64_MIN, .fn = nothing};

	fake_begin(&f);
	goro__timer_add(&t);
	UNIT_EQ(load_relaxed(&f.p.timers.next), 1);
	UNIT_EQ(goro__timers_run(&f.p, 1), INT64_MAX);
	fake_end(&f);
}

enum { MANY = 100000 };

static void gives_back(void)
{
	static struct timer t[MANY];
	uint32_t cap;
	struct fake f;

	fake_begin(&f);
	for (int i = 0; i < MANY; i++) {
		t[i].when = 1 + (int64_t)unit_rand(1000);
		t[i].fn = nothing;
		goro__timer_add(&t[i]);
	}
	cap = f.p.timers.cap;
	CU_ASSERT_TRUE(cap >= MANY);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_TRUE_FATAL(goro__timer_del(&t[i]));
	CU_ASSERT_TRUE(f.p.timers.cap <= cap / 64);
	UNIT_EQ(load_relaxed(&f.p.timers.next), INT64_MAX);
	fake_end(&f);
}

static const struct unit_test tests[] = {
	{"the next tick, up to the end of time", next_ticks},
	{"a tick after the end of time", last_tick},
	{"a deadline is positive in the heap", positive},
	{"a heap that was large", gives_back},
	{NULL, NULL},
};

const struct unit_suite tick_suite = {"ticks", tests};
