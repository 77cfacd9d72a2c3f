/* A long computation looks at done between its chunks. */
#include <goro.h>
#include <stdio.h>

struct work {
	goro_chan *done, *result;
};

static void compute(void *arg)
{
	struct work *w = arg;
	struct goro_case stop = {.c = w->done, .dir = GORO_RECV};
	double sum = 0;

	for (long chunk = 0; chunk < 1000000; chunk++) {
		if (goro_select_default(&stop, 1, NULL) == 0) {
			goro_close(w->result);
			return;
		}
		for (int i = 0; i < 20000; i++)
			sum += 1.0 / (double)(chunk * 20000 + i + 1);
	}
	goro_send(w->result, &sum);
}

static void app(void *arg)
{
	struct work w = {goro_make(0, 0), goro_make(sizeof(double), 0)};
	int64_t start;
	double sum;

	(void)arg;
	goro_go(compute, &w);
	goro_sleep(20 * GORO_MILLISECOND);
	start = goro_now();
	goro_close(w.done);
	printf("finished: %s\n", goro_recv(w.result, &sum) ? "yes" : "no");
	printf("stopped soon: %s\n",
	       goro_now() - start < GORO_SECOND ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}
