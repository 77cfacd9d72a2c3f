/*
 * quit.c - waits for SIGQUIT with goroutines in several states; says "ready"
 * when they are there: `quit MODE`.
 */
#include <signal.h>
#include <unistd.h>

#include "prog.h"

enum { PATIENCE_S = 60 };

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

/* Main, the receiver and the sleeper. */
static void announcer(void *arg)
{
	while (goro_num_waiting() < 3)
		goro_sleep(MS);
	printf("ready\n");
	fflush(stdout);
	receiver(arg);
}

static void app(void *spin)
{
	never = goro_make(0, 0);
	goro_go(receiver, NULL);
	goro_go(sleeper, NULL);
	goro_go(announcer, NULL);
	if (spin)
		goro_go(spinner, NULL);
	goro_select(NULL, 0, NULL);
}

/*
 * A shell starts what runs in its background with SIGQUIT ignored; a program
 * that ignores it goes on doing so.
 */
int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "idle";

	signal(SIGQUIT, strcmp(mode, "ignored") ? SIG_DFL : SIG_IGN);
	alarm(PATIENCE_S);
	return goro_run(app, strcmp(mode, "spin") ? NULL : argv[1]);
}
