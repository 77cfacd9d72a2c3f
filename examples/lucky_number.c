/* A goroutine takes its time; a channel brings its number to main. */
#include <goro.h>
#include <stdio.h>

static void get_lucky_number(void *arg)
{
	goro_chan *c = arg;
	int n;

	printf("...\n");
	goro_sleep(goro_now() % 30 * GORO_MILLISECOND);
	n = (int)(goro_now() / 1000 % 10);
	goro_send(c, &n);
}

static void app(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 0);
	int n;

	(void)arg;
	printf("What is today's lucky number?\n");
	goro_go(get_lucky_number, c);
	goro_recv(c, &n);
	printf("Today's lucky number is %d!\n", n);
	goro_close(c);
}

int main(void)
{
	return goro_run(app, NULL);
}
