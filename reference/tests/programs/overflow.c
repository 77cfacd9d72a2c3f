/*
 * overflow.c - a goroutine that runs out of its stack among others that are
 * parked: `overflow MODE OTHERS [BYTES]`.
 */
#include "prog.h"

static goro_chan *never;
static long others, bytes;

/*
 * The result is used after the call, so that it is none in tail position; the
 * way out is for the compiler's peace of mind.
 */
static __attribute__((noinline)) int small_frames(volatile int *up)
{
	volatile int here = *up + 1;

	if (here < 0)
		return 0;
	return small_frames(&here) + here;
}

/* Touches its lowest byte alone: nearly four pages at a time. */
static __attribute__((noinline)) int large_frames(volatile signed char *up)
{
	volatile signed char frame[15 * 1024];

	frame[0] = *up;
	if (frame[0] < 0)
		return 0;
	return large_frames(frame) + frame[0];
}

/* The deepest frames are the runtime's own, in the middle of a switch. */
static __attribute__((noinline)) int yielding_frames(volatile int *up)
{
	volatile int here = *up + 1;

	if (here < 0)
		return 0;
	goro_yield();
	return yielding_frames(&here) + here;
}

static __attribute__((noinline)) int sleeping_frames(volatile int *up)
{
	volatile int here = *up + 1;

	if (here < 0)
		return 0;
	goro_sleep(here % 100 == 0);
	return sleeping_frames(&here) + here;
}

static __attribute__((noinline)) int checking_frames(volatile int *up)
{
	volatile int here = *up + 1;
	char c[1];

	if (here < 0)
		return 0;
	goro_chan_recv(never, c, GORO_POLL);
	goro_num_goroutine();
	return checking_frames(&here) + here;
}

static void small(void *arg)
{
	volatile int zero = 0;

	(void)arg;
	small_frames(&zero);
}

static void large(void *arg)
{
	volatile signed char zero = 0;

	(void)arg;
	large_frames(&zero);
}

static void yielding(void *arg)
{
	volatile int zero = 0;

	(void)arg;
	yielding_frames(&zero);
}

static void sleeping(void *arg)
{
	volatile int zero = 0;

	(void)arg;
	sleeping_frames(&zero);
}

static void checking(void *arg)
{
	volatile int zero = 0;

	(void)arg;
	checking_frames(&zero);
}

/* main has 8 MiB: more small frames than ThreadSanitizer can follow. */
static const struct mode modes[] = {
	{"small", small},    {"large", large},      {"yield", yielding},
	{"sleep", sleeping}, {"runtime", checking}, {"main", large},
	{NULL, NULL},
};

static void park(void *arg)
{
	(void)arg;
	goro_recv(never, NULL);
}

static void keep_yielding(void *arg)
{
	(void)arg;
	for (;;)
		goro_yield();
}

static void *choice[2]; /* the mode's name, and whether main itself does it */

static void app(void *arg)
{
	goro_fn run = find_mode(modes, choice[0]);

	(void)arg;
	never = goro_make(1, 0);
	for (long i = 0; i < others; i++)
		goro_go(park, NULL);
	goro_go(keep_yielding, NULL);
	if (choice[1])
		run(NULL);
	if (bytes > 0)
		CHECK(goro_go_stack(run, NULL, (size_t)bytes) == GORO_OK);
	else
		goro_go(run, NULL);
	goro_recv(never, NULL);
}

int main(int argc, char **argv)
{
	choice[0] = argc > 1 ? argv[1] : NULL;
	choice[1] = argc > 1 && strcmp(argv[1], "main") == 0 ? argv[1] : NULL;
	others = number_arg(argc > 2 ? argv[2] : NULL);
	bytes = number_arg(argc > 3 ? argv[3] : NULL);
	return goro_run(app, NULL);
}
