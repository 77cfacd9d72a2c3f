/* Work that needs no talking: each goroutine throws its own darts. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 8, DARTS = 200000 };

struct worker {
	unsigned seed;
	goro_chan *hits;
};

static void throw_darts(void *arg)
{
	struct worker *w = arg;
	int hits = 0;

	for (int i = 0; i < DARTS; i++) {
		double x = (double)rand_r(&w->seed) / RAND_MAX;
		double y = (double)rand_r(&w->seed) / RAND_MAX;

		hits += x * x + y * y < 1;
	}
	goro_send(w->hits, &hits);
}

static void app(void *arg)
{
	goro_chan *hits = goro_make(sizeof(int), WORKERS);
	int sum = 0, n;

	(void)arg;
	for (unsigned i = 1; i <= WORKERS; i++) {
		struct worker w = {i, hits};

		goro_go_copy(throw_darts, &w, sizeof(w));
	}
	for (int i = 0; i < WORKERS && goro_recv(hits, &n); i++)
		sum += n;
	printf("pi is about %.2f\n", 4.0 * sum / WORKERS / DARTS);
}

int main(void)
{
	return goro_run(app, NULL);
}
