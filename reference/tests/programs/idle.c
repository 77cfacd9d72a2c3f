/*
 * idle.c - parked goroutines and a timer far away cost no CPU time: prints the
 * milliseconds that a second of it used.
 */
#include <sys/resource.h>

#include "prog.h"

static goro_chan *never;

static void park(void *arg)
{
	(void)arg;
	goro_recv(never, NULL);
}

static long cpu_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* First a burst that brings up all threads: they have to go to sleep. */
static void app(void *arg)
{
	long before;

	(void)arg;
	never = goro_make(0, 0);
	goro_after_func(3600 * GORO_SECOND, park, NULL);
	for (int i = 0; i < 1000; i++)
		goro_go(park, NULL);
	goro_sleep(200 * MS);
	before = cpu_ms();
	goro_sleep(GORO_SECOND);
	printf("%ld\n", cpu_ms() - before);
}

int main(void)
{
	return goro_run(app, NULL);
}
