/*
 * free_outside.c - a thread without a P frees a channel that goroutines leave.
 *
 *	free_outside thread      a thread of the program
 *	free_outside blocking    a goroutine in goro_blocking()
 */
#include <goro.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define SELECTING 60
#define ROUNDS 300

static goro_chan *unused, *closed;
static goro_waitgroup group;
static atomic_int turn; /* 1: free it, 2: it is freed, 3: the end */

static void leave(void *nothing)
{
	struct goro_case cases[] = {{.c = unused, .dir = GORO_RECV},
				    {.c = closed, .dir = GORO_RECV}};

	(void)nothing;
	goro_select(cases, 2, NULL);
}

/* A little later each time, somewhere in the middle of their leaving. */
static void free_in_turn(void *nothing)
{
	int round = 0;

	(void)nothing;
	for (int now = 0; now != 3; now = atomic_load(&turn)) {
		if (now != 1)
			continue;
		for (volatile int i = 0; i < round * 37 % 3000; i++)
			;
		round++;
		goro_chan_free(unused);
		atomic_store(&turn, 2);
	}
}

static void *thread(void *nothing)
{
	free_in_turn(nothing);
	return NULL;
}

static void block(void *nothing)
{
	goro_blocking(free_in_turn, nothing);
}

static void one_round(void)
{
	unused = goro_make(8, 500);
	closed = goro_make(0, 0);
	for (int i = 0; i < SELECTING; i++)
		goro_wg_go(&group, leave, NULL);
	while (goro_num_waiting() < SELECTING)
		goro_yield();
	atomic_store(&turn, 1);
	goro_close(closed);
	goro_wg_wait(&group);
	while (atomic_load(&turn) != 2)
		;
	goro_chan_free(closed);
}

static void run(void *how)
{
	goro_waitgroup blocking = {0};
	pthread_t t;
	bool on_thread = strcmp(how, "thread") == 0;

	if (on_thread)
		pthread_create(&t, NULL, thread, NULL);
	else
		goro_wg_go(&blocking, block, NULL);
	for (int i = 0; i < ROUNDS; i++)
		one_round();
	atomic_store(&turn, 3);
	if (on_thread)
		pthread_join(t, NULL);
	goro_wg_wait(&blocking);
}

int main(int argc, char **argv)
{
	return argc == 2 ? goro_run(run, argv[1]) : 2;
}
