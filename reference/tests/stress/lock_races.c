/*
 * lock_races.c - one at a time, and each sees what the one before wrote.
 */
#include "base/lock.h"

#include "base/sys.h"
#include "threads.h"

enum { THREADS = 4, TURNS = 10000 * STRESS_SCALE };

static struct lock l;
static int64_t counter; /* plain, under l */
static int inside;      /* plain, under l */

static void *add(void *arg)
{
	int *overlap = arg;

	for (int i = 0; i < TURNS; i++) {
		lock(&l);
		*overlap += inside++;
		counter++;
		if (i % 1000 == 0)
			sys_yield(); /* as if the kernel took the CPU */
		inside--;
		unlock(&l);
	}
	return NULL;
}

static void *try_add(void *arg)
{
	int *overlap = arg;

	for (int i = 0; i < TURNS; i++) {
		while (!try_lock(&l))
			sys_yield();
		*overlap += inside++;
		counter++;
		inside--;
		unlock(&l);
	}
	return NULL;
}

static void exclusive(void *(*fn)(void *))
{
	int overlap[THREADS] = {0};
	struct threads threads;

	counter = 0;
	threads_start(&threads, THREADS, fn, overlap, sizeof(overlap[0]));
	threads_join(&threads);
	UNIT_EQ(counter, (int64_t)THREADS * TURNS);
	for (int i = 0; i < THREADS; i++)
		UNIT_EQ(overlap[i], 0);
}

static void locks(void)
{
	exclusive(add);
}

static void tries(void)
{
	exclusive(try_add);
}

static const struct unit_test tests[] = {
	{"lock", locks},
	{"try_lock", tries},
	{NULL, NULL},
};

const struct unit_suite lock_races = {"lock", tests};
