/* Many goroutines need a buffer for a moment; few buffers are made. */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 10000 };

static atomic_int made;
static goro_pool *buffers;

static void *make_buffer(void *arg)
{
	(void)arg;
	atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
	return malloc(1024);
}

static void work(void *arg)
{
	char *buffer = goro_pool_get(buffers);

	(void)arg;
	buffer[0] = 'x'; /* something quick */
	goro_pool_put(buffers, buffer);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	buffers = goro_pool_new(make_buffer, NULL);
	for (int i = 0; i < WORKERS; i++)
		goro_wg_go(&wg, work, arg);
	goro_wg_wait(&wg);
	printf("far fewer than %d were made: %s\n", WORKERS,
	       made < WORKERS / 10 ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}
