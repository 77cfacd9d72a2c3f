/* A value reaches one receiver; a close reaches all, also those who come late. */
#include <goro.h>
#include <stdio.h>

static goro_chan *event;

static void wait_for_event(void *arg)
{
	(void)arg;
	goro_recv(event, NULL);
	printf("off we go\n");
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	(void)arg;
	event = goro_make(0, 0);
	for (int i = 0; i < 3; i++)
		goro_wg_go(&wg, wait_for_event, NULL);
	printf("ready\n");
	goro_close(event);
	goro_wg_wait(&wg);
	wait_for_event(NULL);
	printf("again: %s\n", goro_status_text(goro_chan_close(event)));
}

int main(void)
{
	return goro_run(app, NULL);
}
