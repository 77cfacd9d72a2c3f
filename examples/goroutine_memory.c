/* How much memory a goroutine takes that only waits. */
#include <goro.h>
#include <stdio.h>
#include <unistd.h>

enum { GOROUTINES = 10000 };

static goro_chan *never;
static goro_waitgroup started;

static void wait(void *arg)
{
	(void)arg;
	goro_wg_done(&started);
	goro_recv(never, NULL);
}

static long resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f == NULL || fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void app(void *arg)
{
	long before, after;

	(void)arg;
	never = goro_make(0, 0);
	before = resident_bytes();
	goro_wg_add(&started, GOROUTINES);
	for (int i = 0; i < GOROUTINES; i++)
		goro_go(wait, NULL);
	goro_wg_wait(&started);
	after = resident_bytes();
	printf("%.1f KiB for each of %d goroutines\n",
	       (double)(after - before) / GOROUTINES / 1024, GOROUTINES);
}

int main(void)
{
	return goro_run(app, NULL);
}
