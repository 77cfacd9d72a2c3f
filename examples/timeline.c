/*
 * Concurrent and parallel: two goroutines draw what they do over time.  With
 * one P they take turns, with two they may run at once.  The program is the
 * same, and so is its result.
 */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 40 };

struct line {
	char text[COLUMNS + 1];
	long steps;
};

static int64_t start;
static atomic_int running, together;

static void draw(void *arg)
{
	struct line *l = arg;

	for (l->steps = 0; l->steps < 2000; l->steps++) {
		int64_t column = (goro_now() - start) / (GORO_MILLISECOND / 4);

		if (atomic_fetch_add(&running, 1) > 0)
			atomic_store(&together, 1);
		if (column < COLUMNS)
			l->text[column] = '#';
		for (volatile int work = 0; work < 1000; work++)
			continue;
		atomic_fetch_sub(&running, 1);
		goro_yield();
	}
}

static void run(int procs)
{
	struct line a = {"", 0}, b = {"", 0};
	goro_waitgroup wg = {0};

	goro_gomaxprocs(procs);
	memset(a.text, '.', COLUMNS);
	memset(b.text, '.', COLUMNS);
	start = goro_now();
	goro_wg_go(&wg, draw, &a);
	goro_wg_go(&wg, draw, &b);
	goro_wg_wait(&wg);
	fprintf(stderr, "%d P%s\n  %s\n  %s\n", procs,
		atomic_load(&together) ? ", both at once" : "", a.text, b.text);
	printf("%d P: %ld steps\n", procs, a.steps + b.steps);
}

static void app(void *arg)
{
	(void)arg;
	run(1);
	run(2);
}

int main(void)
{
	return goro_run(app, NULL);
}
