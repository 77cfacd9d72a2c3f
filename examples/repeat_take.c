/* An endless stream, of which some is taken: ones, numbers, words. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

struct stage {
	goro_chan *done, *in, *out;
	const char *const *values; /* of repeat */
	int n;                     /* of the values, or to take */
};

static bool send(struct stage *s, const char *v)
{
	struct goro_case cases[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->out, .dir = GORO_SEND, .send = &v},
	};

	return goro_select(cases, 2, NULL) == 1;
}

static void run_repeat(void *arg)
{
	struct stage *s = arg;

	for (int i = 0; send(s, s->values[i]); i = (i + 1) % s->n)
		continue;
	goro_close(s->out);
}

static void run_repeat_fn(void *arg)
{
	struct stage *s = arg;
	unsigned seed = 1;

	while (send(s, rand_r(&seed) >= 0 ? "a number" : "?"))
		continue;
	goro_close(s->out);
}

static void run_take(void *arg)
{
	struct stage *s = arg;
	const char *v;
	bool ok;
	struct goro_case get[] = {
		{.c = s->done, .dir = GORO_RECV},
		{.c = s->in, .dir = GORO_RECV, .recv = &v},
	};

	for (int i = 0; i < s->n; i++)
		if (goro_select(get, 2, &ok) == 0 || !ok || !send(s, v))
			break;
	goro_close(s->out);
}

static goro_chan *start(goro_fn fn, struct stage s)
{
	s.out = goro_make(sizeof(char *), 0);
	goro_go_copy(fn, &s, sizeof(s));
	return s.out;
}

static void print_some(goro_chan *done, goro_chan *in, int n)
{
	goro_chan *some;
	const char *v;

	some = start(run_take, (struct stage){.done = done, .in = in, .n = n});
	while (goro_recv(some, &v))
		printf("%s", v);
	printf("\n");
}

static void app(void *arg)
{
	static const char *const ones[] = {"1 "}, *const words[] = {"I", "am."};
	struct stage one = {.done = goro_make(0, 0), .values = ones, .n = 1};
	struct stage word = {.done = one.done, .values = words, .n = 2};

	(void)arg;
	print_some(one.done, start(run_repeat, one), 10);
	print_some(one.done, start(run_repeat_fn, one), 1);
	print_some(one.done, start(run_repeat, word), 5);
	goro_close(one.done);
}

int main(void)
{
	return goro_run(app, NULL);
}
