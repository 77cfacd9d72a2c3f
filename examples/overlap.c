/*
 * Batches that are read and computed: one goroutine reads ahead while another
 * computes.  Both are tried again if other programs got in the way.
 */
#include <goro.h>
#include <stdio.h>
#include <time.h>

enum { BATCHES = 5, MOST_TRIES = 50 };

#define IO_TIME (10 * GORO_MILLISECOND)

/* A call that blocks its thread, as one that reads a disk. */
static void read_disk(void *arg)
{
	struct timespec t = {0, IO_TIME};

	nanosleep(&t, NULL);
	++*(int *)arg;
}

static void read_batches(void *arg)
{
	int batch = 0;

	while (batch < BATCHES) {
		goro_blocking(read_disk, &batch);
		goro_send(arg, &batch);
	}
	goro_close(arg);
}

static int computed;

static void compute(void)
{
	int64_t end = goro_now() + IO_TIME;

	while (goro_now() < end)
		goro_checkpoint();
	computed++;
}

static int64_t one_after_the_other(void)
{
	int64_t start = goro_now();

	for (int batch = 0; batch < BATCHES;) {
		goro_blocking(read_disk, &batch);
		compute();
	}
	return goro_now() - start;
}

static int64_t overlapped(void)
{
	goro_chan *batches = goro_make(sizeof(int), 1);
	int64_t start = goro_now();
	int batch;

	goro_go(read_batches, batches);
	while (goro_recv(batches, &batch))
		compute();
	return goro_now() - start;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void app(void *arg)
{
	int64_t slow = GORO_FOREVER, fast = GORO_FOREVER;
	int tries = 0;

	(void)arg;
	while (fast >= slow && tries++ < MOST_TRIES) {
		slow = least(slow, one_after_the_other());
		fast = least(fast, overlapped());
	}
	printf("%d batches each time: %s\n", BATCHES,
	       computed == 2 * tries * BATCHES ? "yes" : "no");
	printf("overlapped is faster: %s\n", fast < slow ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}
