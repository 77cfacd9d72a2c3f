/*
 * returns.c - main returns while others are busy: `returns MODE`.  The process
 * goes on to the end of C's main and flushes stdio, nobody is waited for, and
 * where goroutines can be stopped none of them goes on.
 */
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "prog.h"

static atomic_ulong counter;

static void spin(void *arg)
{
	(void)arg;
	for (;;)
		counter++;
}

static void yield(void *arg)
{
	(void)arg;
	for (;; counter++)
		goro_yield();
}

/* Never at a scheduling point, and nearly always inside the runtime. */
static void poll(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 1);
	int v = 0;

	(void)arg;
	for (;; counter++) {
		goro_send(c, &v);
		goro_recv(c, &v);
		goro_now();
	}
}

/* Nearly always inside libc, with a lock of it. */
static void print(void *arg)
{
	for (;; counter++)
		fprintf(arg, "%d %f\n", 1, 1.5);
}

static void allocate(void *arg)
{
	(void)arg;
	for (;; counter++) {
		void *p = malloc(100000);

		free(p);
		free(malloc(16));
	}
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
	while (nanosleep(&ts, &ts))
		;
	fprintf(stderr, "still here\n");
}

static void nap_once(void *arg)
{
	struct timespec ts = {.tv_sec = 30};

	(void)arg;
	nanosleep(&ts, NULL);
	fprintf(stderr, "still here\n");
}

static void naps(void *arg)
{
	struct timespec ts = {.tv_nsec = 1000};

	(void)arg;
	for (;; counter++)
		nanosleep(&ts, NULL);
}

static void block(void *arg)
{
	goro_blocking(nap_once, arg);
}

static void block_often(void *arg)
{
	goro_blocking(naps, arg);
}

static void go_some(goro_fn fn, void *arg)
{
	for (int i = 0; i < 10; i++)
		goro_go(fn, arg);
	goro_sleep(25 * MS);
}

#define WITH(fn)                                                               \
	static void with_##fn(void *arg)                                       \
	{                                                                      \
		go_some(fn, arg);                                              \
	}
WITH(spin)
WITH(yield)
WITH(poll)
WITH(allocate)
WITH(late)
WITH(nap)
WITH(naps)
WITH(block)
WITH(block_often)

static void with_print(void *arg)
{
	(void)arg;
	go_some(print, fopen("/dev/null", "w"));
}

static const struct mode modes[] = {
	{"spin", with_spin},
	{"yield", with_yield},
	{"poll", with_poll},
	{"print", with_print},
	{"malloc", with_allocate},
	{"sleep", with_late},
	{"nap", with_nap},
	{"naps", with_naps},
	{"blocking", with_block},
	{"blocking-often", with_block_often},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	const char *off = getenv("GODEBUG");
	unsigned long before;
	pid_t child;

	CHECK(goro_run(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL) ==
	      GORO_OK);
	before = counter;
	usleep(50000);
	if (goro_preemptive() && !off)
		CHECK(counter == before);
	free(malloc(200000)); /* no lock of libc is left behind */
	child = fork();
	if (child == 0)
		_exit(0);
	CHECK(waitpid(child, NULL, 0) == child);
	printf("back"); /* no newline: exit has to flush it */
	return check_failed;
}
