/* The same as timeout_after with timers, which are stopped and freed. */
#include <goro.h>
#include <stdio.h>

static void talk(void *arg)
{
	for (int i = 0; i < 3; i++) {
		goro_sleep(2 * GORO_MILLISECOND);
		goro_send(arg, &i);
	}
}

/* select { case *v = <-c: true; case <-time.NewTimer(patience).C: false } */
static bool listen(goro_chan *c, int *v, int64_t patience)
{
	goro_timer *t = goro_timer_new(patience);
	struct goro_case cases[] = {
		{.c = c, .dir = GORO_RECV, .recv = v},
		{.c = goro_timer_chan(t), .dir = GORO_RECV},
	};
	bool heard = goro_select(cases, 2, NULL) == 0;

	goro_timer_free(t); /* stops it, too */
	return heard;
}

static void app(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 0);
	int v;

	(void)arg;
	goro_go(talk, c);
	while (listen(c, &v, 200 * GORO_MILLISECOND))
		printf("%d\n", v);
	printf("time out\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
