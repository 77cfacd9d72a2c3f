/*
 * outside.c - traces of an embedded run whose threads call goro.
 *
 *	outside DIR
 *
 * A thread of the program is no goroutine of a trace, but it has a P while it
 * calls, and may make blocking calls in the functions it hands to goro.
 */
#include <goro.h>
#include <goro_trace.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define US GORO_MICROSECOND
#define THREADS 3
#define ROUNDS 20

static atomic_bool stop;
static goro_chan *values;
static goro_waitgroup group;

static void send_one(void *unused)
{
	int value = 1;

	(void)unused;
	goro_chan_send(values, &value, goro_now() + 50 * US);
}

/* Long enough for sysmon to take the P, or short. */
static void sleep_some(void *unused)
{
	static atomic_uint turn;
	struct timespec t = {0, atomic_fetch_add(&turn, 1) % 4 * 40 * US};

	(void)unused;
	nanosleep(&t, NULL);
}

static void block(void *call)
{
	goro_blocking(*(goro_fn *)call, NULL);
}

static void *thread(void *unused)
{
	goro_fn calls[] = {send_one, sleep_some};

	(void)unused;
	for (unsigned i = 0; !atomic_load(&stop); i++) {
		goro_once once = {0};

		goro_once_do(&once, block, &calls[i % 2]);
		goro_try(block, &calls[i / 2 % 2], NULL);
		send_one(NULL);
	}
	return NULL;
}

static void receive(void *unused)
{
	int value;

	(void)unused;
	while (!atomic_load(&stop)) {
		goro_chan_recv(values, &value, goro_now() + 20 * US);
		goro_blocking(sleep_some, NULL);
	}
}

static void run(void *dir)
{
	pthread_t threads[THREADS];
	char path[256];

	values = goro_make(sizeof(int), 1);
	goro_wg_go(&group, receive, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, thread, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(path, sizeof(path), "%s/%d.trace", (char *)dir, i);
		if (goro_trace_start(path))
			exit(1);
		goro_sleep(i % 4 * GORO_MILLISECOND);
		goro_trace_stop();
	}
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	goro_wg_wait(&group);
}

int main(int argc, char **argv)
{
	struct goro_config config = {.size = sizeof(config), .embedded = true};

	return argc == 2 ? goro_run_with(run, argv[1], &config) : 2;
}
