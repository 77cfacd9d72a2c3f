/* A reader of a channel that never gives anything ends when it is told to. */
#include <goro.h>
#include <stdio.h>

struct work {
	goro_chan *done, *strings, *terminated;
};

static void run(void *arg)
{
	struct work *w = arg;
	const char *s;
	struct goro_case cases[] = {
		{.c = w->strings, .dir = GORO_RECV, .recv = &s},
		{.c = w->done, .dir = GORO_RECV},
	};

	while (goro_select(cases, 2, NULL) == 0)
		printf("%s\n", s);
	printf("do_work ends\n");
	goro_close(w->terminated);
}

static goro_chan *do_work(goro_chan *done, goro_chan *strings)
{
	struct work w = {done, strings, goro_make(0, 0)};

	goro_go_copy(run, &w, sizeof(w));
	return w.terminated;
}

static void cancel(void *done)
{
	goro_sleep(20 * GORO_MILLISECOND);
	printf("cancelling do_work\n");
	goro_close(done);
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0);
	goro_chan *terminated = do_work(done, NULL);

	(void)arg;
	goro_go(cancel, done);
	goro_recv(terminated, NULL);
	printf("done\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
