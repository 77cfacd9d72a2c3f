/*
 * lock.c - the runtime's lock: one holder at a time, who sees what the one
 * before wrote, and nobody waits for ever.
 */
#include "harness.h"

static struct lock l;
static int inside, sum; /* plain: two holders are a race */

static void hold(void)
{
	inside++;
	MODEL_CHECK(inside == 1);
	sum++;
	inside--;
	unlock(&l);
}

static void twice(void *unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		lock(&l);
		hold();
	}
}

static void try_then_lock(void *unused)
{
	(void)unused;
	if (!try_lock(&l))
		lock(&l);
	hold();
}

static void setup2(void)
{
	l = (struct lock){0};
	inside = sum = 0;
	model_thread("A", twice, NULL);
	model_thread("B", try_then_lock, NULL);
}

static void setup3(void)
{
	setup2();
	model_thread("C", try_then_lock, NULL);
}

static void check2(void)
{
	MODEL_CHECK(sum == 3 && inside == 0);
}

static void check3(void)
{
	MODEL_CHECK(sum == 4 && inside == 0);
}

const struct scenario model_scenarios[] = {
	{"two", setup2, check2, 4, 2},
	{"three", setup3, check3, 3, 1},
	{NULL, NULL, NULL, 0, 0},
};
