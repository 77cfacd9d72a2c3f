/* A channel of channels becomes one stream, one channel after another. */
#include <goro.h>
#include <stdio.h>

struct stage {
	goro_chan *done, *in, *out;
};

/* select { case <-done: false; case *v, ok = <-c: ok } */
static bool get(goro_chan *done, goro_chan *c, void *v)
{
	struct goro_case cases[] = {
		{.c = done, .dir = GORO_RECV},
		{.c = c, .dir = GORO_RECV, .recv = v},
	};
	bool ok;

	return goro_select(cases, 2, &ok) == 1 && ok;
}

static void run_bridge(void *arg)
{
	struct stage *s = arg;
	goro_chan *stream;
	int v;

	while (get(s->done, s->in, &stream)) {
		while (get(s->done, stream, &v)) {
			struct goro_case cases[] = {
				{.c = s->done, .dir = GORO_RECV},
				{.c = s->out, .dir = GORO_SEND, .send = &v},
			};

			goro_select(cases, 2, NULL);
		}
	}
	goro_close(s->out);
}

static goro_chan *bridge(goro_chan *done, goro_chan *streams)
{
	struct stage s = {done, streams, goro_make(sizeof(int), 0)};

	goro_go_copy(run_bridge, &s, sizeof(s));
	return s.out;
}

static void generate(void *streams)
{
	for (int i = 0; i < 10; i++) {
		goro_chan *stream = goro_make(sizeof(int), 1);

		goro_send(stream, &i);
		goro_close(stream);
		goro_send(streams, &stream);
	}
	goro_close(streams);
}

static void app(void *arg)
{
	goro_chan *streams = goro_make(sizeof(goro_chan *), 0);
	goro_chan *values = bridge(NULL, streams);
	int v;

	(void)arg;
	goro_go(generate, streams);
	while (goro_recv(values, &v))
		printf("%d ", v);
	printf("\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
