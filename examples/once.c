/* A hundred goroutines want it done; it is done once, and all see it. */
#include <goro.h>
#include <stdio.h>

static goro_once once;
static int count;

static void increment(void *arg)
{
	(void)arg;
	count++;
}

static void want(void *arg)
{
	goro_once_do(&once, increment, arg);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	for (int i = 0; i < 100; i++)
		goro_wg_go(&wg, want, arg);
	goro_wg_wait(&wg);
	printf("count is %d\n", count);
}

int main(void)
{
	return goro_run(app, NULL);
}
