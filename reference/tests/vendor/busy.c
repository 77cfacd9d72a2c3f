/*
 * busy.c - goroutines that are in the runtime's code most of the time, beside
 * others that only preemption stops.  Says "works" and ends after half a second;
 * where the runtime's code is not known for what it is, it hangs.
 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

static volatile unsigned long sink;

static void in_runtime(void *arg)
{
	(void)arg;
	for (;;) {
		goro_chan *c = goro_make(sizeof(int64_t), 1);
		int64_t v = 1;

		for (int i = 0; i < 1000; i++)
			sink++;
		goro_yield();
		goro_send(c, &v);
		goro_recv(c, &v);
		goro_chan_free(c);
	}
}

static void spins(void *arg)
{
	(void)arg;
	for (;;)
		sink++;
}

static void app(void *arg)
{
	(void)arg;
	for (int i = 0; i < 8; i++)
		goro_go(in_runtime, NULL);
	for (int i = 0; i < 2; i++)
		goro_go(spins, NULL);
	for (int i = 0; i < 10; i++)
		goro_sleep(50 * GORO_MILLISECOND);
	puts("works");
	exit(0);
}

int main(void)
{
	return goro_run(app, NULL);
}
