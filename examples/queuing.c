/*
 * A buffer between a quick stage and a slow one: the whole takes as long as
 * without it, but the quick stage is free sooner.
 */
#include <goro.h>
#include <stdio.h>

enum { REQUESTS = 5 };

struct quick {
	goro_chan *c;
	int64_t end;
};

static void run_quick(void *arg)
{
	struct quick *q = arg;

	for (int i = 0; i < REQUESTS; i++) {
		goro_sleep(2 * GORO_MILLISECOND);
		goro_send(q->c, &i);
	}
	q->end = goro_now(); /* before the close, so main sees it */
	goro_close(q->c);
}

static void run(int64_t buffer, int64_t *quick_ms, int64_t *total_ms)
{
	struct quick q = {.c = goro_make(sizeof(int), buffer)};
	int64_t start = goro_now();
	int v;

	goro_go(run_quick, &q);
	while (goro_recv(q.c, &v))
		goro_sleep(20 * GORO_MILLISECOND);
	*quick_ms = (q.end - start) / GORO_MILLISECOND;
	*total_ms = (goro_now() - start) / GORO_MILLISECOND;
}

static void app(void *arg)
{
	int64_t quick, queued_quick, total, queued_total;

	(void)arg;
	run(0, &quick, &total);
	run(REQUESTS, &queued_quick, &queued_total);
	printf("quick stage free sooner: %s\n",
	       queued_quick < quick ? "yes" : "no");
	printf("at least the slow stage's time: %s\n",
	       total >= 100 && queued_total >= 100 ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}
