/*
 * zoo.c - one goroutine of each kind, for a debugger to look at.
 *
 *	zoo stop      calls in_place() once all are where they belong
 *	zoo abort     dies there, and leaves a core
 *
 * With GOMAXPROCS=1 both spinners are preempted by then, and the numbers are
 * those of the order in which they are started: receiver 2, selecter 3 ...
 */
#include <goro.h>
#include <goro_debug.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static goro_chan *never;
static goro_mutex mutex;
static int ends[2];
static atomic_long spun[2];
static atomic_int inside;
static volatile int go_on; /* a debugger sets it */

/* Each local is where a debugger must find it, also at -O2. */
static NOINLINE void receives(int depth)
{
	volatile int treasure = 4711 + depth;

	if (depth > 0)
		receives(depth - 1);
	else
		goro_recv(never, NULL);
	treasure++;
}

static void receiver(void *arg)
{
	volatile int chest = 3;

	(void)arg;
	goro_set_label("animal", "crab");
	goro_set_label("size", "small");
	receives(chest);
	chest++;
}

static void selecter(void *arg)
{
	volatile int chosen_one = 1234;
	int value;
	struct goro_case cases[] = {
		{.c = never, .dir = GORO_RECV, .recv = &value},
		{.c = NULL, .dir = GORO_RECV},
	};

	(void)arg;
	goro_select(cases, 2, NULL);
	chosen_one++;
}

static void locker(void *arg)
{
	(void)arg;
	goro_mutex_lock(&mutex);
	goro_mutex_unlock(&mutex);
}

static NOINLINE void reads_pipe(void *arg)
{
	volatile int bait = 77;
	char c;

	(void)arg;
	atomic_store(&inside, 1);
	(void)!read(ends[0], &c, 1);
	bait++;
}

static void blocker(void *arg)
{
	(void)arg;
	goro_blocking(reads_pipe, NULL);
	atomic_store(&inside, 2);
}

static NOINLINE void spins(atomic_long *count)
{
	volatile int round_and_round = 360;

	for (;;)
		atomic_fetch_add(count, round_and_round);
}

static void spinner(void *arg)
{
	volatile int never_after = 0;

	spins(arg);
	never_after++;
}

static void sleeper(void *arg)
{
	(void)arg;
	for (;;)
		goro_sleep(3600 * GORO_SECOND);
}

static void newborn(void *arg)
{
	(void)arg;
}

/* Where a debugger stops the program. */
NOINLINE void in_place(void)
{
	__asm__ volatile("" ::: "memory");
}

static NOINLINE void dies(void)
{
	abort();
}

static void zoo(void *arg)
{
	volatile int keeper = 1;

	never = goro_make(sizeof(int), 0);
	goro_mutex_lock(&mutex);
	goro_go(receiver, NULL);
	goro_go(selecter, NULL);
	goro_go(locker, NULL);
	goro_go(sleeper, NULL);
	goro_go(blocker, NULL);
	while (!atomic_load(&inside))
		goro_sleep(GORO_MILLISECOND);
	goro_go(spinner, &spun[0]);
	goro_go(spinner, &spun[1]);
	while (!atomic_load(&spun[0]) || !atomic_load(&spun[1]))
		goro_sleep(GORO_MILLISECOND);
	goro_go(newborn, NULL);
	in_place();
	if (go_on || strcmp(arg, "abort") == 0)
		dies();
	keeper++;
}

int main(int argc, char **argv)
{
	alarm(120);
	if (pipe(ends))
		return 1;
	return goro_run(zoo, argc > 1 ? argv[1] : (char[]){"stop"});
}
