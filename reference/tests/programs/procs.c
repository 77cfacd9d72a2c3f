/*
 * procs.c - prints GOMAXPROCS as it starts, and the CPUs.
 */
#include "prog.h"

static void app(void *arg)
{
	(void)arg;
	printf("%d %d\n", goro_gomaxprocs(0), goro_num_cpu());
}

int main(void)
{
	return goro_run(app, NULL);
}
