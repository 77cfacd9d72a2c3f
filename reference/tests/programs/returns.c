/*
 * returns.c - main returns while others are busy: `returns MODE`.  The process
 * goes on to the end of C's main and flushes stdio, and nobody is waited for.
 */
#include <time.h>

#include "prog.h"

static void spin(void *arg)
{
	(void)arg;
	for (volatile unsigned n = 0;; n++)
		;
}

static void yield(void *arg)
{
	(void)arg;
	for (;;)
		goro_yield();
}

static void late(void *arg)
{
	(void)arg;
	goro_sleep(200 * MS);
	fprintf(stderr, "still here\n");
}

static void nap(void *arg)
{
	struct timespec ts = {.tv_sec = 30};

	(void)arg;
	nanosleep(&ts, NULL);
}

static void block(void *arg)
{
	goro_blocking(nap, arg);
}

static void go_some(goro_fn fn)
{
	for (int i = 0; i < 10; i++)
		goro_go(fn, NULL);
}

static void with_spinner(void *arg)
{
	goro_go(spin, arg);
}

static void with_yielders(void *arg)
{
	(void)arg;
	go_some(yield);
}

static void with_sleepers(void *arg)
{
	(void)arg;
	go_some(late);
	goro_sleep(MS);
}

static void with_blocked(void *arg)
{
	(void)arg;
	go_some(block);
	goro_sleep(5 * MS);
}

static const struct mode modes[] = {
	{"spin", with_spinner},
	{"yield", with_yielders},
	{"sleep", with_sleepers},
	{"blocking", with_blocked},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	CHECK(goro_run(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL) ==
	      GORO_OK);
	printf("back"); /* no newline: exit has to flush it */
	return check_failed;
}
