/* With a default, a select does not wait: it says what can be done now. */
#include <goro.h>
#include <stdio.h>

static void try_all(goro_chan *gen1, goro_chan *gen2, goro_chan *out)
{
	const int one = 1;
	int v;
	struct goro_case cases[] = {
		{.c = gen1, .dir = GORO_RECV, .recv = &v},
		{.c = gen2, .dir = GORO_RECV, .recv = &v},
		{.c = out, .dir = GORO_SEND, .send = &one},
	};

	switch (goro_select_default(cases, 3, NULL)) {
	case 0:
		printf("gen1 gave %d\n", v);
		break;
	case 1:
		printf("gen2 gave %d\n", v);
		break;
	case 2:
		printf("wrote 1\n");
		break;
	default:
		printf("none is ready\n");
	}
}

static void app(void *arg)
{
	goro_chan *gen1 = goro_make(sizeof(int), 1);
	goro_chan *gen2 = goro_make(sizeof(int), 1);
	goro_chan *out = goro_make(sizeof(int), 1);
	const int two = 2;

	(void)arg;
	try_all(gen1, gen2, NULL);
	goro_send(gen2, &two);
	try_all(gen1, gen2, NULL);
	try_all(gen1, gen2, out);
	try_all(gen1, gen2, out); /* its buffer is full */
}

int main(void)
{
	return goro_run(app, NULL);
}
