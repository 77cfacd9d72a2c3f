/*
 * One goroutine adds and one takes away, and an update is lost: both read
 * before either writes.  One P makes it no more than that.
 */
#include <goro.h>
#include <stdio.h>

static int i;

static void change(void *arg)
{
	const int *by = arg;
	int old = i;

	goro_yield(); /* here the other one comes in */
	i = old + *by;
}

static void app(void *arg)
{
	static const int plus = 1, minus = -1;
	goro_waitgroup wg = {0};

	(void)arg;
	goro_wg_go(&wg, change, (void *)&plus);
	goro_wg_go(&wg, change, (void *)&minus);
	goro_wg_wait(&wg);
	printf("0 + 1 - 1 = %d\n", i);
}

int main(void)
{
	struct goro_config one_p = {.size = sizeof(one_p), .procs = 1};

	return goro_run_with(app, NULL, &one_p);
}
