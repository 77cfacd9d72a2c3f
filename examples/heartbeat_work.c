/* A pulse before each unit of work lets a test wait without guessing. */
#include <goro.h>
#include <stdio.h>

static const int numbers[] = {0, 1, 2, 3, 5};

struct worker {
	goro_chan *done, *heartbeat, *results;
};

static void run(void *arg)
{
	struct worker *w = arg;
	struct goro_case pulse = {.c = w->heartbeat, .dir = GORO_SEND};

	goro_sleep(20 * GORO_MILLISECOND); /* something slow before the work */
	for (int i = 0; i < 5; i++) {
		struct goro_case cases[] = {
			{.c = w->done, .dir = GORO_RECV},
			{.c = w->results,
			 .dir = GORO_SEND,
			 .send = &numbers[i]},
		};

		goro_select_default(&pulse, 1, NULL);
		if (goro_select(cases, 2, NULL) == 0)
			break;
	}
	goro_close(w->heartbeat);
	goro_close(w->results);
}

/* The heartbeat has room for one, so the first pulse is not lost. */
static struct worker do_work(goro_chan *done)
{
	struct worker w = {done, goro_make(0, 1), goro_make(sizeof(int), 0)};

	goro_go_copy(run, &w, sizeof(w));
	return w;
}

static void test_generates_all_numbers(void)
{
	goro_chan *done = goro_make(0, 0);
	struct worker w = do_work(done);
	int v, i = 0;

	goro_recv(w.heartbeat, NULL); /* the work has begun */
	for (; goro_recv(w.results, &v); i++)
		if (v != numbers[i])
			printf("%d: expected %d, got %d\n", i, numbers[i], v);
	printf("%s\n", i == 5 ? "ok" : "FAIL");
	goro_close(done);
}

static void app(void *arg)
{
	(void)arg;
	test_generates_all_numbers();
}

int main(void)
{
	return goro_run(app, NULL);
}
