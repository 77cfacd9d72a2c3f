/*
 * Two people in a corridor step aside for each other, at the same pace, until
 * they give up: busy all the time, and no step further.
 */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>

enum { TRIES = 5 };

/* The pace: both move when both have made up their mind. */
static goro_mutex mu;
static goro_cond step;
static int waiting, steps; /* guarded by mu */

static void keep_pace(void)
{
	int before;

	goro_mutex_lock(&mu);
	before = steps;
	if (++waiting == 2) {
		waiting = 0;
		steps++;
		goro_cond_broadcast(&step);
	}
	while (steps == before)
		goro_cond_wait(&step, &mu);
	goro_mutex_unlock(&mu);
}

static atomic_int left, right;

/* Goes that way if nobody else does. */
static bool try_direction(atomic_int *way)
{
	bool free;

	atomic_fetch_add(way, 1);
	keep_pace();
	free = atomic_load(way) == 1;
	keep_pace();
	atomic_fetch_sub(way, 1);
	keep_pace();
	return free;
}

static void walk(void *arg)
{
	for (int i = 0; i < TRIES; i++)
		if (try_direction(&left) || try_direction(&right)) {
			printf("%s passed\n", (const char *)arg);
			return;
		}
	printf("%s gives up after %d tries\n", (const char *)arg, TRIES);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	(void)arg;
	goro_wg_go(&wg, walk, "Alice");
	goro_wg_go(&wg, walk, "Barbara");
	goro_wg_wait(&wg);
}

int main(void)
{
	return goro_run(app, NULL);
}
