/*
 * timed_test.c - which goroutines are timed, and what that leaves behind.
 */
#include "fake_p.h"
#include "sched/timed.h"
#include "unit.h"

static uint64_t count(struct histogram *h)
{
	uint64_t n = 0;

	for (int i = 0; i < GORO_HISTOGRAM_SIZE; i++)
		n += load_relaxed(&h->n[i]);
	return n;
}

/* Only when it is asked for, only once, and not one with a thread of its own. */
static void which(void)
{
	struct fake f;
	struct g g = {0}, locked = {0};

	fake_begin(&f);
	time_ready(&f.p, &g);
	CU_ASSERT_PTR_NULL(g.lockedm);
	time_soon(&f.p);
	f.p.not_timed = 2;
	for (int i = 0; i < 2; i++) {
		time_ready(&f.p, &g);
		CU_ASSERT_PTR_NULL(g.lockedm);
	}
	time_ready(&f.p, &g);
	CU_ASSERT_PTR_NOT_NULL(g.lockedm);
	CU_ASSERT_PTR_NULL(locked_m(&g));
	UNIT_EQ(load_relaxed(&f.p.mp) & MP_TIMED, 0);
	time_soon(&f.p);
	f.p.not_timed = 0;
	locked.lockedm = &f.m;
	time_ready(&f.p, &locked);
	CU_ASSERT_PTR_EQUAL(locked.lockedm, &f.m);
	CU_ASSERT_PTR_EQUAL(locked_m(&locked), &f.m);
	CU_ASSERT_FALSE(goro__timed_turn(&f.p, &locked));
	fake_end(&f);
}

/* A turn asks for its end on g0, and both times are counted once. */
static void turn(void)
{
	struct fake f;
	struct g g = {0};
	uint64_t waits = count(&goro__latencies), turns = count(&goro__turns);

	fake_begin(&f);
	time_soon(&f.p);
	time_ready(&f.p, &g);
	CU_ASSERT_TRUE(goro__timed_turn(&f.p, &g));
	CU_ASSERT_PTR_NULL(g.lockedm);
	CU_ASSERT_TRUE(f.p.turn_began > 0);
	UNIT_EQ(load_relaxed(&f.p.resched), 1);
	goro__timed_end(&f.p);
	UNIT_EQ(f.p.turn_began, 0);
	UNIT_EQ(count(&goro__latencies), waits + 1);
	UNIT_EQ(count(&goro__turns), turns + 1);
	CU_ASSERT_FALSE(goro__timed_turn(&f.p, &g));
	fake_end(&f);
}

static const struct unit_test tests[] = {
	{"which goroutines are timed", which},
	{"a turn is timed", turn},
	{NULL, NULL},
};

const struct unit_suite timed_suite = {"timed goroutines", tests};
