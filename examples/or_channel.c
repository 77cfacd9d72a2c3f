/* Any number of done channels as one, which closes with the first of them. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct either {
	goro_chan **in; /* n channels and room for one; freed when it ends */
	size_t n;
	goro_chan *or_done;
};

static goro_chan *or_channel(goro_chan *const *in, size_t n);

static void wait_any(void *arg)
{
	struct either *e = arg;
	struct goro_case cases[4];
	size_t n = e->n < 3 ? e->n : 3;

	for (size_t i = 0; i < n; i++)
		cases[i] = (struct goro_case){.c = e->in[i], .dir = GORO_RECV};
	if (e->n > 2) {
		/* or_done among the rest ends the goroutines below. */
		e->in[e->n] = e->or_done;
		cases[n++] = (struct goro_case){
			.c = or_channel(e->in + 3, e->n - 2), .dir = GORO_RECV};
	}
	goro_select(cases, n, NULL);
	goro_close(e->or_done);
	free(e->in);
}

static goro_chan *or_channel(goro_chan *const *in, size_t n)
{
	struct either e = {.n = n};

	if (n < 2)
		return n == 0 ? NULL : in[0];
	e.in = malloc((n + 1) * sizeof(*in));
	memcpy(e.in, in, n * sizeof(*in));
	e.or_done = goro_make(0, 0);
	goro_go_copy(wait_any, &e, sizeof(e));
	return e.or_done;
}

static void app(void *arg)
{
	goro_chan *in[] = {
		goro_after(2 * 3600 * GORO_SECOND),
		goro_after(5 * 60 * GORO_SECOND),
		goro_after(20 * GORO_MILLISECOND),
		goro_after(3600 * GORO_SECOND),
		goro_after(60 * GORO_SECOND),
	};
	int64_t start = goro_now();
	bool soon;

	(void)arg;
	goro_recv(or_channel(in, 5), NULL);
	soon = goro_now() - start < GORO_SECOND;
	printf("done after %s\n", soon ? "the shortest" : "too long");
	while (goro_num_goroutine() > 1)
		goro_yield();
	printf("nobody is left behind\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
