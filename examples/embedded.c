/*
 * The threads of a program's own pool talk to goroutines by channels: goro is
 * embedded, and each thread may call it.
 */
#include <goro.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 3, JOBS = 20 };

struct pool {
	goro_chan *jobs, *results; /* of ints */
	goro_waitgroup busy;
	pthread_t thread[THREADS];
};

/* A thread: it sleeps in goro_recv() while there is no job. */
static void *worker(void *arg)
{
	struct pool *p = arg;
	int n;

	while (goro_recv(p->jobs, &n)) {
		n *= n;
		goro_send(p->results, &n);
	}
	goro_wg_done(&p->busy);
	return NULL;
}

/* A goroutine. */
static void hand_out(void *arg)
{
	struct pool *p = arg;

	for (int i = 1; i <= JOBS; i++)
		goro_send(p->jobs, &i);
	goro_close(p->jobs);
}

static void close_results(void *arg)
{
	struct pool *p = arg;

	goro_wg_wait(&p->busy);
	goro_close(p->results);
}

static void app(void *arg)
{
	struct pool *p = arg;
	int sum = 0, n;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&p->thread[i], NULL, worker, p);
	goro_go(hand_out, p);
	goro_go(close_results, p);
	while (goro_recv(p->results, &n))
		sum += n;
	printf("the squares of 1 to %d are %d\n", JOBS, sum);
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config), .embedded = true};
	static struct pool p;
	int status;

	/* Before the run, what need not wait may be called, too. */
	p.jobs = goro_make(sizeof(int), 4);
	p.results = goro_make(sizeof(int), 0);
	goro_wg_add(&p.busy, THREADS);
	status = goro_run_with(app, &p, &config);
	for (int i = 0; i < THREADS; i++)
		pthread_join(p.thread[i], NULL);
	return status;
}
