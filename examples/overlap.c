/* A batch that reads and computes: one reads ahead while the other computes. */
#include <goro.h>
#include <stdio.h>
#include <time.h>

enum { BATCHES = 5 };
#define IO_TIME (20 * GORO_MILLISECOND)

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

static void compute(int batch)
{
	int64_t end = goro_now() + IO_TIME;

	while (goro_now() < end)
		goro_checkpoint();
	printf("batch %d\n", batch);
}

static int64_t one_after_the_other(void)
{
	int64_t start = goro_now();

	for (int batch = 0; batch < BATCHES;) {
		goro_blocking(read_disk, &batch);
		compute(batch);
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
		compute(batch);
	return goro_now() - start;
}

static void app(void *arg)
{
	int64_t slow = one_after_the_other(), fast = overlapped();

	(void)arg;
	printf("overlapped is faster: %s\n", fast < slow ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}
