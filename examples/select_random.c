/* When several cases are ready, select takes any of them, equally often. */
#include <goro.h>
#include <stdio.h>

static void app(void *arg)
{
	enum { TIMES = 10000 };
	goro_chan *a = goro_make(0, 0), *b = goro_make(0, 0);
	struct goro_case cases[] = {
		{.c = a, .dir = GORO_RECV},
		{.c = b, .dir = GORO_RECV},
	};
	int count[2] = {0};

	(void)arg;
	goro_close(a);
	goro_close(b);
	for (int i = 0; i < TIMES; i++)
		count[goro_select(cases, 2, NULL)]++;
	for (int i = 0; i < 2; i++)
		printf("case %d: %s\n", i,
		       count[i] > TIMES * 4 / 10 ? "about half" : "too rare");
}

int main(void)
{
	return goro_run(app, NULL);
}
