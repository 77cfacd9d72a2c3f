/*
 * samples.c - the ring between the handlers of a profile and its reader: one
 * puts a sample and another two, while one takes, and the ring wraps and has
 * room for two.
 *
 * What is taken is whole and was put.  What was put is taken once, or still
 * there at the end, or counted as lost.
 */
#include "harness.h"

#include "diag/samples.h"

enum { PUTS = 3 };

static struct samples ring;
static uint32_t taken[PUTS + 1];

static void put(uint64_t tag)
{
	struct sample s = {.depth = 1, .count = 1, .tag = tag};

	s.pcs[0] = (uintptr_t)tag * 3;
	goro__samples_put(&ring, &s);
}

static void put_one(void *unused)
{
	(void)unused;
	put(1);
}

static void put_two(void *unused)
{
	(void)unused;
	put(2);
	put(3);
}

static bool take_one(void)
{
	struct sample s;

	if (!goro__samples_take(&ring, &s))
		return false;
	MODEL_CHECK(s.depth == 1 && s.count == 1 && s.tag >= 1 &&
		    s.tag <= PUTS && s.pcs[0] == s.tag * 3);
	taken[s.tag]++;
	return true;
}

static void take(void *unused)
{
	(void)unused;
	take_one();
}

/* The first sample that is put lies across the end. */
static void setup(void)
{
	harness_reset(1, 1);
	memset(&ring, 0, sizeof(ring));
	memset(taken, 0, sizeof(taken));
	store_relaxed(&ring.head, SAMPLES_WORDS - 2);
	store_relaxed(&ring.tail, SAMPLES_WORDS - 2);
	model_thread("one", put_one, NULL);
	model_thread("two", put_two, NULL);
	model_thread("reader", take, NULL);
}

static void check(void)
{
	uint64_t all = load_relaxed(&ring.lost);

	while (take_one())
		;
	for (int i = 1; i <= PUTS; i++) {
		MODEL_CHECK(taken[i] <= 1);
		all += taken[i];
	}
	MODEL_CHECK(all == PUTS);
	MODEL_CHECK(load_relaxed(&ring.head) == load_relaxed(&ring.tail));
}

const struct scenario model_scenarios[] = {
	{"put and take", setup, check, 2, 0},
	{NULL, NULL, NULL, 0, 0},
};
