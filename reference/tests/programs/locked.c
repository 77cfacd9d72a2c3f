/*
 * locked.c - a goroutine is stopped by preemption while it holds a lock of
 * libc; then comes SIGQUIT, and the dump must come all the same.  The modes say
 * what it is inside of: the dynamic linker, malloc(), stdio.  At GOMAXPROCS=1.
 */
#define _GNU_SOURCE
#include <link.h>
#include <signal.h>
#include <time.h>

#include "prog.h"

static void compute(double seconds)
{
	clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);

	while (clock() < end) {
	}
}

/* The linker's lock is held while this runs. */
static int each_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)info, (void)size, (void)arg;
	compute(3);
	return 1;
}

static void in_linker(void *arg)
{
	dl_iterate_phdr(each_object, arg);
}

static void in_malloc(void *arg)
{
	(void)arg;
	for (;;)
		for (size_t n = 1; n < 100000; n *= 3)
			free(malloc(n));
}

static void in_stdio(void *arg)
{
	(void)arg;
	flockfile(stderr);
	flockfile(stdout);
	compute(3);
}

static const struct mode modes[] = {{"linker", in_linker},
				    {"malloc", in_malloc},
				    {"stdio", in_stdio},
				    {NULL, NULL}};

static void app(void *arg)
{
	goro_fn run;

	memcpy(&run, arg, sizeof(run));
	goro_go(run, NULL);
	goro_sleep(60 * MS);
	raise(SIGQUIT);
	goro_sleep(5 * GORO_SECOND);
}

int main(int argc, char **argv)
{
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	CHECK(goro_run(app, &run) == GORO_OK);
	return check_failed;
}
