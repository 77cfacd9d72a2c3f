/*
 * hogs.c - goroutines that are stopped while they hold a lock of libc: on one
 * P sixteen of them get done at least half of what one does.
 */
#include <stdatomic.h>

#include "prog.h"

enum { HOGS = 16, TRIES = 5 };

static atomic_long operations;
static atomic_bool stop;
static FILE *f;

static void print(void *wg)
{
	while (!stop) {
		fprintf(f, "%d %s %f\n", 42, "words", 1.5);
		operations++;
	}
	goro_wg_done(wg);
}

static void allocate(void *wg)
{
	while (!stop) {
		free(malloc(200000));
		operations++;
	}
	goro_wg_done(wg);
}

/* What n of them get done in 0.3 s. */
static long done_by(int n, goro_fn hog)
{
	goro_waitgroup wg = {{0}};

	operations = 0;
	stop = false;
	goro_wg_add(&wg, n);
	for (int i = 0; i < n; i++)
		goro_go(hog, &wg);
	goro_sleep(300 * MS);
	stop = true;
	goro_wg_wait(&wg);
	return operations;
}

/* A busy machine may have been busier for the sixteen: once is enough. */
static void compare(const char *what, goro_fn hog)
{
	long one = 0, many = 0;

	for (int i = 0; i < TRIES && many <= one / 2; i++) {
		one = done_by(1, hog);
		many = done_by(HOGS, hog);
	}
	printf("%s: one %ld, %d of them %ld\n", what, one, HOGS, many);
	CHECK(many > one / 2);
}

static void app(void *arg)
{
	(void)arg;
	f = fopen("/dev/null", "w");
	goro_gomaxprocs(1);
	compare("fprintf", print);
	compare("malloc", allocate);
	fclose(f);
}

int main(void)
{
	CHECK(goro_run(app, NULL) == GORO_OK);
	return check_failed;
}
