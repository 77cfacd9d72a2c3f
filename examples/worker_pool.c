/* Three workers range over one queue of tasks. */
#include <goro.h>
#include <stdio.h>

struct result {
	int task, value;
};

struct pool {
	goro_chan *tasks, *results;
	goro_waitgroup workers;
};

static void worker(void *arg)
{
	struct pool *p = arg;
	int task;

	while (goro_recv(p->tasks, &task)) {
		struct result r = {task, task * task};

		goro_send(p->results, &r);
	}
}

static void feed(void *arg)
{
	struct pool *p = arg;

	for (int i = 1; i <= 9; i++)
		goro_send(p->tasks, &i);
	goro_close(p->tasks);
	goro_wg_wait(&p->workers);
	goro_close(p->results);
}

static void app(void *arg)
{
	struct pool p = {goro_make(sizeof(int), 0),
			 goro_make(sizeof(struct result), 0),
			 {{0}}};
	struct result r;

	(void)arg;
	for (int i = 0; i < 3; i++)
		goro_wg_go(&p.workers, worker, &p);
	goro_go(feed, &p);
	while (goro_recv(p.results, &r))
		printf("%d: %d\n", r.task, r.value);
}

int main(void)
{
	return goro_run(app, NULL);
}
