/* Two streams into one by select, until done; main drains what is left. */
#include <goro.h>
#include <stdio.h>

struct stage {
	goro_chan *done, *in1, *in2, *out;
	int value;
};

static goro_chan *start(goro_fn fn, struct stage s)
{
	s.out = goro_make(sizeof(int), 0);
	goro_go_copy(fn, &s, sizeof(s));
	return s.out;
}

static void generate(void *arg)
{
	struct stage *s = arg;
	struct goro_case cases[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->out, .dir = GORO_SEND, .send = &s->value},
	};

	while (goro_select(cases, 2, NULL) != 0)
		continue;
	goro_close(s->out);
}

static void fan_in(void *arg)
{
	struct stage *s = arg;
	int v;
	bool ok;
	struct goro_case cases[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->in1, .dir = GORO_RECV, .recv = &v},
		{.c = s->in2, .dir = GORO_RECV, .recv = &v},
	};

	while (goro_select(cases, 3, &ok) != 0)
		if (ok)
			goro_send(s->out, &v);
	printf("fan-in ends\n");
	goro_close(s->out);
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0);
	goro_chan *gen1 =
		start(generate, (struct stage){.done = done, .value = 1});
	goro_chan *gen2 =
		start(generate, (struct stage){.done = done, .value = 2});
	goro_chan *result = start(
		fan_in, (struct stage){.done = done, .in1 = gen1, .in2 = gen2});
	int v, ones = 0, twos = 0;

	(void)arg;
	while (ones < 5 || twos < 5) {
		goro_recv(result, &v);
		ones += v == 1;
		twos += v == 2;
	}
	printf("five of each came\n");
	goro_close(done);
	while (goro_recv(result, &v))
		continue;
	printf("drained\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
