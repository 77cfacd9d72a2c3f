/*
 * leap.c - a frame that jumps over the guard of its stack, as code does that
 * was not compiled with -fstack-clash-protection: `leap MODE`.
 */
#include "prog.h"

enum { OTHERS = 30, FRAME = 90000 };

static goro_chan *never;

/* Where the frames of a stack begin, others have theirs: nobody is to return. */
static void park(void *arg)
{
	goro_recv(arg, NULL);
}

static __attribute__((noinline)) void yields(void)
{
	volatile char frame[FRAME];

	frame[0] = 1;
	for (int i = 0; i < 100; i++)
		goro_yield();
	frame[1] = frame[0];
}

static __attribute__((noinline)) void sleeps(void)
{
	volatile char frame[FRAME];

	frame[0] = 1;
	goro_sleep(GORO_MILLISECOND);
	frame[1] = frame[0];
}

static __attribute__((noinline)) void receives(void)
{
	volatile char frame[FRAME];

	frame[0] = 1;
	goro_recv(never, NULL);
	frame[1] = frame[0];
}

/* Down to the guard of another. */
static __attribute__((noinline)) void faults(void)
{
	volatile char frame[3 * FRAME];

	for (size_t i = sizeof(frame); i > 0; i -= 1024)
		frame[i - 1] = 1;
}

static __attribute__((noinline)) void ends(void)
{
	volatile char frame[FRAME];

	frame[0] = 1;
	frame[1] = frame[0];
	goro_goexit();
}

static char *victim;

static void sleeper(void *arg)
{
	(void)arg;
	victim = __builtin_frame_address(0);
	for (;;)
		goro_sleep(GORO_MILLISECOND);
}

/* As a frame that begins on another's stack. */
static void tramples(void)
{
	goro_go(sleeper, NULL);
	goro_sleep(5 * GORO_MILLISECOND);
	for (volatile char *p = victim + 16; (uintptr_t)p % 4096; p++)
		*p = 1;
	goro_recv(never, NULL);
}

static const struct leap {
	const char *name;
	void (*act)(void);
} leaps[] = {
	{"yields", yields}, {"sleeps", sleeps}, {"receives", receives},
	{"faults", faults}, {"ends", ends},     {"tramples", tramples},
	{NULL, NULL},
};

static void leap(void *arg)
{
	const struct leap *l = arg;

	printf("%d\n", (int)goro_id());
	fflush(stdout);
	l->act();
}

static void app(void *arg)
{
	never = goro_make(0, 0);
	for (int i = 0; i < OTHERS; i++)
		goro_go(park, never);
	goro_sleep(20 * GORO_MILLISECOND);
	goro_go(leap, arg);
	goro_sleep(10 * GORO_SECOND);
}

int main(int argc, char **argv)
{
	const struct leap *l = leaps;

	while (l->name && (argc < 2 || strcmp(l->name, argv[1]) != 0))
		l++;
	if (!l->name)
		return 64;
	return goro_run(app, (void *)(uintptr_t)l);
}
