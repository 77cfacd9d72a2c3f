/*
 * debug.c - something for a debugger to stop in.
 */
#include "prog.h"

__attribute__((noinline)) void stop_here(void *c);
void stop_here(void *c)
{
	__asm__ volatile("" ::: "memory");
	goro_send(c, NULL);
}

static void app(void *arg)
{
	goro_chan *c = goro_make(0, 0);

	(void)arg;
	goro_go(stop_here, c);
	goro_recv(c, NULL);
	printf("done\n");
}

int main(void)
{
	return goro_run(app, NULL);
}
