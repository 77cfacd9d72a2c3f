/*
 * main.c - a bit of everything, in which calls fail: FAULT=mmap:3.
 *
 *	0   all of it was done, or what was refused was refused with a status
 *	2   goro ended the process, with its reason on stderr
 *	3   goro_run() gave a status, printed, and ran nothing
 *
 * It prints how often each call was made.
 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault.h"

#define MS GORO_MILLISECOND

enum { WORKERS = 40 };

static goro_chan *results;
static int refused;

static void fail(const char *what)
{
	fprintf(stderr, "not so: %s\n", what);
	_exit(1);
}

static void worker(void *arg)
{
	int64_t n = (int64_t)(intptr_t)arg;

	if (n % 8 == 0)
		goro_sleep(MS);
	else
		goro_yield();
	goro_send(results, &n);
}

static void nap(void *arg)
{
	(void)arg;
	usleep(2000);
}

static void blocker(void *arg)
{
	goro_blocking(nap, NULL);
	worker(arg);
}

/* Started: 1; refused for want of memory: 0. */
static int start(goro_fn fn, intptr_t n, size_t stack)
{
	int status = goro_go_stack(fn, (void *)n, stack);

	if (status == GORO_OK)
		return 1;
	if (status != GORO_ENOMEM)
		fail("a status other than GORO_ENOMEM");
	refused++;
	return 0;
}

static void collect(int n)
{
	int64_t v;

	while (n-- > 0)
		if (goro_chan_recv(results, &v, GORO_FOREVER) != GORO_OK)
			fail("a result of each goroutine");
}

static void workers(void)
{
	static const size_t stacks[] = {16 << 10, 256 << 10, 1 << 20};
	int started = 0;

	for (int i = 0; i < WORKERS; i++)
		started += start(worker, i, stacks[i % 3]);
	for (int i = 0; i < 4; i++)
		started += start(blocker, i, 64 << 10);
	collect(started);
}

/* More cases than a goroutine's stack has room for. */
static void large_select(void)
{
	struct goro_case cases[20];
	size_t chosen;
	int status;

	for (int i = 0; i < 20; i++)
		cases[i] = (struct goro_case){.c = i % 2 ? results : NULL,
					      .dir = GORO_RECV};
	status = goro_select_until(cases, 20, GORO_POLL, &chosen);
	if (status == GORO_ENOMEM)
		refused++;
	else if (status != GORO_AGAIN)
		fail("nothing to receive");
}

static void deferred(void *arg)
{
	++*(int *)arg;
}

static void defers(void *arg)
{
	if (goro_defer(deferred, arg) == GORO_ENOMEM) {
		refused++;
		++*(int *)arg;
	}
}

static void make_refused(void)
{
	int status;
	goro_chan *c = goro_chan_make(8, 100, &status);

	if (!c && status != GORO_ENOMEM)
		fail("a status other than GORO_ENOMEM");
	refused += !c;
	goro_chan_free(c);
}

static void app(void *arg)
{
	int runs = 0;

	(void)arg;
	results = goro_make(sizeof(int64_t), 4);
	workers();
	make_refused();
	large_select();
	goro_try(defers, &runs, NULL);
	if (runs != 1)
		fail("a deferred call runs once");
	goro_gomaxprocs(4);
	workers();
	goro_gomaxprocs(1);
	workers();
	goro_sleep(2 * MS);
}

int main(void)
{
	const char *spec = getenv("FAULT");
	struct goro_config config = {.size = sizeof(config), .procs = 2};
	int status;

	if (!fault_init(spec)) {
		fprintf(stderr, "fault: FAULT=%s is not CALL:NUMBER,...\n",
			spec);
		return 64;
	}
	status = goro_run_with(app, NULL, &config);
	if (status) {
		printf("goro_run: %s\n", goro_status_text(status));
		return 3;
	}
	fault_print();
	printf("done, refused %d\n", refused);
	return 0;
}
