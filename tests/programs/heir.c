/*
 * heir.c - a goroutine writes after it has started another, and ends before
 * that one begins.  Nothing orders the two, though they may share one stack.
 * With an argument a channel does.
 */
#include <goro.h>

static int estate;
static goro_chan *told;
static goro_waitgroup inherited;

static void inherit(void *arg)
{
	if (arg)
		goro_recv(told, NULL);
	estate++;
	goro_wg_done(&inherited);
}

static void leave(void *arg)
{
	goro_go(inherit, arg);
	estate = 1;
	if (arg)
		goro_close(told);
}

static void app(void *arg)
{
	told = goro_make(0, 0);
	goro_wg_add(&inherited, 1);
	goro_go(leave, arg);
	goro_wg_wait(&inherited);
}

int main(int argc, char **argv)
{
	struct goro_config one_p = {.size = sizeof(one_p), .procs = 1};

	return goro_run_with(app, argc > 1 ? argv : NULL, &one_p);
}
