/* What a switch costs: two goroutines pass a token, then two threads do. */
#include <goro.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

enum { TURNS = 20000 };

struct table {
	goro_chan *ping, *pong;
};

static void play(void *arg)
{
	struct table t = *(struct table *)arg; /* whose owner leaves first */

	while (goro_recv(t.ping, NULL))
		goro_send(t.pong, NULL);
}

static double goroutines(void)
{
	struct table t = {goro_make(0, 0), goro_make(0, 0)};
	int64_t start = goro_now();

	goro_go(play, &t);
	for (int i = 0; i < TURNS; i++) {
		goro_send(t.ping, NULL);
		goro_recv(t.pong, NULL);
	}
	goro_close(t.ping);
	return (double)(goro_now() - start) / (2 * TURNS);
}

static sem_t ping, pong;

static void *play_thread(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		sem_wait(&ping);
		sem_post(&pong);
	}
	return arg;
}

/* Blocks its threads, so it is run beside the scheduler. */
static void threads(void *arg)
{
	pthread_t other;

	sem_init(&ping, 0, 0);
	sem_init(&pong, 0, 0);
	if (pthread_create(&other, NULL, play_thread, NULL) != 0)
		return;
	for (int i = 0; i < TURNS; i++) {
		sem_post(&ping);
		sem_wait(&pong);
	}
	pthread_join(other, NULL);
	*(bool *)arg = true;
}

static void app(void *arg)
{
	int64_t start;
	bool ran = false;

	(void)arg;
	printf("goroutines: %.0f ns a switch\n", goroutines());
	start = goro_now();
	goro_blocking(threads, &ran);
	printf("threads: %.0f ns a switch%s\n",
	       (double)(goro_now() - start) / (2 * TURNS), ran ? "" : "?");
}

int main(void)
{
	return goro_run(app, NULL);
}
