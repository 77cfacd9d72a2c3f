/* One stream becomes two with the same values, which go in step. */
#include <goro.h>
#include <stdio.h>

struct tee {
	goro_chan *done, *in, *out1, *out2;
};

static void run_tee(void *arg)
{
	struct tee *t = arg;
	int v;
	bool ok;
	size_t chosen = 1;
	struct goro_case get[] = {
		{.c = t->done, .dir = GORO_RECV},
		{.c = t->in, .dir = GORO_RECV, .recv = &v},
	};

	while (chosen != 0 && goro_select(get, 2, &ok) == 1 && ok) {
		struct goro_case cases[] = {
			{.c = t->done, .dir = GORO_RECV},
			{.c = t->out1, .dir = GORO_SEND, .send = &v},
			{.c = t->out2, .dir = GORO_SEND, .send = &v},
		};

		for (int i = 0; i < 2 && chosen != 0; i++) {
			chosen = goro_select(cases, 3, NULL);
			cases[chosen].c = NULL; /* that side has it */
		}
	}
	goro_close(t->out1);
	goro_close(t->out2);
}

static struct tee tee(goro_chan *done, goro_chan *in)
{
	struct tee t = {done, in, goro_make(sizeof(int), 0),
			goro_make(sizeof(int), 0)};

	goro_go_copy(run_tee, &t, sizeof(t));
	return t;
}

static void generate(void *arg)
{
	for (int i = 0; i < 4; i++) {
		int v = i % 2 + 1;

		goro_send(arg, &v);
	}
	goro_close(arg);
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0), *in = goro_make(sizeof(int), 0);
	struct tee t = tee(done, in);
	int v1, v2;

	(void)arg;
	goro_go(generate, in);
	while (goro_recv(t.out1, &v1) && goro_recv(t.out2, &v2))
		printf("out1: %d, out2: %d\n", v1, v2);
	goro_close(done);
}

int main(void)
{
	return goro_run(app, NULL);
}
