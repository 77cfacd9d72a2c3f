/* A generator without an end stops when its done channel closes. */
#include <goro.h>
#include <stdio.h>

struct generator {
	goro_chan *done, *result;
};

static void generate(void *arg)
{
	struct generator *g = arg;
	const int one = 1;
	struct goro_case cases[] = {
		{.c = g->done, .dir = GORO_RECV},
		{.c = g->result, .dir = GORO_SEND, .send = &one},
	};

	while (goro_select(cases, 2, NULL) != 0)
		continue;
	goro_close(g->result);
}

static goro_chan *generator(goro_chan *done)
{
	struct generator g = {done, goro_make(sizeof(int), 0)};

	goro_go_copy(generate, &g, sizeof(g));
	return g.result;
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0);
	goro_chan *result = generator(done);
	int v;

	(void)arg;
	for (int i = 0; i < 5 && goro_recv(result, &v); i++)
		printf("%d\n", v);
	printf("goroutines before: %d\n", (int)goro_num_goroutine());
	goro_close(done);
	while (goro_num_goroutine() > 1)
		goro_yield();
	printf("goroutines after: %d\n", (int)goro_num_goroutine());
}

int main(void)
{
	return goro_run(app, NULL);
}
