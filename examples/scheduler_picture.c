/*
 * The scheduler, drawn from inside: the queue of each P, and each goroutine
 * with what it does or waits for.
 *
 * From outside: GODEBUG=schedtrace=100,scheddetail=1 draws it each 100 ms.
 */
#include <goro.h>
#include <stdio.h>

enum { WORKERS = 3, MOST = 100 };

static goro_chan *never;
static goro_mutex lock;

static void receives(void *arg)
{
	(void)arg;
	goro_recv(never, NULL);
}

static void sleeps(void *arg)
{
	(void)arg;
	goro_sleep(3600 * GORO_SECOND);
}

static void locks(void *arg)
{
	(void)arg;
	goro_mutex_lock(&lock);
}

static void works(void *arg)
{
	(void)arg;
}

static void draw(void)
{
	char state[100];

	for (int p = 0; p < goro_gomaxprocs(0); p++)
		printf("P%d: %lld in its queue\n", p,
		       (long long)goro_runq_len(p));
	printf("all Ps: %lld in the queue\n", (long long)goro_runq_len(-1));
	for (int64_t id = 1; id < MOST; id++)
		if (goro_state(id, state, sizeof(state)) == GORO_OK)
			printf("G%lld: %s\n", (long long)id, state);
}

static void app(void *arg)
{
	(void)arg;
	never = goro_make(0, 0);
	goro_mutex_lock(&lock);
	goro_go(receives, NULL);
	goro_go(sleeps, NULL);
	goro_go(locks, NULL);
	while (goro_num_waiting() < 3)
		goro_yield();
	for (int i = 0; i < WORKERS; i++)
		goro_go(works, NULL);
	draw();
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config), .procs = 1};

	return goro_run_with(app, NULL, &config);
}
