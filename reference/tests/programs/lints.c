/*
 * lints.c - goroutines that do what their program may not want, for
 * GODEBUG=lints=1.
 *
 *	lints KIND
 *
 * Prints a dump after a while.
 */
#include <stdatomic.h>

#include "prog.h"

static atomic_bool over; /* relaxed: it carries nothing */

static bool goes_on(void)
{
	return !atomic_load_explicit(&over, memory_order_relaxed);
}

static void spin_on(void *unused)
{
	(void)unused;
	while (goes_on())
		;
}

static void yield_on(void *unused)
{
	(void)unused;
	while (goes_on())
		goro_yield();
}

/* Computes, makes way for others, waits. */
static void work_on(void *unused)
{
	(void)unused;
	while (goes_on()) {
		int64_t until = goro_now() + 2 * MS;

		while (goro_now() < until)
			;
		goro_yield();
		goro_sleep(MS);
	}
}

static void dump_after(int64_t ns)
{
	static char text[1 << 16];

	goro_sleep(ns);
	goro_dump(text, sizeof(text));
	puts(text);
	atomic_store_explicit(&over, true, memory_order_relaxed);
}

static void spin(void *unused)
{
	goro_go(spin_on, unused);
	dump_after(1300 * MS);
}

/* It is alone on its P but for main, which sleeps. */
static void yield(void *unused)
{
	goro_go(yield_on, unused);
	dump_after(500 * MS);
}

static void work(void *unused)
{
	goro_go(work_on, unused);
	goro_go(work_on, unused);
	dump_after(1300 * MS);
}

static const struct mode modes[] = {
	{"spin", spin}, {"yield", yield}, {"work", work}, {NULL, NULL}};

int main(int argc, char **argv)
{
	return goro_run(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL);
}
