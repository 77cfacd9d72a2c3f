/*
 * nomem.c - with no address space left, calls that can say so say so, and the
 * others are fatal: `nomem MODE`.
 */
#include <sys/resource.h>

#include "prog.h"

static goro_chan *never;

static void park(void *arg)
{
	(void)arg;
	goro_recv(never, NULL);
}

static void limit(void)
{
	struct rlimit l = {.rlim_cur = (rlim_t)300 << 20,
			   .rlim_max = RLIM_INFINITY};

	if (setrlimit(RLIMIT_AS, &l))
		abort();
}

/* Goes on where a status is given, and what is there still works. */
static void status(void *arg)
{
	int n = 0;
	int last;

	(void)arg;
	while ((last = goro_go_stack(park, NULL, (size_t)8 << 20)) == GORO_OK)
		n++;
	CHECK(last == GORO_ENOMEM);
	CHECK(n > 0 && n < 100);
	CHECK(!goro_chan_make(1, INT64_C(1) << 40, &last) &&
	      last == GORO_ENOMEM);
	CHECK(goro_num_goroutine() == n + 1);
	goro_close(never);
	while (goro_num_goroutine() > 1)
		goro_yield();
	CHECK(goro_go_stack(park, NULL, (size_t)8 << 20) == GORO_OK);
}

static void fatal(void *arg)
{
	(void)arg;
	for (;;)
		goro_go(park, NULL);
}

static void fatal_chan(void *arg)
{
	(void)arg;
	goro_make(1, INT64_C(1) << 46);
}

static const struct mode modes[] = {
	{"status", status},
	{"go", fatal},
	{"chan", fatal_chan},
	{NULL, NULL},
};

static void app(void *fn)
{
	goro_fn run;

	memcpy(&run, fn, sizeof(run));
	never = goro_make(0, 0);
	run(NULL);
}

int main(int argc, char **argv)
{
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	limit();
	CHECK(goro_run(app, &run) == GORO_OK);
	return check_failed;
}
