/* A writer whose reader has had enough ends when it is told to. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

struct stream {
	goro_chan *done, *numbers;
};

static void run(void *arg)
{
	struct stream *s = arg;
	unsigned seed = 1;
	int v;
	struct goro_case cases[] = {
		{.c = s->numbers, .dir = GORO_SEND, .send = &v},
		{.c = s->done, .dir = GORO_RECV},
	};

	do
		v = rand_r(&seed);
	while (goro_select(cases, 2, NULL) == 0);
	printf("the random stream ends\n");
	goro_close(s->numbers);
}

static goro_chan *new_rand_stream(goro_chan *done)
{
	struct stream s = {done, goro_make(sizeof(int), 0)};

	goro_go_copy(run, &s, sizeof(s));
	return s.numbers;
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0);
	goro_chan *numbers = new_rand_stream(done);
	int v;

	(void)arg;
	printf("3 random numbers:\n");
	for (int i = 1; i <= 3 && goro_recv(numbers, &v); i++)
		printf("%d: %s\n", i, v >= 0 ? "a number" : "?");
	goro_close(done);
	goro_recv(numbers,
		  NULL); /* its close, so that main does not end first */
}

int main(void)
{
	return goro_run(app, NULL);
}
