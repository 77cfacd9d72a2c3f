/* Stages that each take a stream and give a stream: (2 * x + 1) * 2. */
#include <goro.h>
#include <stdio.h>

struct stage {
	goro_chan *done, *in, *out;
	int operand;
};

static bool send(struct stage *s, int v)
{
	struct goro_case cases[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->out, .dir = GORO_SEND, .send = &v},
	};

	return goro_select(cases, 2, NULL) == 1;
}

static void generate(void *arg)
{
	struct stage *s = arg;

	for (int i = 1; i <= s->operand && send(s, i); i++)
		continue;
	goro_close(s->out);
}

static void multiply(void *arg)
{
	struct stage *s = arg;
	int v;

	while (goro_recv(s->in, &v) && send(s, v * s->operand))
		continue;
	goro_close(s->out);
}

static void add(void *arg)
{
	struct stage *s = arg;
	int v;

	while (goro_recv(s->in, &v) && send(s, v + s->operand))
		continue;
	goro_close(s->out);
}

static goro_chan *stage(goro_fn fn, goro_chan *done, goro_chan *in, int operand)
{
	struct stage s = {done, in, goro_make(sizeof(int), 0), operand};

	goro_go_copy(fn, &s, sizeof(s));
	return s.out;
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0);
	goro_chan *c = stage(generate, done, NULL, 4);
	int v;

	(void)arg;
	c = stage(multiply, done, c, 2);
	c = stage(add, done, c, 1);
	c = stage(multiply, done, c, 2);
	while (goro_recv(c, &v))
		printf("%d\n", v);
	goro_close(done);
}

int main(void)
{
	return goro_run(app, NULL);
}
