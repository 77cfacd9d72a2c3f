/*
 * tiny.c - programs whose schedules can be counted by hand.
 *
 *	tiny points K	main starts a goroutine with K points, then a second
 *			one: (2K + 3)! / (K + 1)! / (K + 2)! schedules, as the
 *			first has K + 1 parts; main's last part and those of the
 *			second, which follow it, are K + 2
 *	tiny yield	two: the other one goes first, or main returns first
 *	tiny draw N	N: a select with N cases that are ready
 *	tiny alone	one
 *	tiny locks	25: two goroutines lock and unlock once, see below
 */
#include <goro.h>
#include <stdlib.h>
#include <string.h>

static int k;
static goro_mutex m;

static void points(void *unused)
{
	(void)unused;
	for (int i = 0; i < k; i++)
		goro_checkpoint();
}

static void two_with_points(void)
{
	goro_go(points, NULL);
	goro_go(points, NULL);
}

static void yield_once(void)
{
	goro_go(points, NULL);
	goro_yield();
}

static void draw_one(void)
{
	struct goro_case cases[8];

	for (int i = 0; i < k; i++) {
		goro_chan *c = goro_make(0, 0);

		goro_close(c);
		cases[i] = (struct goro_case){.c = c, .dir = GORO_RECV};
	}
	goro_select(cases, (size_t)k, NULL);
}

static void nothing(void)
{
}

static void lock_once(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m);
	goro_mutex_unlock(&m);
}

/*
 * A goroutine has three parts: up to the lock, up to the unlock, to its end.
 * f(a, b) is how many orders are left with a and b of them done.  One that tries
 * to lock what the other has waits, and then all else is given.
 *
 *	f(3, b) = f(a, 3) = 1
 *	f(2, 1) = f(1, 2) = f(3, 1) + 1 = 2
 *	f(2, 0) = f(0, 2) = f(3, 0) + f(2, 1) = 3
 *	f(1, 1) = f(2, 1) + f(1, 2) = 4
 *	f(1, 0) = f(0, 1) = f(2, 0) + f(1, 1) = 7
 *	f(0, 0) = f(1, 0) + f(0, 1) = 14
 *
 * Main starts the second one when a parts of the first are done:
 * f(0, 0) + f(1, 0) + f(2, 0) + f(3, 0) = 14 + 7 + 3 + 1 = 25.
 */
static void two_locks(void)
{
	goro_go(lock_once, NULL);
	goro_go(lock_once, NULL);
}

static void run(void *name)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} programs[] = {{"points", two_with_points},
			{"yield", yield_once},
			{"draw", draw_one},
			{"alone", nothing},
			{"locks", two_locks}};

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(name, programs[i].name) == 0)
			programs[i].fn();
}

int main(int argc, char **argv)
{
	k = argc > 2 ? atoi(argv[2]) : 0;
	return argc > 1 ? goro_run(run, argv[1]) : 2;
}
