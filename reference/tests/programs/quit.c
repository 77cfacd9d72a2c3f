/*
 * quit.c - waits for SIGQUIT with goroutines in several states; says "ready"
 * when they are there.
 */
#include "prog.h"

static goro_chan *never;

static void receiver(void *arg)
{
	(void)arg;
	goro_recv(never, NULL);
}

static void sleeper(void *arg)
{
	(void)arg;
	goro_sleep(3600 * GORO_SECOND);
}

static void spinner(void *arg)
{
	(void)arg;
	for (volatile unsigned n = 0;; n++)
		;
}

static void app(void *spin)
{
	never = goro_make(0, 0);
	goro_go(receiver, NULL);
	goro_go(sleeper, NULL);
	if (spin)
		goro_go(spinner, NULL);
	goro_sleep(20 * MS);
	printf("ready\n");
	fflush(stdout);
	goro_select(NULL, 0, NULL);
}

int main(int argc, char **argv)
{
	return goro_run(app, argc > 1 ? argv[1] : NULL);
}
