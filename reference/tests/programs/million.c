/*
 * million.c - `million N`: N goroutines parked at once, their memory, all
 * woken by one close; then, N parked again, one of them overflows.
 *
 * Prints "bytes B" (resident, with page tables, a goroutine) and "woken N".
 */
#include "prog.h"

static goro_chan *gate, *second;
static goro_waitgroup wg;
static int64_t woken;
static goro_mutex mutex;

static void wait(void *arg)
{
	(void)arg;
	goro_recv(gate, NULL);
	goro_mutex_lock(&mutex);
	woken++;
	goro_mutex_unlock(&mutex);
	goro_wg_done(&wg);
	goro_recv(second, NULL);
}

static __attribute__((noinline)) int overflow_frames(volatile int *up)
{
	volatile int here = *up + 1;

	if (here < 0)
		return 0;
	return overflow_frames(&here) + here;
}

static void overflow(void *arg)
{
	volatile int zero = 0;

	(void)arg;
	overflow_frames(&zero);
}

/* VmRSS + VmPTE in bytes. */
static int64_t memory(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kb, sum = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1 ||
		    sscanf(line, "VmPTE: %ld", &kb) == 1)
			sum += kb;
	if (f)
		fclose(f);
	return sum * 1024;
}

static void app(void *arg)
{
	int64_t n = *(long *)arg;
	int64_t before = memory();

	gate = goro_make(0, 0);
	second = goro_make(0, 0);
	goro_wg_add(&wg, n);
	for (int64_t i = 0; i < n; i++)
		goro_go(wait, NULL);
	while (goro_num_waiting() < n)
		goro_sleep(5 * MS);
	printf("bytes %lld\n", (long long)((memory() - before) / n));
	printf("alive %lld\n", (long long)goro_num_goroutine() - 1);
	goro_close(gate);
	goro_wg_wait(&wg);
	printf("woken %lld\n", (long long)woken);
	fflush(stdout);
	goro_go(overflow, NULL);
	goro_recv(second, NULL);
}

int main(int argc, char **argv)
{
	long n = number_arg(argc > 1 ? argv[1] : "1000");

	return goro_run(app, &n);
}
