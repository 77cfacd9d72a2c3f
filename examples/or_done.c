/* A stream of somebody else, read until it closes or we are told to stop. */
#include <goro.h>
#include <stdio.h>

struct stage {
	goro_chan *done, *in, *out;
};

static void run_or_done(void *arg)
{
	struct stage *s = arg;
	int v;
	bool ok;
	struct goro_case get[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->in, .dir = GORO_RECV, .recv = &v},
	};
	struct goro_case put[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->out, .dir = GORO_SEND, .send = &v},
	};

	while (goro_select(get, 2, &ok) == 1 && ok)
		if (goro_select(put, 2, NULL) == 0)
			break;
	goro_close(s->out);
}

static goro_chan *or_done(goro_chan *done, goro_chan *in)
{
	struct stage s = {done, in, goro_make(sizeof(int), 0)};

	goro_go_copy(run_or_done, &s, sizeof(s));
	return s.out;
}

static void count(void *arg)
{
	for (int i = 1;; i++)
		goro_send(arg, &i);
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0), *counter = goro_make(sizeof(int), 0);
	goro_chan *values = or_done(done, counter);
	int v;

	(void)arg;
	goro_go(count, counter);
	for (int i = 0; i < 3 && goro_recv(values, &v); i++)
		printf("%d\n", v);
	goro_close(done);
	while (goro_recv(values, &v))
		continue;
	printf("stopped\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
