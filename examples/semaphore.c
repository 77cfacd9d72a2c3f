/* A buffered channel as a semaphore: at most three requests at a time. */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>

enum { MAX_OUTSTANDING = 3, REQUESTS = 20 };

static goro_chan *sem;
static goro_waitgroup wg;
static atomic_int active, most;

static void process(void)
{
	int now = atomic_fetch_add(&active, 1) + 1, seen = atomic_load(&most);

	while (seen < now && !atomic_compare_exchange_weak(&most, &seen, now))
		continue;
	goro_sleep(GORO_MILLISECOND);
	atomic_fetch_sub(&active, 1);
}

static void handle(void *arg)
{
	(void)arg;
	goro_send(sem, NULL); /* waits while there are too many */
	process();
	goro_recv(sem, NULL); /* lets the next one in */
	goro_wg_done(&wg);
}

static void serve(goro_chan *queue)
{
	int request;

	while (goro_recv(queue, &request)) {
		goro_wg_add(&wg, 1);
		goro_go_copy(handle, &request, sizeof(request));
	}
}

static void app(void *arg)
{
	goro_chan *queue = goro_make(sizeof(int), REQUESTS);

	(void)arg;
	sem = goro_make(0, MAX_OUTSTANDING);
	for (int i = 0; i < REQUESTS; i++)
		goro_send(queue, &i);
	goro_close(queue);
	serve(queue);
	goro_wg_wait(&wg);
	printf("never more than %d at a time: %s\n", MAX_OUTSTANDING,
	       most <= MAX_OUTSTANDING ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}
